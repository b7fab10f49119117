"""Tiny cases with known answers, solved on the spot by each formulation: the first thing to ask of strange results."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.errors import OptimiserError
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker
from optimiser.units import SECONDS_PER_HOUR


def small_case(worker: WarmWorker, formulation: str) -> str:
    """Solve the family's tiny case; return what is wrong, "" if nothing."""
    problem, optimum = case_of(formulation)
    try:
        result = worker.solve(problem, formulation, SolveOptions(time_limit_s=60, confirm=False))
    except OptimiserError as error:
        return str(error)
    value = result.objectives[0].value if result.objectives else float("nan")
    if not abs(value - optimum) < 1e-6:
        return f"{result.status}: {value:g} instead of {optimum:g}"
    return ""


def case_of(formulation: str) -> tuple[Any, float]:
    """Return a formulation's tiny case: the problem and its best objective."""
    return _CASES.get(formulation, _CASES[formulation.split(".")[0]])()


def path_of_four() -> tuple[Any, float]:
    """Four areas in a row, a minute apart, two districts of two: two drives of a minute."""
    from optimiser.problems.sectors import SectorsParams, SectorsProblem

    ids = ("A", "B", "C", "D")
    travel_s = 60.0 * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    problem = SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        centre_ids=ids,
        centre_area=np.arange(4),
        travel_s=travel_s,
        calls=np.ones(4),
        covered_calls=np.where(travel_s <= 60.0, 1.0, 0.0),
        cover_calls=np.ones(4),
        balance_names=("calls",),
        balance=np.ones((1, 4)),
        params=SectorsParams(district_ids=("1", "2"), balance_frac={"calls": 0.05}),
    )
    return problem, 120.0


def one_link_to_cut() -> tuple[Any, float]:
    """Return the same four areas with borders of 5, 3 and 7 m as aim: halves cut the one in the middle."""
    from dataclasses import replace

    problem, _ = path_of_four()
    aimed = replace(problem.params, objectives=("boundary",))
    return replace(problem, params=aimed, border_m=np.array([5.0, 3.0, 7.0])), 3.0


def path_without_balance() -> tuple[Any, float]:
    """Return the same four areas without a window for their work: two drives of a minute still."""
    from dataclasses import replace

    problem, optimum = path_of_four()
    return replace(problem, params=replace(problem.params, balance_frac={})), optimum


def one_area_to_move() -> tuple[Any, float]:
    """Return the same four areas with three of them in one district: one of four has to move."""
    from dataclasses import replace

    problem, _ = path_of_four()
    params = replace(problem.params, objectives=("moved",))
    return replace(problem, today=("1", "2", "2", "2"), params=params), 0.25


def one_early_shift() -> tuple[Any, float]:
    """Two officers wanted on Monday 06-14, one shift of just those hours: 16 officer-hours."""
    from optimiser.problems.shifts import ShiftsParams, ShiftsProblem

    wanted = np.zeros(168, dtype=np.int64)
    wanted[6:14] = 2
    problem = ShiftsProblem(
        params=ShiftsParams(hold_split=False, interval_price=0.0),
        slot_s=3600,
        requirement=wanted,
        call_work_s=np.zeros(168),
        admin_s=np.zeros(168),
        shift_ids=("early",),
        shift_start=np.array([6]),
        shift_slots=np.array([8]),
        shift_days=np.ones((1, 7), dtype=bool),
        cost_per_officer_h=np.ones(168),
    )
    return problem, 16.0


def one_officer_for_two_hours() -> tuple[Any, float]:
    """One shift of two hours within the budget: two of the four hours that want an officer stay without, at 1 each."""
    from optimiser.problems.shifts import ShiftsParams, ShiftsProblem

    wanted = np.zeros(168, dtype=np.int64)
    wanted[6:10] = 1
    problem = ShiftsProblem(
        params=ShiftsParams(objective="shortage", hold_split=False, interval_price=0.0, budget_h=3.0),
        slot_s=3600,
        requirement=wanted,
        call_work_s=np.zeros(168),
        admin_s=np.zeros(168),
        shift_ids=("early", "late"),
        shift_start=np.array([6, 8]),
        shift_slots=np.array([2, 2]),
        shift_days=np.ones((2, 7), dtype=bool),
        cost_per_officer_h=np.ones(168),
    )
    return problem, 2.0


def two_units() -> tuple[Any, float]:
    """Send the unit that is nearest to both calls to the second: 70 s and 60 s, not 50 s and 500 s."""
    from optimiser.problems.assignment import AssignmentParams, AssignmentProblem

    problem = AssignmentProblem(
        params=AssignmentParams(journey_weight=0.0),
        unit_ids=("u1", "u2"),
        officers=np.array([1, 1]),
        driver_class=("standard", "standard"),
        status=("free", "free"),
        ready_s=np.zeros(2),
        incident_ids=("i1", "i2"),
        grade=np.array([1, 1]),
        officers_needed=np.array([1, 1]),
        age_s=np.zeros(2),
        weight=np.ones(2),
        travel_s=np.array([[50.0, 60.0], [70.0, 500.0]]),
        zone_ids=(),
        demand_level=np.zeros(0, dtype=np.int64),
        zone_s=np.zeros((2, 0)),
    )
    return problem, 130.0


def four_beats() -> tuple[Any, float]:
    """Four beats in a row with equal work: 50 % over with three cars, even with two and with one."""
    from optimiser.problems.fold import FoldParams, FoldProblem

    problem = FoldProblem(
        beat_ids=("A", "B", "C", "D"),
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        work=np.ones(4),
        params=FoldParams(),
    )
    return problem, 0.5 / 3


def two_posts() -> tuple[Any, float]:
    """Three posts in a row, four streets between and beyond them: the two ends reach all 15 calls."""
    from optimiser.problems.standby import StandbyParams, StandbyProblem

    problem = StandbyProblem(
        post_ids=("A", "B", "C"),
        post_cost=np.ones(3),
        part_ids=("all",),
        starts=np.array([0, 1, 3, 5, 6]),
        posts=np.array([0, 0, 1, 1, 2, 2], dtype=np.int32),
        band=np.zeros(6, dtype=np.int8),
        weight=np.array([[4.0], [3.0], [3.0], [5.0]]),
        params=StandbyParams(n_cars=(2,)),
    )
    return problem, 15.0


def two_towns() -> tuple[Any, float]:
    """Return a station in a town that shrinks and a site in one that grows: 10 calls reached, then 4 and 20."""
    from optimiser.problems.facilities import FacilitiesParams, FacilitiesProblem

    problem = FacilitiesProblem(
        site_ids=("old", "new"),
        existing=np.array([True, False]),
        cost=np.array([3.0, 5.0]),
        opens=np.array([0, 1]),
        years=("2030", "2040"),
        area_ids=("A", "B"),
        calls=np.array([[10.0, 2.0], [4.0, 20.0]]),
        reaches=np.eye(2, dtype=bool),
        params=FacilitiesParams(budget=(5.0,)),
    )
    return problem, 17.0


def two_districts() -> tuple[Any, float]:
    """Two districts, one with twice the work of the other: four officers for 20 h and two for 10 h, not three each."""
    from optimiser.problems.strength import StrengthParams, StrengthProblem

    problem = StrengthProblem(
        district_ids=("A", "B"),
        work_h=np.array([20.0, 10.0]),
        assigned=np.array([3, 3]),
        unfit=np.zeros(2, dtype=np.int64),
        new_officers=0,
        service=np.tile(np.linspace(0.0, 1.0, 7), (2, 1)),
        minimum=np.zeros(2, dtype=np.int64),
        most=np.full(2, 6),
        params=StrengthParams(aim="equal"),
    )
    return problem, 20.0


def two_peaks() -> tuple[Any, float]:
    """Return 2 officers for 16 hours and nobody else: two 8-hour shifts cost 2; one of 12 h, 4 h missing, costs 9."""
    from optimiser.problems.shift_design import ShiftDesignParams, ShiftDesignProblem

    need = np.zeros(24, dtype=np.int64)
    need[6:22] = 2
    problem = ShiftDesignProblem(
        slot_s=3600,
        n_days=1,
        need=need,
        shift_ids=("early", "late", "long"),
        shift_start=np.array([6, 14, 6]),
        shift_slots=np.array([8, 8, 12]),
        officer_cost=np.zeros(3),
        most_per_shift=9,
        params=ShiftDesignParams(),
    )
    return problem, 2.0


def two_teams() -> tuple[Any, float]:
    """Two teams of three on two days on, two off: two days apart one of them is always there."""
    from optimiser.problems.rosters import RostersParams, RostersProblem

    need = np.full((1, 4), 3)
    problem = RostersProblem(
        first_date="2027-01-04",
        team_ids=("A", "B"),
        officers=np.array([3, 3]),
        supervisors=np.ones(2, dtype=np.int64),
        vehicles=np.ones(2, dtype=np.int64),
        skill_ids=(),
        skilled=np.zeros((2, 0), dtype=np.int64),
        shift_ids=("D",),
        shift_start_s=np.array([7 * SECONDS_PER_HOUR]),
        shift_length_s=np.array([12 * SECONDS_PER_HOUR]),
        pattern_ids=("2on2off",),
        patterns=(("D", "D", "-", "-"),),
        on_pattern=("2on2off", "2on2off"),
        on_phase=(0, 0),
        history=((), ()),
        wanted=need,
        minimum=np.zeros_like(need),
        supervisors_needed=np.ones_like(need),
        skills_needed=np.zeros((0, 1, 4), dtype=np.int64),
        params=RostersParams(),
    )
    return problem, 1.0


def one_post() -> tuple[Any, float]:
    """Return one post on duty every day, at most three working days in a row and one or two off: two rows, one weekend.

    Two officers share seven days a week. Both weekends of the cycle have work on one day at least, unless one of the
    two is on from Friday to Sunday and the other one off.
    """
    from optimiser.problems.patterns import PatternsParams, PatternsProblem

    problem = PatternsProblem(
        shift_ids=("D",),
        shift_start_s=np.array([7 * SECONDS_PER_HOUR]),
        shift_length_s=np.array([12 * SECONDS_PER_HOUR]),
        need=np.ones((1, 7), dtype=np.int64),
        fewest_rows=2,
        most_rows=2,
        params=PatternsParams(exact=True, longest_work=3, shortest_off=1, longest_off=4),
    )
    return problem, 1.0


def one_bridge() -> tuple[Any, float]:
    """Return a suspect, a bridge and an exit beyond it: one post, held a minute early."""
    from optimiser.problems.containment import ContainmentParams, ContainmentProblem

    problem = ContainmentProblem(
        unit_ids=("1",),
        place_ids=("here", "bridge", "out"),
        arrive_s=np.array([[600.0, 60.0, 600.0]]),
        bands=("fast",),
        suspect_s=np.array([[0.0, 120.0, 180.0]]),
        edges=np.array([[0, 1], [1, 2]]),
        start=np.array([True, False, False]),
        exits=np.array([False, False, True]),
        weight=np.ones(3),
        params=ContainmentParams(),
    )
    return problem, 1.0


def two_corners() -> tuple[Any, float]:
    """Return two places with harm 8 and 6 and two blocks that reach half each: one to each is 7."""
    from optimiser.problems.patrol import PatrolParams, PatrolProblem

    problem = PatrolProblem(
        place_ids=("A", "B"),
        part_ids=("all",),
        harm=np.array([[8.0], [6.0]]),
        available=np.array([2]),
        past_h=np.zeros((2, 1)),
        residents=np.zeros(2),
        off=(),
        params=PatrolParams(block_h=1.0, half_h=1.0),
    )
    return problem, 7.0


_CASES = {
    "sectors": path_of_four,
    "sectors.border": one_link_to_cut,
    "sectors.median": path_without_balance,
    "sectors.moves": one_area_to_move,
    "shifts": one_early_shift,
    "shifts.network": one_officer_for_two_hours,
    "assignment": two_units,
    "fold": four_beats,
    "standby": two_posts,
    "facilities": two_towns,
    "containment": one_bridge,
    "patrol": two_corners,
    "strength": two_districts,
    "patterns": one_post,
    "rosters": two_teams,
    "shift_design": two_peaks,
}
