"""The standby question: data that is refused, objectives beside a second count, what a post is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.standby import FAMILY, StandbyParams, StandbyPlan
from optimiser.problems.standby.data import GAINS, PRICES
from optimiser.problems.standby.measures import by_part, further_name, standing, value
from optimiser.problems.standby.obvious import contradictions
from optimiser.problems.standby.worth import gained_by_one_more, lost_without, valued_in
from tests.oracles.standby_cases import BANDS, DRIVES, LINE, every_plan, line, random_problem, standby, worth


def test_objectives_agree_with_plain_loops():
    """Every objective of every plan of seeded problems, counted again call by call."""
    compared = 0
    for seed in range(12):
        problem = random_problem(seed)
        for plan in list(every_plan(problem))[::7]:
            cars = standing(problem, plan)
            for name in (*GAINS, *PRICES):
                assert value(problem, cars, name) == pytest.approx(worth(problem, plan, name)), (seed, name)
                compared += 1
    assert compared > 1000


def test_value_of_each_post():
    """A and B: without A its own 4 calls are lost, without B the 3 that only it shares with C; 3 stay with either."""
    problem = line(n_cars=(2,))
    plan = StandbyPlan({"all": {"A": 1, "B": 1}})
    assert lost_without(problem, standing(problem, plan)).tolist() == [[4.0, 3.0, 0.0]]
    measures = {m.name: m for m in FAMILY.measure(problem, plan)}
    assert measures["lost without the post"].by == {"A": 4.0, "B": 3.0}
    assert measures["calls covered"].value == pytest.approx(10 / 15)


def test_measures_by_part_of_the_day():
    """Cover by day 4 of 5, by night 6 of 7."""
    problem = standby([({"A": 0}, [4.0, 1.0]), ({"B": 0}, [1.0, 6.0])], parts=("day", "night"), n_cars=(1,))
    plan = StandbyPlan({"day": {"A": 1}, "night": {"B": 1}})
    measures = {m.name: m for m in FAMILY.measure(problem, plan)}
    assert measures["calls covered"].by == {"day": pytest.approx(0.8), "night": pytest.approx(6 / 7)}
    assert measures["posts in use"].value == 2
    # one more car: by day at B its one call, by night at A one; each post is alone in its own part
    assert measures["gained by one more car"].by == {"day": 1.0, "night": 1.0}
    assert measures["lost without the post, day"].by == {"A": 4.0}
    assert measures["lost without the post, night"].by == {"B": 6.0}


def test_one_more_car_is_the_best_single_post():
    """A alone: the best second post of all is looked for by judging every one."""
    problem = line(n_cars=(3,))
    now = standing(problem, StandbyPlan({"all": {"A": 1}}))
    best = 0.0
    for post in range(len(problem.post_ids)):
        more = now.copy()
        more[0, post] += 1
        best = max(best, value(problem, more, "cover") - value(problem, now, "cover"))
    assert gained_by_one_more(problem, now).tolist() == [best]
    assert best > 0


@pytest.mark.parametrize("aim", GAINS)
def test_worth_is_counted_in_what_is_aimed_for(aim):
    """Without each post, and with one more car at each post that has room: every one is judged by itself."""
    compared = 0
    for seed in range(8):
        problem = random_problem(seed)
        for plan in list(every_plan(problem))[::11]:
            cars = standing(problem, plan)
            now = by_part(problem, cars, aim)
            lost, gained = lost_without(problem, cars, aim), gained_by_one_more(problem, cars, aim)
            best = np.zeros(len(problem.part_ids))
            for post in range(len(problem.post_ids)):
                less, more = cars.copy(), cars.copy()
                less[:, post] = 0
                more[:, post] += 1
                assert lost[:, post] == pytest.approx(now - by_part(problem, less, aim)), (seed, post)
                room = cars[:, post] < problem.params.cars_per_post
                best = np.maximum(best, np.where(room, by_part(problem, more, aim) - now, 0.0))
                compared += 1
            assert gained == pytest.approx(best), seed
    assert compared > 50


def test_worth_follows_the_aim():
    """The first aim in calls counts, of a weighted sum its heaviest; cover where no aim is in calls."""
    assert valued_in(line(objectives=("posts", "expected")).params) == "expected"
    both = {"backup": 1.0, "cover": 0.5, "moves": 9.0}
    assert valued_in(line(objectives=("weighted",), weights=both).params) == "backup"
    assert valued_in(line(objectives=("posts",)).params) == "cover"


def test_share_within_each_further_drive():
    """A alone: 10 of 21 calls within the target, 16 within the further drive, C's 5 in neither."""
    problem = standby(BANDS, n_cars=(1,), band_shares=(1.0, 0.5))
    measures = {m.name: m for m in FAMILY.measure(problem, StandbyPlan({"all": {"A": 1}}))}
    assert measures["calls covered"].value == pytest.approx(10 / 21)
    assert measures[further_name(1)].value == pytest.approx(16 / 21)
    assert measures["calls covered by distance"].value == pytest.approx(13 / 21)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n_cars": (-1,)}, "n_cars must be 0 or more"),
        ({"objectives": ("most",)}, "objectives must be of"),
        ({"objectives": ("weighted",)}, "give both or neither"),
        ({"weights": {"cover": 1.0}}, "give both or neither"),
        ({"band_shares": (0.5, 1.0)}, "do not rise"),
        ({"busy_frac": 30.0}, "30 % is 0.3"),
        ({"least_cover_frac": 90.0}, "90 % is 0.9"),
        ({"kept": ("A", "A")}, "names a post twice"),
        ({"kept": ("Z",)}, "which is no post here"),
        ({"n_cars": (1, 2, 3)}, "3 entries for 1 parts"),
        ({"objectives": ("travel",)}, "needs drive_s"),
        ({"limits": {"travel": 900.0}}, "needs drive_s"),
        ({"limits": {"moves": 1.0}}, "moves most_moved"),
        ({"limits": {"cover": -1.0}}, "0 or more and finite"),
        ({"relax": {"known posts": 1.0}}, "cannot be relaxed"),
    ],
)
def test_what_is_refused(change, said):
    """Choices that make no sense are named with what to do."""
    with pytest.raises(InputError, match=said):
        line(**change)


def test_far_must_be_far():
    """A car that is near counts no more than none at all."""
    with pytest.raises(InputError, match="less than the longest drive"):
        standby(DRIVES, objectives=("travel",), far_s=30.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": -np.ones((4, 1))}, "weight must be finite"),
        ({"starts": np.array([0, 1, 3, 5, 7])}, "starts must rise"),
        ({"posts": np.array([0, 1, 0, 1, 2, 2], dtype=np.int32)}, "in rising order"),
        ({"posts": np.array([0, 0, 1, 1, 2, 9], dtype=np.int32)}, "posts must name posts 0 to 2"),
        ({"post_cost": np.ones(2)}, "post_cost has shape"),
        ({"post_ids": ("A", "A", "C")}, "all different"),
    ],
)
def test_data_that_is_refused(change, said):
    """Arrays that contradict each other are named."""
    with pytest.raises(InputError, match=said):
        replace(line(), **change)


def test_params_say_which_way_is_better():
    """The engine needs the sense of the first objective."""
    assert StandbyParams().first_sense == "max"
    assert StandbyParams(objectives=("posts", "cover")).first_sense == "min"


def test_pattern_of_line():
    """The four streets as sparse rows."""
    assert len(LINE) == 4
    assert line().starts.tolist() == [0, 1, 3, 5, 6]


def test_contradictions_are_true():
    """Where sums say that no plan can exist, enumeration finds none; each kind of reason is met."""
    kinds = set()
    for seed in range(300):
        problem = random_problem(seed)
        reasons = contradictions(problem)
        if reasons:
            kinds |= {word for word in ("kept", "Even with", "today") for r in reasons if word in r}
            assert not any(FAMILY.check(problem, p) == [] for p in every_plan(problem)), seed
    assert {"Even with"} <= kinds
    assert "2 posts are to be kept" in contradictions(line(kept=("A", "B")))[0]
    assert "must stay in use" in contradictions(line(today=("A", "B"), most_moved=0.0))[0]
    stay = contradictions(line(n_cars=(3,), today=("A", "B"), most_moved=0.0, budget=1.0))
    assert "more than the budget" in stay[0]
    assert contradictions(line(n_cars=(2,), kept=("A", "B"))) == ()
