"""What a solver says (Outcome) and what the engine believes of it (Result)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from optimiser import units
from optimiser.problems.base import Measure, Sense

PlanT = TypeVar("PlanT")

PROOF_GAP = 1e-6
"""A plan within this relative gap of its bound is called optimal."""

UNCONFIRMED = "by one search's word (not confirmed by a second route)"
"""How a closed proof, or "no plan can exist", is qualified where nothing confirmed it."""


class Status(StrEnum):
    """What was proved."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"


class StoppedBy(StrEnum):
    """Why the search ended."""

    PROOF = "proof"
    GAP = "gap"
    TIME = "time"
    MEMORY = "memory"
    PLANNER = "planner"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[PlanT]):
    """What a formulation claims. Nothing here is believed before the engine has checked it.

    Parameters
    ----------
    plan
        Best plan found, or None.
    objective
        Claimed value of each objective of ``plan``, in order; empty means "recompute, I make no claim".
    bound
        For each objective a value that no admissible plan can beat; None where there is none.
    infeasible
        True if it was proved that no plan exists.
    stopped_by
        Why the search ended.
    bound_valid_for
        What the bound was proved for, in words ("exact contiguity").
    confirmed_by
        For each objective the second route to its proof, "" where there is none; of an infeasible problem one entry.
    notes
        Facts for the run folder: nodes, cuts, rounds.
    """

    plan: PlanT | None
    objective: tuple[float, ...] = ()
    bound: tuple[float | None, ...] = ()
    infeasible: bool = False
    stopped_by: StoppedBy = StoppedBy.PROOF
    bound_valid_for: str = "these inputs and these rules"
    confirmed_by: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One objective of a believed plan with its bound, and with what confirmed the proof where it is closed."""

    name: str
    unit: str
    sense: Sense
    value: float
    bound: float | None
    confirmed_by: str = ""

    @property
    def gap_frac(self) -> float | None:
        """Share by which a better plan can exist at most; None without a bound."""
        return gap(self.value, self.bound)

    @property
    def closed(self) -> bool:
        """Is the plan within :data:`PROOF_GAP` of its bound?"""
        return self.gap_frac is not None and self.gap_frac <= PROOF_GAP

    def in_words(self) -> str:
        """Say what was proved, for a planner: "proved" only with what confirmed it."""
        if not self.closed:
            return self.open_in_words()
        if self.confirmed_by:
            return f"proved best for these inputs and rules, and confirmed by {route_in_words(self.confirmed_by)}"
        return f"{self.open_in_words()}, {UNCONFIRMED}"

    def open_in_words(self) -> str:
        """Say how much better a plan can be at most, as of now: a search under way has confirmed nothing."""
        share = self.gap_frac
        if share is None:
            return "nothing proved yet about better plans"
        return f"{units.at_most_text(share)} better can exist"


def status_in_words(status: Status | str, *, confirmed: bool) -> str:
    """Return a few words for a table: "proved", or that no plan can exist, only where a second route agreed."""
    if status == Status.OPTIMAL:
        return "proved best" if confirmed else "plan, proof not confirmed"
    if status == Status.INFEASIBLE:
        return "no plan can exist" if confirmed else "no plan, not confirmed"
    return "plan" if status == Status.FEASIBLE else "no plan found"


def route_in_words(confirmed_by: str) -> str:
    """Say what confirmed a proof, without a solver's words."""
    return "a second solve by another route" if "presolve" in confirmed_by else confirmed_by


def gap(value: float, bound: float | None) -> float | None:
    """Relative gap ``|value - bound| / |value|``; 0 where both are 0, None without a bound."""
    if bound is None:
        return None
    difference = abs(value - bound)
    if difference == 0:
        return 0.0
    return difference / max(abs(value), 1e-9)


@dataclass(frozen=True, slots=True)
class Result(Generic[PlanT]):
    """What the engine believes: a plan that passed the rules, its recomputed objectives, and the bound."""

    status: Status
    stopped_by: StoppedBy
    plan: PlanT | None
    objectives: tuple[Judged, ...]
    bound: tuple[float | None, ...]
    measures: tuple[Measure, ...]
    formulation: str
    build_s: float
    solve_s: float
    bound_valid_for: str = "these inputs and these rules"
    confirmed_by: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def confirmed(self) -> bool:
        """Was "optimal" or "infeasible" reached by a second route too?"""
        return bool(self.confirmed_by)

    @property
    def gap_frac(self) -> float | None:
        """Gap of the first objective whose gap is not closed, else of the last; None without a plan or bound."""
        gaps = [o.gap_frac for o in self.objectives]
        if not gaps or gaps[0] is None:
            return None
        return next((g for g in gaps if g is None or g > PROOF_GAP), gaps[-1])

    def in_words(self) -> str:
        """Say in one line what was proved of each objective, or why there is no plan."""
        said = "; ".join(f"{o.name}: {o.in_words()}" for o in self.objectives)
        return said or status_in_words(self.status, confirmed=self.confirmed)
