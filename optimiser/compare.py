"""Any plans of one question side by side: today's, edited or computed, judged by the same rules and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimiser.problems.base import Family, Measure, Objective, Violation
from optimiser.solve.result import PROOF_GAP, UNCONFIRMED, Result
from optimiser.units import at_most_text, percent_text

LEAST_SAID_FRAC = 0.001
"""A smaller difference is said as such: "0.0 %" would read like none."""


@dataclass(frozen=True)
class Judgement:
    """One plan judged: what it breaks, reaches and costs.

    ``gap_frac`` is its proof's gap, None without a proof; ``confirmed`` says whether a closed one has a second route.
    """

    name: str
    plan: Any
    violations: tuple[Violation, ...]
    objectives: tuple[Objective, ...]
    measures: tuple[Measure, ...]
    gap_frac: float | None = None
    confirmed: bool = False

    @property
    def closed(self) -> bool:
        """Does its proof leave nothing open?"""
        return self.gap_frac is not None and self.gap_frac <= PROOF_GAP


@dataclass(frozen=True)
class Comparison:
    """Plans side by side; the first is the baseline."""

    judgements: tuple[Judgement, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a measure: its unit, which way is good, and its value for each plan by name."""
        found: dict[str, dict[str, Any]] = {}
        for judged in self.judgements:
            for o in judged.objectives:
                row = found.setdefault(f"objective: {o.name}", {"measure": o.name, "unit": o.unit})
                row["better"] = "higher" if o.sense == "max" else "lower"
                row[judged.name] = o.value
            for m in judged.measures:
                row = found.setdefault(m.name, {"measure": m.name, "unit": m.unit, "better": m.better})
                row[judged.name] = m.value
        broken: dict[str, Any] = {"measure": "broken rules", "unit": "rules", "better": "lower"}
        return [*found.values(), broken | {j.name: len(j.violations) for j in self.judgements}]

    def distinguishable(self) -> str:
        """Say whether the first objective's difference is larger than what the proofs leave open."""
        proved = [j for j in self.judgements if j.objectives and j.gap_frac is not None]
        if len(proved) < 2:
            return "Without a bound for both plans their difference is not proved."
        values = [j.objectives[0].value for j in proved]
        spread = (max(values) - min(values)) / max(max(map(abs, values)), 1e-12)
        open_ = max(j.gap_frac or 0.0 for j in proved)
        than = "more" if spread > max(open_, PROOF_GAP) else "no more"
        apart = at_most_text(spread) if 0 < spread < LEAST_SAID_FRAC else percent_text(spread)
        left = "nothing" if open_ <= PROOF_GAP else at_most_text(open_)
        alone = " and ".join(j.name for j in proved if j.closed and not j.confirmed)
        doubt = f" The proof of {alone} is {UNCONFIRMED}." if alone else ""
        return f"They differ by {apart}, {than} than the proofs leave open ({left}).{doubt}"


def judge(
    family: Family[Any, Any], problem: Any, name: str, plan: Any, result: Result[Any] | None = None
) -> Judgement:
    """Judge one plan, admissible or not."""
    return Judgement(
        name,
        plan,
        tuple(family.check(problem, plan)),
        family.objectives(problem, plan),
        family.measure(problem, plan),
        None if result is None else result.gap_frac,
        confirmed=result is not None and result.confirmed,
    )


def compare(
    family: Family[Any, Any],
    problem: Any,
    plans: Mapping[str, Any],
    results: Mapping[str, Result[Any]] | None = None,
) -> Comparison:
    """Judge plans of one question side by side.

    Parameters
    ----------
    plans
        By name; the first is the baseline.
    results
        Results by the same names, where a plan has one: their gaps tell which differences are proved.
    """
    results = results or {}
    return Comparison(tuple(judge(family, problem, n, p, results.get(n)) for n, p in plans.items()))


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the areas that change hands, with their old and new district; "" where one plan leaves an area out.

    Districts are compared by name: match names first (:func:`matched`) where the two plans do not share them.
    """
    areas = sorted(set(before) | set(after))
    pairs = {a: (before.get(a, ""), after.get(a, "")) for a in areas}
    return {a: pair for a, pair in pairs.items() if pair[0] != pair[1]}


def matched(
    before: Mapping[str, str], after: Mapping[str, str], weight: Mapping[str, float]
) -> dict[str, str]:
    """Return for each district of ``after`` the district of ``before`` it overlaps most, each used once.

    The overlap is measured by ``weight`` (work, calls ...); the matching is the one of largest total overlap, so
    plans with different numbers of districts can be compared. Districts without a partner keep their own name.
    """
    partner = partners(before, after, weight)
    return {d: partner.get(d, d) for d in sorted(set(after.values()))}


def partners(
    before: Mapping[str, str], after: Mapping[str, str], weight: Mapping[str, float]
) -> dict[str, str]:
    """Return the matching of :func:`matched` for the districts of ``after`` that have a partner."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    old, new = sorted(set(before.values())), sorted(set(after.values()))
    overlap = np.zeros((len(new), len(old)))
    for area, district in after.items():
        if area in before:
            overlap[new.index(district), old.index(before[area])] += weight.get(area, 0.0) + 1e-9
    rows, columns = linear_sum_assignment(-overlap)
    return {new[r]: old[c] for r, c in zip(rows, columns, strict=True) if overlap[r, c] > 0}
