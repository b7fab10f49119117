"""One problem a formulation that it cannot answer at once: what a planner who stops early meets."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.problems.assignment import AssignmentParams, AssignmentProblem
from optimiser.problems.facilities import FacilitiesParams, FacilitiesProblem
from optimiser.problems.fold import FoldParams, FoldProblem
from optimiser.problems.patterns import PatternsParams, PatternsProblem
from optimiser.problems.rosters import RostersParams, RostersProblem
from optimiser.problems.sectors import SectorsParams, SectorsProblem
from optimiser.problems.shift_design import ShiftDesignParams, ShiftDesignProblem
from optimiser.problems.shifts import ShiftsParams, ShiftsProblem
from optimiser.problems.standby import StandbyParams, StandbyProblem
from optimiser.problems.strength import StrengthParams, StrengthProblem
from tests.oracles.containment_cases import many_streets_out
from tests.oracles.patrol_cases import whole_town

SIDE = 14
"""Areas along each side of the grid."""


def grid(side: int = SIDE, today: tuple[str, ...] = (), **params: Any) -> SectorsProblem:
    """Return a square grid of areas with uneven work, eight districts anywhere, each within 5 % of its share."""
    rng = np.random.default_rng(7)
    n = side * side
    cell = np.arange(n).reshape(side, side)
    pairs = [
        np.column_stack([a.ravel(), b.ravel()])
        for a, b in ((cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:]))
    ]
    xy = np.column_stack(np.divmod(np.arange(n), side)).astype(float)
    travel = 60.0 * np.abs(xy[:, None] - xy[None]).sum(axis=2) + 20.0
    work = rng.integers(1, 40, n).astype(float)
    ids = tuple(f"a{i:03d}" for i in range(n))
    given = {"district_ids": tuple(f"d{k}" for k in range(8)), "balance_frac": {"calls": 0.05}} | params
    edges = np.concatenate(pairs)
    return SectorsProblem(
        area_ids=ids,
        edges=edges,
        border_m=np.full(len(edges), 100.0),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=work,
        covered_calls=(travel <= 200.0) * work[None, :],
        cover_calls=work,
        balance_names=("calls",),
        balance=work[None, :],
        distance_m=10.0 * travel,
        today=today,
        params=SectorsParams(**given),
    )


def without_balance() -> SectorsProblem:
    """Return the grid as a question of medians, under the strictest rule of shape."""
    return grid(balance_frac={}, shape="round")


def short_border() -> SectorsProblem:
    """Return the grid with the border between districts as the one aim."""
    return grid(objectives=("boundary",))


def out_of_balance() -> SectorsProblem:
    """Return the grid with a plan of today in stripes of uneven width, to be mended in the fewest moves."""
    stripe = np.searchsorted([2, 5, 9], np.arange(SIDE * SIDE) // SIDE, side="right")
    return grid(
        today=tuple(f"d{k}" for k in stripe),
        objectives=("moved",),
        district_ids=tuple(f"d{k}" for k in range(4)),
    )


def narrow_grid() -> SectorsProblem:
    """Return a grid of 100 areas with one kind of work within a narrow window."""
    return grid(10, balance_frac={"calls": 0.02})


def small_grid() -> SectorsProblem:
    """Return the grid with 81 areas and four districts: the plain model of flows finds its plans late."""
    return grid(9, district_ids=tuple(f"d{k}" for k in range(4)), balance_frac={"calls": 0.1})


def uneven_week() -> ShiftsProblem:
    """Return half-hours of a week with two peaks a day, 36 shifts to choose from, at most five start times."""
    rng = np.random.default_rng(3)
    slots = 336
    hour = np.arange(slots) / 2 % 24
    wave = 9 + 5 * np.sin((hour - 14) / 24 * 2 * np.pi) + 2 * np.sin((hour - 3) / 6 * np.pi)
    starts = np.repeat(np.arange(0, 48, 4), 3)
    lengths = np.tile([16, 18, 20], 12)
    return ShiftsProblem(
        params=ShiftsParams(max_start_times=5),
        slot_s=1800,
        requirement=np.maximum(2, np.round(wave + rng.normal(0, 1.5, slots))).astype(np.int64),
        call_work_s=1800 * 0.28 * wave,
        admin_s=np.full(slots, 400.0),
        shift_ids=tuple(
            f"{s // 2:02d}:{s % 2 * 30:02d}+{n / 2:g}" for s, n in zip(starts, lengths, strict=True)
        ),
        shift_start=starts,
        shift_slots=lengths,
        shift_days=np.ones((36, 7), dtype=bool),
        cost_per_officer_h=np.where((hour < 6) | (hour >= 22), 1.15, 1.0),
    )


def busy_night() -> AssignmentProblem:
    """Return 120 units and 30 incidents of up to four officers over 90 zones whose levels can hardly be kept."""
    rng = np.random.default_rng(5)
    units, incidents, zones = 120, 30, 90
    at, scene, zone = (rng.uniform(0, 20_000, (k, 2)) for k in (units, incidents, zones))

    def drive(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a[:, None] - b[None], axis=2) / 14.0

    return AssignmentProblem(
        params=AssignmentParams(coverage_s=330.0, shortfall_price_s=(300.0, 700.0, 1500.0)),
        unit_ids=tuple(f"u{k}" for k in range(units)),
        officers=rng.choice([1, 1, 2], units),
        driver_class=tuple(str(c) for c in rng.choice(["standard", "advanced"], units)),
        status=("free",) * units,
        ready_s=np.zeros(units),
        incident_ids=tuple(f"i{k}" for k in range(incidents)),
        grade=rng.integers(1, 3, incidents),
        officers_needed=rng.integers(1, 5, incidents),
        age_s=rng.uniform(0, 600, incidents),
        weight=np.ones(incidents),
        travel_s=drive(at, scene),
        zone_ids=tuple(f"z{k}" for k in range(zones)),
        demand_level=rng.integers(1, 4, zones).astype(float),
        zone_s=drive(at, zone),
        scene_zone_s={c: drive(scene, zone) for c in ("standard", "advanced")},
    )


def many_streets() -> StandbyProblem:
    """Return 150 posts, 4,000 places of calls and eighteen cars whose calls are answered by the second car too."""
    rng = np.random.default_rng(11)
    post, place = rng.uniform(0, 30, (150, 2)), rng.uniform(0, 30, (4000, 2))
    near = np.linalg.norm(place[:, None] - post[None], axis=2) <= 4.0
    near = near[near.any(axis=1)]
    posts = [np.flatnonzero(row) for row in near]
    return StandbyProblem(
        post_ids=tuple(f"p{j}" for j in range(150)),
        post_cost=np.ones(150),
        part_ids=("all",),
        starts=np.cumsum([0, *(p.size for p in posts)]),
        posts=np.concatenate(posts).astype(np.int32),
        band=np.zeros(int(near.sum()), dtype=np.int8),
        weight=rng.integers(1, 100, (len(posts), 1)).astype(float),
        params=StandbyParams(n_cars=(18,), objectives=("expected",), busy_frac=0.3),
    )


def many_beats(rows: int = 4) -> FoldProblem:
    """Return beats in a rectangle four wide with uneven work, folded down to two cars."""
    rng = np.random.default_rng(2)
    n = 4 * rows
    cell = np.arange(n).reshape(rows, 4)
    pairs = [
        np.column_stack([a.ravel(), b.ravel()])
        for a, b in ((cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:]))
    ]
    return FoldProblem(
        beat_ids=tuple(f"b{k:02d}" for k in range(n)),
        edges=np.concatenate(pairs),
        work=rng.integers(5, 60, n).astype(float),
        params=FoldParams(fewest_cars=2),
    )


def twelve_beats() -> FoldProblem:
    """Return as many beats as the model that states everything accepts with ease."""
    return many_beats(3)


def many_sites() -> FacilitiesProblem:
    """Return 60 sites and four years for 500 areas, money for a fifth of them."""
    rng = np.random.default_rng(13)
    site, area = rng.uniform(0, 30, (60, 2)), rng.uniform(0, 30, (500, 2))
    cost = rng.integers(3, 14, 60).astype(float)
    grown = rng.uniform(0.8, 1.6, (4, 500)).cumprod(axis=0)
    return FacilitiesProblem(
        site_ids=tuple(f"s{k:02d}" for k in range(60)),
        existing=np.arange(60) < 6,
        cost=cost,
        opens=np.where(np.arange(60) < 6, 0, rng.integers(0, 3, 60)),
        years=("2030", "2035", "2040", "2045"),
        area_ids=tuple(f"a{i}" for i in range(500)),
        calls=np.round(grown * rng.integers(1, 60, 500)),
        reaches=np.linalg.norm(site[:, None] - area[None], axis=2) <= 4.5,
        params=FacilitiesParams(budget=(30.0, 50.0, 75.0, 95.0)),
    )


def noisy_week() -> ShiftDesignProblem:
    """Return half-hours of a week with a noisy need, 48 shifts to choose from, a shift as dear as three hours."""
    rng = np.random.default_rng(8)
    hour = np.arange(336) / 2 % 24
    wave = 9 + 5 * np.sin((hour - 14) / 24 * 2 * np.pi) + 2 * np.sin((hour - 3) / 6 * np.pi)
    starts = np.repeat(np.arange(0, 48, 3), 3)
    lengths = np.tile([16, 18, 20], 16)
    return ShiftDesignProblem(
        slot_s=1800,
        n_days=7,
        need=np.maximum(2, np.round(wave + rng.normal(0, 1.5, 336))).astype(np.int64),
        shift_ids=tuple(f"{s / 2:g}+{n / 2:g}" for s, n in zip(starts, lengths, strict=True)),
        shift_start=starts,
        shift_slots=lengths,
        officer_cost=np.zeros(48),
        most_per_shift=30,
        params=ShiftDesignParams(shift_price=3.0),
    )


def twenty_teams() -> RostersProblem:
    """Return twenty teams of uneven size on two patterns for four weeks, fewer officers than are wanted."""
    rng, days = np.random.default_rng(6), 28
    officers = rng.integers(7, 13, 20)
    wanted = np.rint(officers.sum() * rng.uniform(0.12, 0.3, (3, days))).astype(np.int64)
    return RostersProblem(
        first_date="2027-01-04",
        team_ids=tuple(f"T{k:02d}" for k in range(20)),
        officers=officers,
        supervisors=np.ones(20, dtype=np.int64),
        vehicles=np.full(20, 3),
        skill_ids=(),
        skilled=np.zeros((20, 0), dtype=np.int64),
        shift_ids=("E", "L", "N"),
        shift_start_s=3600.0 * np.array([7, 14, 22]),
        shift_length_s=3600.0 * np.array([9, 9, 9]),
        pattern_ids=("forward", "back"),
        patterns=(tuple("EELLNN----"), tuple("LLEENN----")),
        on_pattern=("",) * 20,
        on_phase=(0,) * 20,
        history=((),) * 20,
        wanted=wanted,
        minimum=np.zeros_like(wanted),
        supervisors_needed=np.zeros_like(wanted),
        skills_needed=np.zeros((0, *wanted.shape), dtype=np.int64),
        params=RostersParams(rest_s=8 * 3600.0),
    )


def three_shifts() -> PatternsProblem:
    """Return early, late and night shifts for about 60 officers, two free days after nights."""
    need = [[21, 18, 18, 15, 15, 12, 12], [9, 9, 18, 15, 18, 15, 15], [12, 12, 9, 9, 9, 12, 6]]
    return PatternsProblem(
        shift_ids=("E", "L", "N"),
        shift_start_s=3600.0 * np.array([6, 14, 22]),
        shift_length_s=np.full(3, 8 * 3600.0),
        need=np.array(need),
        fewest_rows=52,
        most_rows=72,
        params=PatternsParams(
            longest_run={"E": 5, "L": 5, "N": 4},
            shortest_run={"E": 2, "L": 2, "N": 2},
            off_after_nights=2,
            most_week_h=42.0,
            shortest_work=3,
            longest_off=4,
        ),
    )


def force() -> StrengthProblem:
    """Return eight districts and some 250 officers, as fair as can be."""
    rng = np.random.default_rng(3)
    assigned = rng.integers(15, 45, 8)
    n = np.arange(int(assigned.sum()) + 13)
    half = rng.uniform(5, 40, 8)
    return StrengthProblem(
        district_ids=tuple(f"D{i}" for i in range(8)),
        work_h=rng.uniform(200, 900, 8),
        assigned=assigned,
        unfit=rng.integers(0, 3, 8),
        new_officers=12,
        service=1 - np.exp(-n[None, :] / half[:, None]),
        minimum=np.full(8, 10),
        most=np.full(8, 60),
        params=StrengthParams(),
    )


def scarce_week() -> ShiftsProblem:
    """Return half-hours of uneven need, shifts of 7, 9 and 11.5 hours and a budget that is no sum of them."""
    rng = np.random.default_rng(5)
    slots = 336
    need = np.rint(14 + 9 * np.sin(np.arange(slots) / 48 * 2 * np.pi) + rng.integers(0, 7, slots)).astype(int)
    lengths, starts = (14, 18, 23), range(0, 48, 3)
    shifts = [(s, n) for s in starts for n in lengths]
    return ShiftsProblem(
        params=ShiftsParams(
            objective="shortage", hold_split=False, budget_h=0.83 * float(need.sum()) / 2, surplus_price=0.3
        ),
        slot_s=1800,
        requirement=need,
        call_work_s=need * 1800 * rng.uniform(0.2, 0.5, slots),
        admin_s=np.zeros(slots),
        shift_ids=tuple(f"{s}+{n}" for s, n in shifts),
        shift_start=np.array([s for s, _ in shifts]),
        shift_slots=np.array([n for _, n in shifts]),
        shift_days=rng.random((len(shifts), 7)) < 0.5,
        cost_per_officer_h=np.ones(slots),
        shortage_prices=(1.0, 1.7, 4.0),
        shortage_bands_frac=(0.13, 0.31),
    )


LARGER = {
    "containment": many_streets_out,
    "patrol": whole_town,
    "sectors": grid,
    "sectors.border": short_border,
    "sectors.carve": narrow_grid,
    "sectors.flow": small_grid,
    "sectors.median": without_balance,
    "sectors.moves": out_of_balance,
    "shifts": uneven_week,
    "assignment": busy_night,
    "standby": many_streets,
    "fold": many_beats,
    "fold.cpsat": twelve_beats,
    "facilities": many_sites,
    "patterns": three_shifts,
    "rosters": twenty_teams,
    "shift_design": noisy_week,
    "strength": force,
    "shifts.network": scarce_week,
}


def larger(formulation: str) -> Any:
    """Return the larger problem of a formulation, or of its family."""
    return LARGER.get(formulation, LARGER[formulation.split(".")[0]])()
