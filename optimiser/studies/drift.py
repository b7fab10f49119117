"""The yearly look at districts in use: is nothing needed, a transfer of officers, other shifts, or a redraw?

Work drifts from year to year. While every district is within the tolerance of its target share in every kind of work
that is balanced, nothing is needed. Else officers may follow the work that is shared out, the first kind: is there a
whole number of officers for each district, with the same total, that brings work per officer within the tolerance
everywhere, over the week and in every part of the day and the week that is balanced too? Then a transfer suffices,
and the fewest that do are told. Where parts alone stay beyond it, no transfer between districts helps, but shifts
within them do: more of their officers in those hours. Where there is no such number, where the units cannot be
divided (a beat is one car), or where another kind of work (population, land) or another rule is broken, lines have to
be redrawn; how little has to move is asked of :mod:`optimiser.prepare.own_plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Violation
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem

Verdict = Literal["nothing", "transfer", "shifts", "redraw"]
ROUNDING = 1e-9
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One district: its share of the work against its target, and its officers.

    Parameters
    ----------
    off_frac
        Relative deviation from the target share.
    officers, officers_after
        Now and after the transfer; None where officers are not known or cannot be moved.
    off_after_frac
        Relative deviation of its work per officer from the mean after the transfer.
    """

    district: str
    share: float
    target: float
    off_frac: float
    officers: int | None = None
    officers_after: int | None = None
    off_after_frac: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The work that is shared out in a part of the day or the week, and how far each district is off in it."""

    kind: str
    tolerance_frac: float
    off_frac: Mapping[str, float]

    @property
    def beyond(self) -> dict[str, float]:
        """The districts beyond the tolerance, the worst first."""
        off = {d: x for d, x in self.off_frac.items() if abs(x) > self.tolerance_frac + ROUNDING}
        return dict(sorted(off.items(), key=lambda entry: -abs(entry[1])))


@dataclass(frozen=True, slots=True)
class Drift:
    """What is needed, and why.

    Parameters
    ----------
    verdict
        ``shifts``: only parts of the day or the week are off, and no transfer between districts cures them.
    kind, tolerance_frac
        The work that is shared out, and how far a district may be off.
    transferred
        Officers that change their district; None where no transfer is told.
    broken
        Broken rules that no transfer and no shift can mend: other kinds of work out of balance among them.
    parts
        The same work in each part of the day and the week that is balanced.
    divisible
        Was a transfer looked for? Not for beats of one car.
    """

    verdict: Verdict
    kind: str
    tolerance_frac: float
    standings: tuple[Standing, ...]
    transferred: int | None
    broken: tuple[Violation, ...]
    parts: tuple[Part, ...] = ()
    divisible: bool = True

    @property
    def beyond(self) -> tuple[Standing, ...]:
        """The districts beyond the tolerance, the worst first."""
        off = [s for s in self.standings if abs(s.off_frac) > self.tolerance_frac + ROUNDING]
        return tuple(sorted(off, key=lambda s: -abs(s.off_frac)))


@dataclass(frozen=True, slots=True)
class Redraw:
    """The least redraw that restores the balance.

    Parameters
    ----------
    status
        Of the search for it.
    areas, at_least
        Areas that move in the best plan found, and that have to move in any; None where no such plan was found.
    confirmed_by
        What confirmed the proof; "" if nothing did.
    """

    status: str
    areas: int | None
    at_least: int | None
    confirmed_by: str

    @property
    def decided(self) -> bool:
        """Is it proved that no redraw moves fewer areas, or that none keeps the rules?"""
        if self.areas is None:
            return self.status == "infeasible"
        return self.at_least is not None and self.at_least >= self.areas


def drift(
    problem: SectorsProblem,
    plan: SectorsPlan,
    officers: Mapping[str, int] | None = None,
    *,
    divisible: bool = True,
) -> Drift:
    """Look at a plan under the work of now.

    Parameters
    ----------
    problem
        The question with the work of now; the first kind of ``balance_frac`` is the one that is shared out.
    officers
        Officers of each district; without them target shares stand for strength.
    divisible
        Whether officers can go from one district to another; False for beats of one car.

    Raises
    ------
    InputError
        If no kind of work has a tolerance, or officers are given for other districts.
    """
    p = problem.params
    if not p.balance_frac:
        raise InputError(
            "Nothing is balanced in this question: give a tolerance to look at the drift against."
        )
    kind, tolerance = next(iter(p.balance_frac.items()))
    kinds = _shared_out(problem, kind)
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    loads = np.array([_loads(problem, label, q) for q in kinds])
    limits = np.array([p.balance_frac[q] for q in kinds])
    mine = {("balance", f"{d}, {q}") for d in p.district_ids for q in kinds}
    broken = tuple(v for v in FAMILY.check(problem, plan) if (v.rule, v.where) not in mine)
    now = _officers(officers, p.district_ids)
    strength = p.shares() if now is None else now
    uneven, whole_uneven = (_beyond(loads[:n], strength, limits[:n]) for n in (len(kinds), 1))
    after = _curing(loads, now, limits) if divisible else None
    cured = after is not None
    if divisible and whole_uneven and not cured:
        after = _curing(loads[:1], now, limits[:1])
    verdict: Verdict = "redraw"
    if not broken and not uneven:
        verdict, after = "nothing", None
    elif not broken and cured:
        verdict = "transfer"
    elif not broken and divisible and (after is not None or not whole_uneven):
        verdict = "shifts"
    after = None if now is None else after
    moved = None if after is None or now is None else int(np.maximum(after - now, 0).sum())
    off = [dict(zip(p.district_ids, _off(w, strength).tolist(), strict=True)) for w in loads]
    return Drift(
        verdict,
        kind,
        tolerance,
        _standings(problem, loads[0], now, after),
        moved,
        broken,
        tuple(Part(q, p.balance_frac[q], x) for q, x in zip(kinds[1:], off[1:], strict=True)),
        divisible,
    )


def _shared_out(problem: SectorsProblem, kind: str) -> list[str]:
    """Return the kind of work that is shared out, then its parts of the day and the week that are balanced too."""
    work = dict(zip(problem.balance_names, problem.balance.sum(axis=1).tolist(), strict=True))
    parts = [q for q in problem.params.balance_frac if q.startswith(f"{kind}, ") and work[q] > 0]
    return [kind, *parts]


def _standings(
    problem: SectorsProblem, load: Floats, now: Ints | None, after: Ints | None
) -> tuple[Standing, ...]:
    share, target = load / max(float(load.sum()), 1e-12), problem.params.shares()
    off = _off(load, target if now is None else now)
    off_after = None if after is None else _off(load, after)
    return tuple(
        Standing(
            d,
            float(share[k]),
            float(target[k]),
            float(off[k]),
            None if now is None else int(now[k]),
            None if after is None else int(after[k]),
            None if off_after is None else float(off_after[k]),
        )
        for k, d in enumerate(problem.params.district_ids)
    )


def _beyond(loads: Floats, strength: Ints | Floats, limits: Floats) -> bool:
    """Return whether some work per strength of some kind is further from its mean than the tolerance of its kind."""
    return any(
        bool((np.abs(_off(load, strength)) > limit + ROUNDING).any())
        for load, limit in zip(loads, limits.tolist(), strict=True)
    )


def _curing(loads: Floats, now: Ints | None, limits: Floats) -> Any:
    """Return officers, or shares of the strength where officers are not known, that cure every kind; None for none."""
    if now is not None:
        return transfer(loads, now, limits)
    strength = loads[0] / max(float(loads[0].sum()), 1e-12)
    return None if _beyond(loads, strength, limits) else strength


def _loads(problem: SectorsProblem, label: NDArray[np.str_], kind: str) -> Floats:
    """Return the work of a kind of each district, shape (k,)."""
    work = problem.balance[problem.balance_names.index(kind)]
    return np.array([float(work[label == d].sum()) for d in problem.params.district_ids])


def _off(load: Floats, officers: Ints | Floats) -> Floats:
    """Return how far each district's work per officer is from the mean, relatively; inf where it has none."""
    mean = float(load.sum()) / max(float(officers.sum()), 1e-12)
    if mean <= 0:
        return np.zeros(len(load))
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(officers > 0, load / officers, np.where(load > 0, np.inf, mean))
    return np.asarray(per / mean - 1, dtype=np.float64)


def transfer(load: Floats, officers: Ints, tolerance_frac: float | Floats) -> Ints | None:
    """Return officers by district, the same in total, that bring work per officer within a tolerance of the mean.

    Of all such numbers those with the fewest transfers; None where there are none.

    Parameters
    ----------
    load
        Work of each district, shape (k,), or of several kinds, all of which are to be within, shape (Q, k).
    officers
        Officers of each now, shape (k,).
    tolerance_frac
        One for all kinds, or one each, shape (Q,).
    """
    loads = np.atleast_2d(load)
    limits = np.broadcast_to(np.asarray(tolerance_frac, dtype=np.float64), (len(loads),))
    total = int(officers.sum())
    means = loads.sum(axis=1) / max(total, 1)
    if (means <= 0).any():
        return None
    even = loads / means[:, None]
    least = np.ceil(even / (1 + limits[:, None]) - ROUNDING).max(axis=0).astype(np.int64)
    most = np.full(len(officers), total, dtype=np.int64)
    for row, limit in zip(even, limits.tolist(), strict=True):
        if limit < 1:
            most = np.minimum(most, np.floor(row / (1 - limit) + ROUNDING).astype(np.int64))
    if (least > most).any() or not least.sum() <= total <= most.sum():
        return None
    after = np.clip(officers, least, most)
    while after.sum() != total:
        step = 1 if after.sum() < total else -1
        room = after < most if step > 0 else after > least
        due = even[0] - after  # whoever is shortest of officers gets one, whoever has most to spare gives one
        k = int(np.argmax(np.where(room, step * due, -np.inf)))
        after[k] += step
    return np.asarray(after, dtype=np.int64)


def _officers(officers: Mapping[str, int] | None, districts: tuple[str, ...]) -> Ints | None:
    if officers is None:
        return None
    strange = sorted(set(officers) ^ set(districts))
    if strange:
        raise InputError(
            f"Officers are needed for each district of the plan and no other: {', '.join(strange[:8])} stand in one "
            "list only."
        )
    found = np.array([officers[d] for d in districts], dtype=np.int64)
    if found.sum() <= 0:
        raise InputError("There is no officer in the list.")
    return found
