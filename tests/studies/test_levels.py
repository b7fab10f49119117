"""How many, against looking at every plan; what is known of numbers that were not asked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from optimiser.data.project import load
from optimiser.errors import InputError, UsageError
from optimiser.problems.standby import FAMILY, StandbyPlan
from optimiser.report.words_levels import fewest_said, left_out_said, numbers_said
from optimiser.solve.result import Judged
from optimiser.studies.levels import Step, Sweep, asked_for, numbers, standard_of, sweep, with_number
from tests.oracles.sectors_cases import path_of_four
from tests.oracles.standby_cases import LINE, standby
from tests.studies.cases import Helpless, Looker, best_of_all, series


def _of(k: int):
    return path_of_four(district_ids=tuple(str(d + 1) for d in range(k)), balance_frac={})


def test_sweep_gives_the_value_of_each_one_more():
    """One to four districts on the path of four: 60+0+60+120, then two pairs, then 60, then none: worth 120, 60, 60."""
    found = sweep(series(Looker()), {k: _of(k) for k in (1, 2, 3, 4)}, standard=60.0)
    assert [s.judged.value for s in found.steps] == [best_of_all(_of(k), {}) for k in (1, 2, 3, 4)]
    assert [s.judged.value for s in found.steps] == [240.0, 120.0, 60.0, 0.0]
    assert [s.found for s in found.steps[1:]] == [120.0, 60.0, 60.0]
    assert all(s.at_least == s.found == s.at_most for s in found.steps[1:])
    assert (found.fewest, found.proved) == (3, True)


def test_no_number_reaches_an_impossible_standard():
    """A standard below every value has no fewest."""
    found = sweep(series(Looker()), {1: _of(1), 2: _of(2)}, standard=10.0)
    assert found.fewest is None
    assert not found.proved


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ((1, 2, 3), "no fewer can"),
        ((3, 4), "fewer were not asked"),
        ((2, 3), "2 cannot, 1 was not asked"),
        ((1, 3), "1 cannot, 2 was not asked"),
        ((1, 4), "1 cannot, 2 and 3 were not asked"),
    ],
)
def test_fewer_that_were_not_asked_are_not_proved(asked, known):
    """Values 240, 120, 60 and 0 of the path: three or more reach 60; what was not asked is said, not proved."""
    found = sweep(series(Looker()), {k: _of(k) for k in asked}, standard=60.0)
    assert found.proved == (known == "no fewer can")
    assert fewest_said(found, "60") == f"The fewest that reach 60: {found.fewest}; {known}."


def test_a_sweep_that_ends_early_says_what_it_did_not_look_at():
    """Stopped after two of four numbers, both proved too few: the others are open, not hopeless."""
    some = series(Looker(), should_stop=lambda: some.n_solves >= 2)
    found = sweep(some, {k: _of(k) for k in (1, 2, 3, 4)}, standard=60.0)
    assert [s.number for s in found.steps] == [1, 2]
    assert found.unsolved == (3, 4)
    assert fewest_said(found, "60") == (
        "No plan found reaches 60; whether 3 and 4 can is open (3 and 4 not looked at)."
    )


def test_what_is_known_below_the_fewest_in_words():
    """By hand: 4 to 6 cannot and 7 is open below 8; without a number that reaches it the open ones are named."""
    judged = Judged("drive", "s", "min", 9.0, 1.0)
    steps = tuple(Step(n, "feasible", judged) for n in (4, 5, 6, 7, 8))
    found = Sweep(steps, 5.0, 8, proved=False, cannot=(4, 5, 6))
    known = "none of 4 to 6 can, whether 7 can is open, fewer were not asked"
    assert fewest_said(found, "5") == f"The fewest that reach 5: 8; {known}."
    first = Sweep(steps[:1], 5.0, 1, proved=True)
    assert fewest_said(first, "5").endswith("no fewer can.")
    assert fewest_said(Sweep(steps), "5") == ""
    none = Sweep(steps, 5.0, None, cannot=(4, 5, 6))
    assert fewest_said(none, "5") == "No plan found reaches 5; whether 7 and 8 can is open."
    assert numbers_said([1, 2, 3, 5, 7, 8]) == "1 to 3, 5, 7 and 8"


def test_no_plan_found_is_not_that_none_can():
    """A search that decides nothing leaves every number open."""
    found = sweep(series(Helpless()), {1: _of(1), 2: _of(2)}, standard=10.0)
    assert fewest_said(found, "10") == "No plan found reaches 10; whether 1 and 2 can is open."


@pytest.mark.parametrize(
    ("family", "choice", "proved"),
    [
        ("standby", "n_cars", True),
        ("standby", "cars_by_part.night", True),
        ("standby", "most_moved", False),
        ("sectors", "n_districts", False),
    ],
)
def test_where_one_more_can_stand_idle_one_that_cannot_proves_all_fewer(family, choice, proved):
    """Five reach at most 85 of 90, six reach 92: with cars, which may stand idle, nothing below five need be asked."""

    def solve(value, title):
        judged = Judged("cover", "calls per week", "max", value, {80.0: 85.0}.get(value, value))
        return SimpleNamespace(objectives=(judged,), status="feasible", plan=None, confirmed=False)

    told = SimpleNamespace(family=SimpleNamespace(name=family), solve=solve)
    found = sweep(told, {5: 80.0, 6: 92.0}, 90.0, choice)
    assert (found.fewest, found.proved) == (6, proved)
    assert found.cannot == ((1, 2, 3, 4, 5) if proved else (5,))


def test_a_car_more_may_stand_idle():
    """A plan of two cars keeps the rules where there are three, and is worth as much."""
    plan = StandbyPlan({"all": {"A": 1, "C": 1}})
    two, three = (standby(LINE, n_cars=(n,)) for n in (2, 3))
    assert FAMILY.check(three, plan) == FAMILY.check(two, plan) == []
    assert FAMILY.objectives(three, plan) == FAMILY.objectives(two, plan)


def test_numbers_that_cannot_be_asked_are_left_out(county):
    """Six stations: seven and eight districts cannot be served from one each, and are told in one sentence."""
    project = load(county)
    found, left_out = asked_for(project, "sectors", {}, "n_districts", (6, 7, 8), "here")
    assert list(found) == [6]
    (said,) = left_out_said(left_out)
    assert said.startswith("Left out: 7 and 8. 7 districts are asked for, but there are only 6 stations")
    with pytest.raises(InputError, match="7 districts are asked for"):
        asked_for(project, "sectors", {}, "n_districts", (7, 8), "here")


def test_numbers_as_a_planner_writes_them():
    """Ranges and lists; anything else is named."""
    assert list(numbers("4..6")) == [4, 5, 6]
    assert list(numbers("6,4")) == [4, 6]
    for text in ("", "6..4", "a", "0"):
        with pytest.raises(InputError, match=r"4\.\.9"):
            numbers(text)


def test_a_standard_in_the_planners_words():
    """Four calls a week: 75 % of them are 3, half a minute of mean drive is 120 call-seconds; a number is itself."""
    cover = path_of_four(objectives=("cover",))
    assert standard_of("sectors", cover, "75%") == pytest.approx(3.0)
    assert standard_of("sectors", _of(2), "0.5 min") == pytest.approx(120.0)
    assert standard_of("sectors", _of(2), "60") == 60.0
    for problem, text in ((cover, "7min"), (_of(2), "90%"), (_of(2), "much"), (cover, "-5%")):
        with pytest.raises(UsageError, match="standard"):
            standard_of("sectors", problem, text)
    with pytest.raises(UsageError, match="--set objective=travel"):
        standard_of("sectors", cover, "7min")


def test_a_number_of_one_part_of_the_day():
    """Cars at night alone change; a plain choice is replaced."""
    choices = {"n_cars": 4, "cars_by_part": {"day": 5, "night": 2}}
    assert with_number(choices, "n_cars", 6)["n_cars"] == 6
    assert with_number(choices, "cars_by_part.night", 3)["cars_by_part"] == {"day": 5, "night": 3}
    assert with_number({}, "cars_by_part.night", 3) == {"cars_by_part": {"night": 3}}
    assert choices["cars_by_part"]["night"] == 2
