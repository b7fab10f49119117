"""The numbers that the shift formulations share: bounds, limits and prices in whole officers and slots.

Each limit on hours is a limit on officer-slots, which are whole, so it is rounded to the next number that keeps it
and that whole shifts can add up to. That leaves solvers no row whose truth hangs on a tolerance, and mostly a
relaxation as good as the best plan. Prices are in units of a power of ten, because solvers hold optimality to an
absolute tolerance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.measures import overtime_premium, shortage_steps
from optimiser.problems.shifts.nobody_free import steep
from optimiser.problems.shifts.plan import split_key, staffing_key
from optimiser_models.shifts.chords import Chord, chords
from optimiser_models.shifts.terms_rota import Rota, rota_terms

_ROUND = 1e-9
_LARGEST_DENOMINATOR = 10**6


@dataclass(frozen=True)
class Terms:
    """V = pairs of shift and day that may be staffed.

    Parameters
    ----------
    keys, first, last, start
        Name, first slot, slot after the last (modulo T) and start of day of each pair.
    covers
        Slots of each pair.
    most
        Most officers on each pair, shape (V,).
    unit
        What the prices below are counted in: the largest of them is from 10 to 100 units.
    pay, slot_pay
        Cost of one officer on each pair, shape (V,), and in each slot, shape (T,); 0 where shortage is priced.
    need
        Fewest officers on duty in each slot, shape (T,).
    wanted
        Requirement of each slot where shortage is priced, shape (T,); empty where it is a rule.
    level_prices
        Price of the first officer missing in a slot, the second, ...; of all further ones the last. Per slot, not
        per hour.
    surplus_price
        Price of one officer above the requirement for one slot.
    least_total, most_total
        Limits on officer-slots of the week, both multiples of what every shift's slots are a multiple of.
    community
        (q, a, rhs) of ``q * (officer-slots in the window) - a * (officer-slots) >= rhs``; None without one.
    window
        Slots of the community window.
    chords
        Lines whose greatest (with 0) is the price, at every whole n, of call work above the ceiling and of calls that
        find nobody free; a slot's from left to right.
    max_starts
        Most different start times; None for no limit.
    level_room
        Missing officers that each price level holds, shape (T, levels).
    extra
        Price of an officer on each pair for overtime, shape (V,).
    away
        Officers on the rota but elsewhere in each slot, shape (T,): never on duty, and to be rostered.
    rota
        The rules of ``terms_rota``.
    """

    keys: tuple[str, ...]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    start: NDArray[np.int64]
    covers: tuple[tuple[int, ...], ...]
    most: NDArray[np.int64]
    unit: float
    pay: NDArray[np.float64]
    slot_pay: NDArray[np.float64]
    need: NDArray[np.int64]
    wanted: NDArray[np.int64]
    level_prices: tuple[float, ...]
    surplus_price: float
    least_total: int
    most_total: int
    community: tuple[int, int, int] | None
    window: NDArray[np.bool_]
    chords: tuple[Chord, ...]
    max_starts: int | None
    level_room: NDArray[np.int64]
    extra: NDArray[np.float64]
    away: NDArray[np.int64]
    rota: Rota

    def each(self) -> NDArray[np.float64]:
        """Price of one officer on each pair, overtime included, shape (V,)."""
        price: NDArray[np.float64] = self.pay + self.extra
        return price

    def dearest(self) -> dict[int, float]:
        """Return what the chords of each slot that has any come to with nobody on duty."""
        found: dict[int, float] = {}
        for c in self.chords:
            found[c.slot] = max(found.get(c.slot, 0.0), c.at(0))
        return found

    def most_on_duty(self) -> NDArray[np.int64]:
        """Most officers that can be on duty in each slot, shape (T,); below 0 where more are away than can be on."""
        most = -self.away
        for v, covered in enumerate(self.covers):
            most[list(covered)] += self.most[v]
        return most

    def covering(self) -> list[list[int]]:
        """Pairs on duty in each slot."""
        by_slot: list[list[int]] = [[] for _ in range(self.need.size)]
        for v, covered in enumerate(self.covers):
            for slot in covered:
                by_slot[slot].append(v)
        return by_slot

    def plan(self, officers: list[float]) -> ShiftsPlan:
        """Return the plan of the pairs' officers, rounded; pairs with none are left out."""
        whole = [round(n) for n in officers]
        return ShiftsPlan({k: n for k, n in zip(self.keys, whole, strict=True) if n > 0})

    def officers(self, plan: ShiftsPlan) -> NDArray[np.int64]:
        """Return officers by pair of a plan, cut to what each pair may have, shape (V,)."""
        given = {
            staffing_key(*split_key(k)): n for k, n in plan.officers.items() if isinstance(n, (int, float))
        }
        wanted = np.array([round(given.get(k, 0)) for k in self.keys], dtype=np.int64)
        return np.clip(wanted, 0, self.most)


def terms(problem: ShiftsProblem) -> Terms:
    """Return the terms of a problem, with every relaxation already applied."""
    p = problem.params
    pairs = [(i, d) for i in range(len(problem.shift_ids)) for d in range(7) if problem.shift_days[i, d]]
    first = np.array([d * problem.slots_per_day + problem.shift_start[i] for i, d in pairs], dtype=np.int64)
    length = np.array([problem.shift_slots[i] for i, _ in pairs], dtype=np.int64)
    slots = problem.n_slots
    covers = tuple(
        tuple(int(t) for t in (f + np.arange(n)) % slots) for f, n in zip(first, length, strict=True)
    )
    step = max(1, math.gcd(*length.tolist()))
    most_total = _most_total(problem) // step * step
    away = problem.away_officers()
    extra = np.array([overtime_premium(problem, i, d) for i, d in pairs])
    unit = _unit(problem, covers, extra)
    paid = p.objective == "cost"
    slot_pay = np.asarray(problem.cost_per_officer_h, dtype=np.float64) * (paid * problem.slot_h / unit)
    per_pair = math.floor(problem.most_per_shift + relaxed(p.relax, "shift_capacity") + _ROUND)
    return Terms(
        keys=tuple(staffing_key(problem.shift_ids[i], d) for i, d in pairs),
        first=first,
        last=(first + length) % slots,
        start=np.array([problem.shift_start[i] for i, _ in pairs], dtype=np.int64),
        covers=covers,
        most=np.minimum(per_pair, most_total // np.maximum(length, 1)),
        unit=unit,
        pay=np.array([slot_pay[list(c)].sum() for c in covers]),
        slot_pay=slot_pay,
        need=_need(problem),
        wanted=problem.requirement.astype(np.int64)
        if p.objective == "shortage"
        else np.zeros(0, dtype=np.int64),
        level_prices=tuple(v * problem.slot_h / unit for v in problem.shortage_prices),
        surplus_price=p.surplus_price * problem.slot_h / unit,
        least_total=_rounded_up(_least_total(problem), step, -int(away.sum())),
        most_total=most_total - int(away.sum()),
        community=_community(problem, covers),
        window=problem.community_window(),
        chords=chords(problem, unit),
        max_starts=None
        if p.max_start_times is None
        else math.floor(p.max_start_times + relaxed(p.relax, "start_times") + _ROUND),
        level_room=shortage_steps(problem),
        extra=extra / unit,
        away=away,
        rota=rota_terms(problem, pairs, covers, unit),
    )


def _unit(problem: ShiftsProblem, covers: tuple[tuple[int, ...], ...], extra: NDArray[np.float64]) -> float:
    """Return the power of ten of which the largest price is 10 to 100; 1 where everything is free."""
    p = problem.params
    prices = [p.interval_price, float(extra.max(initial=0.0)) / problem.slot_h]
    if problem.existing is not None:
        prices.append(p.change_price * max(len(c) for c in covers))
    if p.objective == "cost":
        prices += [float(problem.cost_per_officer_h[list(c)].sum()) for c in covers]
    else:
        prices += [*problem.shortage_prices, p.surplus_price]
    largest = max(prices) * problem.slot_h
    if p.no_free_price > 0:
        saved = steep(problem.nobody_free)
        largest = max(largest, p.no_free_price * float((saved[:, :1] - saved[:, 1:2]).max(initial=0.0)))
    return 10.0 ** (math.floor(math.log10(largest)) - 1) if largest > 0 else 1.0


def _need(problem: ShiftsProblem) -> NDArray[np.int64]:
    p = problem.params
    least = math.ceil(max(0.0, p.minimum_on_duty - relaxed(p.relax, "minimum_on_duty")) - _ROUND)
    need = np.full(problem.n_slots, least, dtype=np.int64)
    if p.objective == "cost":
        wanted = np.ceil(problem.requirement - relaxed(p.relax, "requirement") - _ROUND).astype(np.int64)
        need = np.maximum(need, wanted)
    return need


def _most_total(problem: ShiftsProblem) -> int:
    per_pair = problem.most_per_shift + relaxed(problem.params.relax, "shift_capacity")
    every = math.floor(per_pair * float((problem.shift_slots[:, None] * problem.shift_days).sum()) + _ROUND)
    if problem.params.budget_h is None or not problem.params.overtime_in_budget:
        return every  # on the rota; those away are part of it; a budget beside overtime is a row of its own
    hours = problem.params.budget_h + relaxed(problem.params.relax, "budget")
    return min(every, math.floor(hours / problem.slot_h + 1e-6))


def _shares(problem: ShiftsProblem) -> tuple[float, float, float, float]:
    """Call and admin ceilings, proactive and community floors, with tolerance and relaxation."""
    p = problem.params
    return (
        p.call_ceiling_frac + p.tolerance_frac + relaxed(p.relax, "call_ceiling"),
        p.admin_ceiling_frac + p.tolerance_frac + relaxed(p.relax, "admin_ceiling"),
        max(0.0, p.proactive_floor_frac - p.tolerance_frac - relaxed(p.relax, "proactive_floor")),
        max(0.0, p.community_floor_frac - p.tolerance_frac - relaxed(p.relax, "community_floor")),
    )


def _least_total(problem: ShiftsProblem) -> int:
    """Fewest officer-slots in which calls, administration and both floors fit; beyond every plan if none do."""
    if not problem.params.hold_split:
        return 0
    call, admin, proactive, community = _shares(problem)
    calls = float(problem.call_work_s.sum()) / problem.slot_s
    paper = float(problem.admin_s.sum()) / problem.slot_s
    asked = [(calls, call), (paper, admin)]
    if proactive > 0:
        asked.append((calls + paper, 1 - community - proactive))
    if community > 0:
        asked.append((calls + paper, 1 - community))
    least = 0
    for work, share in asked:
        if work > 0 and share <= _ROUND:
            return _most_total(problem) + 1
        if work > 0:
            least = max(least, math.ceil(work / share * (1 - _ROUND)))
    return least


def _rounded_up(least: int, step: int, beside: int = 0) -> int:
    """Round a limit up to what whole shifts can add up to: a multiple of the greatest common divisor of their parts.

    ``beside`` is what those away add to every such sum.

    Chvatal and Gomory's rounding. A limit between two such multiples leaves a relaxation that no plan reaches, and a
    proof takes a search where it needs none.
    """
    return -(-(least - beside) // step) * step + beside if step > 1 else least


def _community(problem: ShiftsProblem, covers: tuple[tuple[int, ...], ...]) -> tuple[int, int, int] | None:
    floor = _shares(problem)[3]
    if not problem.params.hold_split or floor <= 0:
        return None
    share = Fraction(floor).limit_denominator(_LARGEST_DENOMINATOR)
    calls = float(problem.call_work_s[problem.community_window()].sum()) / problem.slot_s
    q, a = share.denominator, share.numerator
    window = problem.community_window()
    step = math.gcd(*(q * int(window[list(c)].sum()) - a * len(c) for c in covers))
    away = problem.away_officers()
    beside = a * int(away.sum()) - q * int(away[window].sum())
    return q, a, _rounded_up(math.ceil(q * calls * (1 - _ROUND)), step, beside)
