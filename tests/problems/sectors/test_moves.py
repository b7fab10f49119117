"""What one move does: by hand, and against the rules, objectives and measures recomputed in full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.moves import Moves
from tests.oracles.sectors_cases import (
    path_of_four,
    random_problem,
    random_problem_of_places,
    random_problem_with_limits,
)


def test_a_move_by_hand():
    """A-B-C-D in pairs from A and C; C to the first: 60 s more for A's call from C, one area too many and too few."""
    plan = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    moves = Moves(path_of_four(), plan)
    effect = moves.preview(["C"], "1")
    # {A B C} is best served from B: 60 + 60; {D} from D: 0. Before: 60 + 60.
    assert [(c.before, c.after) for c in effect.objectives] == [(120.0, 120.0)]
    assert {(v.rule, v.where, v.found) for v in effect.broken} == {
        ("balance", "1, calls", 0.5),
        ("balance", "2, calls", -0.5),
    }
    areas = {c.part: (c.before, c.after) for c in effect.measures if c.name == "areas"}
    assert areas == {"1": (2.0, 3.0), "2": (2.0, 1.0)}
    assert moves.plan is plan
    assert effect.plan.centre_of == {"1": "B", "2": "D"}


def test_making_mending_and_undoing():
    """B to the second leaves C's district whole; A cut from it is mended by moving it after B."""
    plan = SectorsPlan({"A": "2", "B": "1", "C": "2", "D": "2"}, {"1": "B", "2": "C"})
    moves = Moves(path_of_four(balance_frac={}), plan)
    assert [(v.rule, v.where, v.found) for v in moves.violations] == [("contiguity", "2", 1)]
    effect = moves.make(["A"], "1")
    assert [v.rule for v in effect.mended] == ["contiguity"]
    assert moves.violations == ()
    moves.undo()
    assert moves.plan is plan
    assert len(moves.violations) == 1


def test_a_centre_that_stays_breaks_its_rule():
    """With centres that stay, the area of the centre takes the rule "centre" with it."""
    plan = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    effect = Moves(path_of_four(), plan, follow=False).preview(["C"], "1")
    assert "centre" in {v.rule for v in effect.broken}
    assert effect.plan.centre_of == plan.centre_of


@pytest.mark.parametrize(("areas", "district"), [(["Z"], "1"), (["A"], "9"), ([], "1")])
def test_what_cannot_move_is_named(areas, district):
    """An area or district that there is not."""
    plan = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    with pytest.raises(InputError, match=r"Z|9|Nothing"):
        Moves(path_of_four(), plan).preview(areas, district)


def _shaped(seed: int):
    problem = random_problem_of_places(seed)
    shape = ("closer neighbour", "smooth", "round")[seed % 3]
    return replace(problem, params=replace(problem.params, shape=shape))


def _random_plan(problem, rng) -> SectorsPlan:
    names = [*problem.params.district_ids, "strange"]
    weights = np.array([1.0] * (len(names) - 1) + [0.1])
    district_of = {a: str(rng.choice(names, p=weights / weights.sum())) for a in problem.area_ids}
    if rng.random() < 0.3:
        district_of.pop(str(rng.choice(problem.area_ids)))
    if rng.random() < 0.2:
        district_of["nowhere"] = str(rng.choice(names))
    centres = {d: str(rng.choice([*problem.centre_ids, "no centre"])) for d in names if rng.random() < 0.9}
    return SectorsPlan(district_of, centres)


def _same(board_measures, full) -> None:
    found, wanted = {m.name: m for m in board_measures}, {m.name: m for m in full}
    assert set(found) == set(wanted)
    for name, m in wanted.items():
        assert found[name].value == pytest.approx(m.value, rel=1e-9, abs=1e-9), name
        assert dict(found[name].by) == pytest.approx(dict(m.by), rel=1e-9, abs=1e-9), name
        assert (found[name].unit, found[name].better, found[name].by_what) == (m.unit, m.better, m.by_what)


def _agree(moves: Moves, problem) -> None:
    plan, state = moves.plan, moves._now
    broken = FAMILY.check(problem, plan)
    assert sorted((v.rule, v.where) for v in state.broken) == sorted((v.rule, v.where) for v in broken)
    wanted = sorted((v.rule, v.where, v.unit, v.found, v.limit) for v in broken)
    found = sorted((v.rule, v.where, v.unit, v.found, v.limit) for v in state.broken)
    for mine, full in zip(found, wanted, strict=True):
        assert mine[:3] == full[:3]
        assert mine[3:] == pytest.approx(full[3:], rel=1e-9, abs=1e-9)
    for mine, full in zip(state.objectives, FAMILY.objectives(problem, plan), strict=True):
        assert (mine.name, mine.unit, mine.sense) == (full.name, full.unit, full.sense)
        assert mine.value == pytest.approx(full.value, rel=1e-9, abs=1e-9)
    _same(state.measures, FAMILY.measure(problem, plan))


@pytest.mark.parametrize(
    "make", [random_problem, random_problem_of_places, random_problem_with_limits, _shaped]
)
@pytest.mark.parametrize("follow", [True, False])
def test_moves_say_what_a_full_check_says(make, follow):
    """Random problems, plans (some areas unknown or unassigned) and moves: all rules, objectives and measures."""
    ruled = set()
    for seed in range(40):
        problem = make(seed)
        rng = np.random.default_rng((seed, 7))
        moves = Moves(problem, _random_plan(problem, rng), follow=follow)
        _agree(moves, problem)
        for _ in range(4):
            areas = rng.choice(problem.area_ids, int(rng.integers(1, 3)), replace=False).tolist()
            before = moves.plan
            effect = moves.make(areas, str(rng.choice([*problem.params.district_ids, ""])))
            was = {(v.rule, v.where) for v in FAMILY.check(problem, before)}
            now = {(v.rule, v.where) for v in FAMILY.check(problem, moves.plan)}
            assert {(v.rule, v.where) for v in effect.broken} == now - was
            assert {(v.rule, v.where) for v in effect.mended} == was - now
            ruled |= {rule for rule, _ in now}
            _agree(moves, problem)
    assert {"contiguity", "balance", "centre", "every area", "known areas", "known districts"} <= ruled


def test_without_a_target_moves_tell_no_cover():
    """No call counts as covered anywhere, so neither cover nor backup is told, here as in the full measures."""
    told = set()
    for seed in range(12):
        problem = random_problem_of_places(seed)
        problem = replace(
            problem,
            covered_calls=np.zeros_like(problem.covered_calls),
            params=replace(problem.params, objectives=("travel",), weights={}),
        )
        rng = np.random.default_rng((seed, 8))
        moves = Moves(problem, _random_plan(problem, rng))
        moves.make([str(rng.choice(problem.area_ids))], str(rng.choice(problem.params.district_ids)))
        _agree(moves, problem)
        told |= {m.name for m in moves.measures}
    assert not {"calls covered", "calls with a second centre", "calls that find a free car"} & told
    assert "mean drive" in told


def test_centres_follow_as_a_bare_assignment_becomes_a_plan():
    """After any moves the plan is the one that its bare assignment gives."""
    for seed in range(20):
        problem = random_problem(seed)
        rng = np.random.default_rng(seed)
        district_of = {a: str(rng.choice(problem.params.district_ids)) for a in problem.area_ids}
        moves = Moves(problem, SectorsPlan(district_of, best_centres(problem, district_of)))
        for _ in range(5):
            moves.make([str(rng.choice(problem.area_ids))], str(rng.choice(problem.params.district_ids)))
        assert dict(moves.plan.centre_of) == best_centres(problem, dict(moves.plan.district_of))


def test_the_own_car_by_hand():
    """Half the work each: busy 0.3, free 0.7. One against three: busy 0.15 and 0.45, 0.85 and 0.55 by calls: 0.625."""
    problem = path_of_four()

    def own(label: str) -> float:
        plan = SectorsPlan(dict(zip("ABCD", label, strict=True)), {})
        return next(m.value for m in FAMILY.measure(problem, plan) if m.name == "calls served by the own car")

    assert own("1122") == pytest.approx(0.7)
    assert own("1222") == pytest.approx((0.85 + 3 * 0.55) / 4)
