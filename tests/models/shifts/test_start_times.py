"""A limit on start times: staircases never claim too much, their second reckoning agrees, and the best set is found."""

import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.shifts import cpsat, milp, stairs_check, starts
from optimiser_models.shifts.stairs import improve, stairs
from optimiser_models.shifts.start_search import best_by_stairs, neighbours
from optimiser_models.shifts.terms import terms

from optimiser.demand.queueing import erlang_c
from optimiser.problems.shifts import FAMILY, ShiftsParams, ShiftsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP, Status, StoppedBy
from tests.oracles.shifts_cases import FREE, week

OPTIONS = SolveOptions(time_limit_s=60)
HOUR = np.arange(168)
EVERY_H = 4


def busy_week(seed=0, *, most=3, **params):
    """Starts every four hours, shifts of 8 and 12 hours, calls with a daily swing and noise."""
    rng, more = np.random.default_rng(seed), {}
    calls_h = 0.8 + 0.6 * np.sin(2 * np.pi * (HOUR % 24 - 9) / 24) + rng.uniform(0, 0.4, 168)
    shifts = {f"{s:02d}x{n}": (s, n) for s in range(0, 24, EVERY_H) for n in (8, 12)}
    need = {h: 1 + int(calls_h[h] > 1) for h in range(168)}
    if params.get("no_free_price"):  # two calls an hour of each officer busy
        more["nobody_free"] = np.array([[2 * c * erlang_c(n, c) for n in range(8)] for c in calls_h])
    return week(
        ShiftsParams(max_start_times=most, **params),
        shifts,
        need,
        call_work_s=3600 * calls_h,
        most_per_shift=12,
        cost_per_officer_h=np.round(rng.uniform(0.9, 1.2, 24), 2)[HOUR % 24],
        shortage_prices=(1.0, 2.5, 4.0),
        **more,
    )


KINDS = [
    {},
    {"hold_split": False},
    {"objective": "shortage", "budget_h": 640.0},
    {"objective": "shortage", "hold_split": False, "budget_h": 260.0},
    {"minimum_on_duty": 2, "interval_price": 3.0, "tolerance_frac": 0.02},
    {"change_price": 0.3, "hand_over_officers": 1},
    {"objective": "shortage", "hold_split": False, "budget_h": 300.0, "same_starts": ("Mon-Thu",)},
    {"no_free_price": 2.0, "hold_split": False, "interval_price": 0.5},
    {"objective": "shortage", "hold_split": False, "budget_h": 300.0, "no_free_price": 1.5},
]
ROTA = 5
"""From this kind on: some are away, today's rota stands, and shortage is dearer the larger its share."""
BY_KIND = pytest.mark.parametrize("kind", range(len(KINDS)))


@functools.cache
def priced(kind):
    """The problem, and what every set of starts costs: the week with the shifts of the set alone, by the MILP."""
    problem = busy_week(kind, **KINDS[kind])
    if kind >= ROTA:
        problem = replace(
            problem,
            away=tuple(int(24 <= h < 34) for h in range(168)),
            existing=ShiftsPlan({f"08x8@{d}": 2 for d in range(7)}),
            shortage_bands_frac=(0.3, 0.6),
        )
    cost = {}
    for chosen in itertools.combinations(range(24 // EVERY_H), problem.params.max_start_times):
        keep = np.flatnonzero(np.isin(problem.shift_start, np.array(chosen) * EVERY_H))
        only = replace(
            problem,
            shift_ids=tuple(problem.shift_ids[i] for i in keep),
            shift_start=problem.shift_start[keep],
            shift_slots=problem.shift_slots[keep],
            shift_days=problem.shift_days[keep],
        )
        found = solve(only, milp.FORMULATION, replace(OPTIONS, confirm=False))
        cost[chosen] = found.objectives[0].value if found.plan is not None else np.inf
    return problem, cost


def multipliers(s, t):
    """Good ones, found from nothing."""
    found, _ = improve(s, np.zeros(len(s.rights)), t.max_starts, limit=np.inf, keep_going=lambda: True)
    return found


@BY_KIND
def test_staircases_never_cost_more_than_a_plan(kind):
    """For good, bad and no multipliers: all sets' bound, each set's bound, and that with steps, in this order."""
    problem, cost = priced(kind)
    t = terms(problem)
    s = stairs(t)
    sets = np.array(list(cost))
    true = np.array(list(cost.values())) / t.unit
    rng = np.random.default_rng(kind)
    good = multipliers(s, t)
    for given in (good, np.zeros(good.size), good * rng.uniform(0, 1, good.size)):
        listed, values, complete = s.below(given, 3, np.inf, 100)
        by_set = {tuple(k): v for k, v in zip(listed.tolist(), values, strict=True)}
        walked = s.with_falls(given, sets)
        rises = np.array([by_set.get(k, np.inf) for k in cost])
        assert complete
        assert s.bound(given, 3) == pytest.approx(rises.min())
        assert (rises <= walked + 1e-9).all()
        assert (walked <= true + 1e-9).all()
    assert s.with_falls(good, sets).min() > 0.5 * true.min()  # and they say something


@BY_KIND
def test_listed_sets_are_those_below_the_limit(kind):
    """A limit between two costs lists the sets below; a cap is told."""
    problem, _ = priced(kind)
    s, t = stairs(terms(problem)), terms(problem)
    given = multipliers(s, t)
    _, values, _ = s.below(given, 3, np.inf, 100)
    finite = np.sort(values[np.isfinite(values)])
    apart = int(np.argmax(np.diff(finite)))
    middle = float(finite[apart] + finite[apart + 1]) / 2
    listed, below, complete = s.below(given, 3, middle, 100)
    assert complete
    assert len(listed) == apart + 1
    assert (below < middle).all()
    assert not s.below(given, 3, np.inf, 5)[2]


@BY_KIND
def test_a_second_reckoning_agrees(kind):
    """All sets below a limit settled: refuted; one of them left out, or the limit a little higher: not."""
    problem, cost = priced(kind)
    t = terms(problem)
    s = stairs(t)
    given = multipliers(s, t)
    sets = np.array(list(cost))
    values = s.with_falls(given, sets)
    order = np.argsort(values)
    some = 1 + int(np.argmax(np.diff(values[order][:12])))
    dearer = values[order[some]]
    settled = [tuple(sets[k].tolist()) for k in order[:some]]

    def refuted(limit, but):
        return stairs_check.refutes(problem, given, 3, limit * t.unit, but, keep_going=lambda: True)

    assert refuted(dearer - 1e-6 * abs(dearer), settled)
    assert not refuted(dearer + 1e-6 * abs(dearer), settled)
    assert not refuted(dearer - 1e-6 * abs(dearer), settled[:-1])
    assert not stairs_check.refutes(problem, given, 3, 0.0, settled, keep_going=lambda: False)


@BY_KIND
def test_the_best_of_all_sets_is_found_and_confirmed(kind):
    """Against every set solved on its own."""
    problem, cost = priced(kind)
    result = solve(problem, starts.FORMULATION, OPTIONS)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == pytest.approx(min(cost.values()), rel=1e-6)
    assert result.confirmed


def test_another_solver_agrees():
    """CP-SAT on the whole week at once."""
    problem = busy_week(7, most=2)
    ours = solve(problem, starts.FORMULATION, OPTIONS)
    other = solve(problem, cpsat.FORMULATION, replace(OPTIONS, confirm=False))
    assert ours.status is Status.OPTIMAL
    assert other.status is Status.OPTIMAL
    assert ours.objectives[0].value == pytest.approx(other.objectives[0].value, rel=1e-6)


def test_a_gap_that_was_asked_for_ends_the_search():
    """Within 5 % of the best of all sets, and the bound says so."""
    problem, cost = priced(0)
    result = solve(problem, starts.FORMULATION, replace(OPTIONS, gap_frac=0.05))
    least = min(cost.values())
    assert result.gap_frac <= 0.05 + PROOF_GAP
    assert result.stopped_by in (StoppedBy.GAP, StoppedBy.PROOF)
    assert result.objectives[0].bound <= least * (1 + PROOF_GAP)
    assert result.objectives[0].value <= 1.05 * least


def test_a_start_is_kept_where_nothing_is_better():
    """The best plan as a start stays the best; one with other start times, or a broken one, does no harm."""
    problem, cost = priced(1)
    best = solve(problem, starts.FORMULATION, OPTIONS).plan
    for start in (
        best,
        ShiftsPlan({"00x8@0": 3}),
        ShiftsPlan(dict.fromkeys(("00x8@0", "04x8@0", "nothing@3"), 1)),
    ):
        result = solve(problem, starts.FORMULATION, OPTIONS, start=start)
        assert result.objectives[0].value == pytest.approx(min(cost.values()), rel=1e-6)


def test_no_set_can_cover_the_day():
    """One start of at most twelve hours leaves half the day without anyone: impossible, by a second route too."""
    result = solve(busy_week(most=1), starts.FORMULATION, OPTIONS)
    assert result.status is Status.INFEASIBLE
    assert result.confirmed


def test_hours_without_need_may_be_empty():
    """Two starts for a need of four hours in the morning and four at night: nobody between."""
    problem = week(
        ShiftsParams(max_start_times=2, **FREE),
        {f"{s:02d}": (s, 4) for s in range(0, 24, 2)},
        {h: 2 for d in range(7) for h in (24 * d + 6, 24 * d + 9, 24 * d + 20, 24 * d + 23)},
    )
    result = solve(problem, starts.FORMULATION, OPTIONS)
    assert result.objectives[0].value == 7 * 2 * 8
    assert {k.partition("@")[0] for k in result.plan.officers} == {"06", "20"}


def test_neighbours_move_one_start():
    """Every set with one start moved, once, nearest first."""
    around = [tuple(a.tolist()) for a in neighbours(np.array([0, 3]), 6)]
    assert len(set(around)) == len(around) == 2 * 4
    assert set(around[:3]) == {(1, 3), (3, 5), (0, 4)}
    assert all(len({0, 3} & set(a)) == 1 for a in around)


def test_the_search_by_staircases_ends_in_sets_of_the_right_size():
    """Sorted by what they cost; stopped at once it still has what it looked at."""
    s = stairs(terms(busy_week()))
    found = best_by_stairs(s, np.zeros(3), 3, seed=1, keep_going=lambda: False)
    assert found
    assert all(f.size == 3 for f in found)


@BY_KIND
def test_plans_keep_the_limit(kind):
    """By the planner's own rules, and by counting."""
    problem, _ = priced(kind)
    plan = solve(problem, starts.FORMULATION, replace(OPTIONS, confirm=False)).plan
    assert not FAMILY.check(problem, plan)
    assert len({k[:2] for k in plan.officers}) <= 3


def test_nothing_short_is_best_without_a_search():
    # enough hours for every slot: no price is below 0, so that 0 is proved by arithmetic as soon as it is found
    problem = busy_week(
        3, objective="shortage", hold_split=False, budget_h=2000.0, interval_price=0.0, surplus_price=0.0
    )
    result = solve(problem, starts.FORMULATION, OPTIONS)
    assert result.objectives[0].value == 0.0
    assert result.status is Status.OPTIMAL
    assert result.confirmed
