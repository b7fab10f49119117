"""Standby posts on paper: the words, the tables, and a map that marks posts in use and given up."""

from __future__ import annotations

from optimiser.problems.standby import StandbyPlan
from optimiser.report.map_standby import standby_map
from optimiser.report.tables import sheets
from optimiser.report.words import findings
from tests.oracles import report_cases as cases
from tests.oracles.standby_cases import BANDS, line, standby


def test_words_say_cover_worth_and_limits():
    """Two cars, all 15 calls; C is worth more than A; B is given up; both cars are used."""
    said = " ".join(findings("standby", *cases.standby())).replace("\u00a0", " ")
    assert "2 cars stand at once at most, at 2 posts: A and C" in said
    assert "100.0 % of the 15 calls a week" in said
    assert "Without C the most would be lost, 8 calls a week; without A the least, 7" in said
    assert "1 of today's 2 posts stays in use" in said
    assert "All cars that there are stand somewhere" in said


def test_tables_hold_what_the_map_shows():
    """Posts with their cars and worth, parts of the day, and the plan row by row."""
    found = sheets("standby", *cases.standby())
    assert [r["post"] for r in found["Posts"]] == ["A", "C"]
    assert [r["calls a week lost without it"] for r in found["Posts"]] == [7.0, 8.0]
    assert found["Parts of the day"][0]["calls covered"] == 1.0
    assert found["Cars"] == [
        {"part": "all", "post": "A", "cars": 1},
        {"part": "all", "post": "C", "cars": 1},
    ]


def test_map_names_posts():
    """Both posts are labelled, and the panel lists their worth."""
    places = {"A": (500.0, 500.0), "B": (1500.0, 500.0), "C": (3500.0, 500.0)}
    figure = standby_map(cases.squares(), *cases.standby(), places)
    said = {t.get_text() for t in figure.texts} | {t.get_text() for ax in figure.axes for t in ax.texts}
    assert {"A", "C", "8", "7"} <= said
    assert any("given up" in t for t in said)


def test_every_part_of_the_day_is_told():
    """By day A, by night B: where cars stand in each, what it covers, what a post less or a car more is worth."""
    problem = standby([({"A": 0}, [4.0, 1.0]), ({"B": 0}, [1.0, 6.0])], parts=("day", "night"), n_cars=(1,))
    plan = StandbyPlan({"day": {"A": 1}, "night": {"B": 1}})
    said = " ".join(findings("standby", problem, cases.judged(problem, plan, None))).replace("\u00a0", " ")
    assert "Day: 1 post, A; 80.0 % of its calls; one more car would cover at least 1 more." in said
    assert "Night: 1 post, B; 85.7 % of its calls; one more car would cover at least 1 more." in said


def test_worth_and_further_drives_are_told_in_the_aim():
    """Counted by distance A brings 10 + 3: without it all is lost; B's street lies within the further drive."""
    problem = standby(BANDS, n_cars=(2,), objectives=("gradual",), band_shares=(1.0, 0.5))
    plan = StandbyPlan({"all": {"A": 1, "C": 1}})
    said = " ".join(findings("standby", problem, cases.judged(problem, plan, None))).replace("\u00a0", " ")
    assert "100.0 % have one within further drive 1, where a call counts 50 %." in said
    assert "Without A the most would be lost, 13 calls covered by distance a week" in said
    assert "One more car would bring at least 3 calls covered by distance a week more." in said


def test_price_of_moves_and_limits_are_told():
    """A post given up costs 2 calls; at least 5 calls had to be covered, 15 are."""
    params = {"objectives": ("weighted",), "weights": {"cover": 1.0, "moves": 2.0}, "today": ("A", "B")}
    problem = line(n_cars=(2,), limits={"cover": 5.0}, **params)
    plan = StandbyPlan({"all": {"A": 1, "C": 1}})
    said = " ".join(findings("standby", problem, cases.judged(problem, plan, None))).replace("\u00a0", " ")
    assert "Giving up a post of today had to gain 2 calls a week." in said
    assert "Held: calls within target at least 5 calls a week; here 15 calls a week." in said
