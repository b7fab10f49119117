"""Sector plans with any number of districts side by side: what moves, who gains and who loses, and is it so.

Every plan is judged on its own districts by the same rules and data. Districts are matched to the first plan's by the
work they share, so that a new name alone moves nobody. Times are means over calls by area or by named place, never of
a person; where fewer calls or residents than the project's ``privacy_threshold`` stand behind one it is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.compare import Comparison, judge, moved, partners
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import named, served_by, value_of
from optimiser.problems.sectors.params import SENSES
from optimiser.solve.result import PROOF_GAP, Result
from optimiser.units import percent_text

Floats = NDArray[np.float64]
SAME_S = 0.5
"""A mean drive that changes by less is the same."""
ENOUGH_FRAC = 0.95
"""A plan that is better in this share of the samples is better whatever the weeks."""


@dataclass(frozen=True)
class Entry:
    """One plan: its name, the question it is judged by (with its own districts), and its result if a run made it.

    ``note`` says that it was made for other rules or data than it is judged by, "" where it was not.
    """

    name: str
    problem: SectorsProblem
    plan: SectorsPlan
    result: Result[Any] | None = None
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What one plan changes against the first.

    Parameters
    ----------
    name
        Of the plan.
    renamed
        Its districts by the name of the first plan's district that they follow; others keep their own.
    areas
        Areas that change hands: (before, after), after by the names in ``renamed``.
    shares
        Share of each kind of work that changes hands.
    people
        Residents of these areas; None where the project knows of none.
    """

    name: str
    renamed: Mapping[str, str]
    areas: Mapping[str, tuple[str, str]]
    shares: Mapping[str, float]
    people: float | None


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean drive of the calls of a place under the first plan and another; None where the numbers are too small."""

    name: str
    kind: str
    place: str
    n_areas: int
    calls_per_week: float | None
    before_s: float | None
    after_s: float | None

    @property
    def hidden(self) -> bool:
        """Is it not told because few stand behind it?"""
        return self.before_s is None


@dataclass(frozen=True, slots=True)
class GroupGain:
    """What residents of a census group have under the first plan and another; None where the numbers are too small.

    Means over residents by where they live: the drive from the centre to their area, and the share of that area's
    calls within target (of areas that have calls which count). Shown only: no question knows of groups.
    """

    name: str
    group: str
    residents: float | None
    n_areas: int
    before_s: float | None
    after_s: float | None
    before_frac: float | None
    after_frac: float | None

    @property
    def hidden(self) -> bool:
        """Is it not told because few stand behind it?"""
        return self.residents is None


@dataclass(frozen=True, slots=True)
class Proof:
    """The first plan and another by the first objective, what bounds leave open, and what other weeks say.

    Parameters
    ----------
    better
        Name of the better plan, "" where they are alike.
    difference_frac
        Of the larger value.
    open_frac
        What the bounds leave open in either plan; None without both.
    out_of_reach
        The better plan beats the bound of the other's question: no plan of that question is as good.
    weeks_frac
        Share of the samples in which the better plan is better; None without samples.
    """

    one: str
    other: str
    objective: str
    better: str
    difference_frac: float
    open_frac: float | None
    out_of_reach: bool
    weeks_frac: float | None = None

    def in_words(self) -> str:
        """Say what is known."""
        if not self.better:
            return f"{self.one} and {self.other} are alike in {self.objective}."
        worse = self.other if self.better == self.one else self.one
        said = [
            f"{self.better} is better than {worse} by {percent_text(self.difference_frac)} in {self.objective}."
        ]
        if self.out_of_reach:
            said.append(f"No plan of the question of {worse} can be as good, as its bound proves.")
        elif self.open_frac is None:
            said.append(
                "Without a bound for both plans it is not proved that the worse could not be bettered."
            )
        else:
            than = "more" if self.difference_frac > max(self.open_frac, PROOF_GAP) else "no more"
            said.append(f"That is {than} than the proofs leave open ({percent_text(self.open_frac)}).")
        if self.weeks_frac is not None:
            sure = "larger" if self.weeks_frac >= ENOUGH_FRAC else "not surely larger"
            said.append(
                f"With the weeks drawn anew it is better in {percent_text(self.weeks_frac, 0)} of the samples: {sure} "
                "than the uncertainty of the data."
            )
        return " ".join(said)


@dataclass(frozen=True)
class SectorsComparison:
    """All plans judged, and each but the first against the first."""

    judged: Comparison
    changes: tuple[Change, ...]
    gains: tuple[Gain, ...]
    proofs: tuple[Proof, ...]
    groups: tuple[GroupGain, ...] = ()


def display_names(
    before: Mapping[str, str], after: Mapping[str, str], weight: Mapping[str, float]
) -> dict[str, str]:
    """Return for each district of ``after`` the one of ``before`` it follows, else its own name, all different."""
    partner = partners(before, after, weight)
    taken = set(before.values())
    found = {}
    for d in sorted(set(after.values())):
        name = partner.get(d, d)
        if d not in partner:
            name = f"{d} (new)" if d in taken else d
            while name in taken:
                name += "'"
            taken.add(name)
        found[d] = name
    return found


def compare_sectors(
    entries: Sequence[Entry],
    *,
    people: Floats | None = None,
    n_weeks: float = 1.0,
    hide_below: float = 0.0,
    samples: Iterable[SectorsProblem] = (),
    groups: Mapping[str, Floats] | None = None,
) -> SectorsComparison:
    """Compare plans of one map; the first is the baseline.

    Parameters
    ----------
    people
        Residents of each area, NaN where unknown, shape (n,).
    n_weeks
        Weeks behind the calls a week: how many calls stand behind a mean.
    hide_below
        Means over fewer calls or residents are not told.
    samples
        The question with its weeks drawn anew; its own districts do not matter.
    groups
        Residents of each area by census group, NaN where unknown, shape (n,) each.
    """
    judged = Comparison(tuple(judge(FAMILY, e.problem, e.name, e.plan, e.result) for e in entries))
    base, others = entries[0], entries[1:]
    changes = tuple(_change(base, e, people) for e in others)
    gains = tuple(g for e in others for g in _gains(base, e, people, n_weeks, hide_below))
    wins = _wins(base, others, samples)
    proofs = tuple(_with_weeks(_proof(base, e), wins.get(e.name)) for e in others)
    by_group = tuple(g for e in others for g in group_gains(base, e, groups or {}, hide_below))
    return SectorsComparison(judged, changes, gains, proofs, by_group)


def _change(base: Entry, other: Entry, people: Floats | None) -> Change:
    problem = base.problem
    weight = dict(zip(problem.area_ids, problem.calls.tolist(), strict=True))
    before, after = dict(base.plan.district_of), dict(other.plan.district_of)
    renamed = display_names(before, after, weight)
    areas = moved(before, {a: renamed[d] for a, d in after.items()})
    mine = np.array([a in areas for a in problem.area_ids])
    shares = {
        name: float(work[mine].sum()) / max(float(work.sum()), 1e-12)
        for name, work in zip(problem.balance_names, problem.balance, strict=True)
    }
    known = people is not None and bool(np.isfinite(people).any())
    n_people = float(np.nansum(people[mine])) if known and people is not None else None
    return Change(other.name, renamed, areas, shares, n_people)


def _drive(entry: Entry) -> Floats:
    """Return the drive to each area from its centre, NaN where it has none, shape (n,)."""
    centre = served_by(entry.problem, entry.plan)
    drive = entry.problem.travel_s[np.maximum(centre, 0), np.arange(centre.size)]
    return np.where(centre >= 0, drive, np.nan)


def _gains(base: Entry, other: Entry, people: Floats | None, n_weeks: float, hide_below: float) -> list[Gain]:
    problem = base.problem
    before, after = _drive(base), _drive(other)
    both = np.isfinite(before) & np.isfinite(after)
    calls = problem.calls
    kinds = {"area": problem.area_ids, **problem.places, "whole map": ("all",) * len(problem.area_ids)}
    found = []
    for kind, names in kinds.items():
        label = np.array(names, dtype=object)
        for place in sorted({n for n in names if n}):
            mine = both & (label == place)
            weight = float(calls[mine].sum())
            if weight <= 0:
                continue
            was = float((before[mine] * calls[mine]).sum()) / weight
            now = float((after[mine] * calls[mine]).sum()) / weight
            if kind == "area" and abs(now - was) < SAME_S:
                continue
            residents = float(np.nansum(people[mine])) if people is not None else 0.0
            few = weight * n_weeks < hide_below or 0 < residents < hide_below
            n = int(mine.sum())
            found.append(
                Gain(other.name, kind, place, n, None, None, None)
                if few
                else Gain(other.name, kind, place, n, weight, was, now)
            )
    return found


def group_gains(
    base: Entry, other: Entry, groups: Mapping[str, Floats], hide_below: float
) -> list[GroupGain]:
    """Return what residents of each census group have under two plans.

    Parameters
    ----------
    groups
        Residents of each area by group, NaN where unknown, shape (n,) each.
    hide_below
        Groups with fewer residents are not told.
    """
    before, after = _drive(base), _drive(other)
    share_before, share_after = _cover_share(base), _cover_share(other)
    both = np.isfinite(before) & np.isfinite(after)
    counted = both & np.isfinite(share_before) & np.isfinite(share_after)
    found = []
    for group, residents in groups.items():
        known = np.nan_to_num(residents)
        mine = both & (known > 0)
        total = float(known[mine].sum())
        n = int(mine.sum())
        if total <= 0 or total < hide_below:
            if total > 0:
                found.append(GroupGain(other.name, group, None, n, None, None, None, None))
            continue
        with_calls = counted & (known > 0)
        in_cover = float(known[with_calls].sum())
        enough = in_cover > 0 and in_cover >= hide_below
        drives = [float((known[mine] * drive[mine]).sum()) / total for drive in (before, after)]
        shares = [
            float((known[with_calls] * share[with_calls]).sum()) / in_cover if enough else None
            for share in (share_before, share_after)
        ]
        found.append(GroupGain(other.name, group, total, n, drives[0], drives[1], shares[0], shares[1]))
    return found


def _cover_share(entry: Entry) -> Floats:
    """Return the share of each area's calls within target of its centre, NaN where none count, shape (n,)."""
    problem = entry.problem
    centre = served_by(problem, entry.plan)
    reached, counted = problem.cover_unweighted()
    covered = reached[np.maximum(centre, 0), np.arange(centre.size)]
    there = (centre >= 0) & (counted > 0)
    return np.where(there, covered / np.where(there, counted, 1.0), np.nan)


def _proof(base: Entry, other: Entry) -> Proof:
    name = base.problem.params.objectives[0]
    sign = 1.0 if SENSES[name] == "min" else -1.0
    a, b = value_of(base.problem, base.plan, name), value_of(other.problem, other.plan, name)
    size = max(abs(a), abs(b), 1e-12)
    gain = sign * (a - b)
    better = "" if abs(gain) <= PROOF_GAP * size else (other.name if gain > 0 else base.name)
    bounds = [_bound(e, name) for e in (base, other)]
    known = [(v, u) for v, u in zip((a, b), bounds, strict=True) if u is not None]
    open_frac = max(abs(v - u) / size for v, u in known) if len(known) == 2 else None
    worse_bound, best = (bounds[0], b) if gain > 0 else (bounds[1], a)
    beyond = worse_bound is not None and sign * (worse_bound - best) > PROOF_GAP * size
    called = named(base.problem, name)[0]
    return Proof(base.name, other.name, called, better, abs(gain) / size, open_frac, bool(better) and beyond)


def _bound(entry: Entry, name: str) -> float | None:
    if entry.result is None or not entry.result.objectives:
        return None
    first = entry.result.objectives[0]
    return first.bound if first.name == named(entry.problem, name)[0] else None


def _wins(base: Entry, others: Sequence[Entry], samples: Iterable[SectorsProblem]) -> dict[str, float]:
    """Return by plan the share of the samples in which it is better than the first."""
    name = base.problem.params.objectives[0]
    sign = 1.0 if SENSES[name] == "min" else -1.0
    won: dict[str, list[bool]] = {e.name: [] for e in others}
    for sample in samples:
        a = value_of(_on(sample, base), base.plan, name)
        for e in others:
            won[e.name].append(sign * (a - value_of(_on(sample, e), e.plan, name)) > 0)
    return {n: float(np.mean(w)) for n, w in won.items() if w}


def _on(sample: SectorsProblem, entry: Entry) -> SectorsProblem:
    """Return a sample's data with the districts of a plan, where its centres are the sample's."""
    p = replace(
        sample.params,
        district_ids=entry.problem.params.district_ids,
        fixed_centres=(),
        target_shares=(),
        locks=(),
    )
    return replace(sample, params=p)


def _with_weeks(proof: Proof, won: float | None) -> Proof:
    if won is None or not proof.better:
        return proof
    return replace(proof, weeks_frac=won if proof.better == proof.other else 1.0 - won)
