"""Two models of rotating patterns: they agree, refute each other's nonsense, and decide published instances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.patterns import milp, stints
from optimiser_models.patterns.circuit import components, plan_of
from optimiser_models.patterns.stint_list import allowed, blocks
from optimiser_models.patterns.stint_list import stints as listed

from optimiser.problems.patterns import FAMILY
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.benchmarks.patterns import FOLDER, INFEASIBLE
from tests.benchmarks.patterns_data import faults, problem_of, read
from tests.oracles.patterns_cases import pattern, rota

QUICK, SLOW = SolveOptions(time_limit_s=30), SolveOptions(time_limit_s=240)

needs_instances = pytest.mark.skipif(
    not (FOLDER / "rws20").is_dir(), reason="the published instances are not beside the repository"
)


def test_blocks_of_one_shift():
    """Two to four days of one shift: three blocks."""
    asked = rota(shortest_work=2, longest_work=4, longest_run={"D": 4})
    assert sorted(map(len, blocks(allowed(asked), 99))) == [2, 3, 4]


def test_runs_that_may_not_follow_themselves_last_a_day():
    """Thirteen hours of rest leave no second twelve-hour shift on the next day."""
    asked = rota(rest_s=13 * 3600.0)
    assert {s.shifts for s in listed(asked, 999)} == {(0,)}


def test_steps_of_apart_stints_do_not_hang_together():
    """Three on and four off from a Monday, and the same from a Friday: two cycles, not one."""
    asked = rota(shortest_work=3, longest_work=3, shortest_off=4, longest_off=4)
    chosen = [s for s in listed(asked, 999) if s.weekday in (0, 4)]
    parts = components([step for s in chosen for step in s.steps(asked.shift_ids)])
    assert len(parts) == 2
    alone = list(chosen[1].steps(asked.shift_ids))
    assert plan_of(alone) == pattern("----DDD" if chosen[1].weekday == 4 else "DDD----")


def test_the_cut_for_one_cycle_is_needed_and_decides():
    """Blocks of three and of four days, three or four off: the circulation is there, one cycle is not.

    With one officer on each day the second block begins on the weekday after the first ends, so the days off between
    are none or seven. Three on, four off and four on, three off go round by themselves, each on its own weekday.
    """
    asked = rota(shortest_work=3, longest_work=4, shortest_off=3, longest_off=4, exact=True)
    for model in (stints, milp):
        assert solve(asked, model.FORMULATION, QUICK).status is Status.INFEASIBLE
    assert milp.run(asked, None, QUICK, Recorder()).notes["cuts"] > 0
    assert stints.run(asked, None, QUICK, Recorder()).notes["rounds"] > 1
    longer = replace(asked, params=replace(asked.params, longest_work=7, longest_off=7, longest_run={"D": 7}))
    for model in (stints, milp):
        assert solve(longer, model.FORMULATION, QUICK).status is Status.OPTIMAL


def small_rota():
    """Return Pitman's question: one by day, one by night, four officers, two or three days in a row, 11 h of rest."""
    return rota(
        ("D", "N"),
        rows=(4, 4),
        exact=True,
        longest_work=3,
        shortest_work=2,
        shortest_off=2,
        longest_off=3,
        rest_s=11 * 3600.0,
    )


def test_both_models_agree_on_a_rota_and_the_claims_are_confirmed():
    """Four officers by day and by night, 84 hours a week for each pair; both prove the same weekends, by sums too."""
    results = [solve(small_rota(), m.FORMULATION, SLOW) for m in (stints, milp)]
    assert {r.status for r in results} == {Status.OPTIMAL}
    assert results[0].objectives[0].value == results[1].objectives[0].value
    assert all(r.confirmed for r in results)
    hours = {m.name: m.value for m in results[0].measures}["mean hours a week"]
    assert hours == pytest.approx(42.0)


def test_an_infeasible_rota_is_refuted_by_a_second_route():
    """The circulation has a solution in fractions only, or none: what confirms is named."""
    asked = rota(exact=True, shortest_work=3, longest_work=3, longest_off=4, shortest_off=4)
    result = solve(asked, stints.FORMULATION, QUICK)
    assert result.status is Status.INFEASIBLE
    assert result.confirmed


def test_too_many_stints_are_refused_with_the_way_out():
    """Five shifts in any order for 14 days are billions of blocks; the network of states does not list them."""
    asked = rota(tuple("abcde"), start_h=(0, 4, 8, 12, 16), length_h=(8,) * 5, rows=(35, 35))
    assert "patterns.milp" in stints.FORMULATION.refuses(asked)


@needs_instances
@pytest.mark.parametrize("number", [1, 4, 6])
def test_published_instances(number):
    """All twenty are feasible (known_rws20.csv); the file's own rules are checked apart. The rest: suite patterns."""
    instance = read(FOLDER / "rws20" / f"Example{number}.txt")
    result = solve(problem_of(instance), stints.FORMULATION, QUICK)
    assert faults(instance, result.plan.rows) == []


@needs_instances
@pytest.mark.parametrize("number", [24, 28, 83])
def test_published_refutations(number):
    """Known to have no schedule (FORMATS.md 4.2): refuted, and confirmed."""
    assert number in INFEASIBLE
    problem = problem_of(read(FOLDER / "rws_generated" / f"Example{number}.txt"))
    result = solve(problem, stints.FORMULATION, QUICK)
    assert result.status is Status.INFEASIBLE
    assert result.confirmed


@needs_instances
def test_the_second_checker_sees_what_the_first_sees():
    """Days swapped at random in a valid schedule: both checkers accept the same ones."""
    instance = read(FOLDER / "rws20" / "Example4.txt")
    problem = problem_of(instance)
    plan = solve(problem, stints.FORMULATION, QUICK).plan
    rng = np.random.default_rng(1)
    bad = 0
    for _ in range(200):
        rows = np.array(plan.rows)
        d = int(rng.integers(7))
        a, b = rng.integers(len(rows), size=2)
        rows[[a, b], d] = rows[[b, a], d]
        changed = type(plan)(tuple(map(tuple, rows.tolist())))
        assert bool(FAMILY.check(problem, changed)) == bool(faults(instance, changed.rows))
        bad += bool(faults(instance, changed.rows))
    assert 50 < bad < 200
