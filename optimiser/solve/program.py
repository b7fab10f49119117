"""The seam between formulations and the engine.

A formulation is a *model* (``build`` returns a Program, a back end runs it) or a *method* (``run`` does
it all, calling back ends as often as it likes). Both end in the same engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from optimiser.problems.base import Family
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome

ProblemT = TypeVar("ProblemT")
PlanT = TypeVar("PlanT")

ValueOf = Callable[[Any], float]
"""Gives the solver's value of one of the model's own variables."""


class Report(Protocol):
    """How a running solve talks to its parent, and hears from it."""

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        """Tell the phase, the best objective and bound so far and, where there is one, the best plan."""

    def should_stop(self) -> bool:
        """Return True once the planner asked to stop and keep the best."""

    def elapsed_s(self) -> float:
        """Return seconds since the solve began."""


@dataclass(frozen=True)
class Program(Generic[PlanT]):
    """A native model, and how to read a plan from it.

    Parameters
    ----------
    model
        What the back end understands: a Pyomo model, a :class:`~optimiser.solve.backends.highs.LinearModel`,
        a CP-SAT model.
    read_plan
        Turns solver values into a plan. Binaries are read with ``> 0.5``, integers rounded.
    start
        Values by variable for a warm start, as the back end understands them; empty for none.
    objective_scale
        The model's objective times this is the family's objective (CP-SAT needs integers). The bound is
        scaled alike.
    """

    model: Any
    read_plan: Callable[[ValueOf], PlanT]
    start: Mapping[Any, float] = field(default_factory=dict)
    objective_scale: float = 1.0
    notes: Mapping[str, Any] = field(default_factory=dict)


class Backend(Protocol):
    """Runs a program: one solver, one file."""

    def __call__(self, program: Program[Any], options: SolveOptions, report: Report) -> Outcome[Any]:
        """Solve within what is left of ``options.time_limit_s`` and say what was found."""


BackendName = Literal["pyomo_highs", "highs", "cpsat"]


@dataclass(frozen=True)
class Formulation(Generic[ProblemT, PlanT]):
    """One way to answer a family's question.

    ``name`` is ``family.method``. Exactly one of ``build`` (with ``backend``) and ``run`` is given.
    ``refuses`` returns a sentence where the formulation cannot take a problem (size, option), else "".
    ``warm`` compiles what the formulation compiles on a machine's first solve, by running it on tiny arrays of the
    same types; it is called before any clock starts, so that a time limit is for solving.
    ``first`` returns a plan within a moment, without a solver: it is told before a model is built, so that a machine
    too busy to search ends with a plan. It is checked like any other, and is no start of the search.
    """

    name: str
    family: Family[ProblemT, PlanT]
    reference: str
    summary: str
    build: Callable[[ProblemT, PlanT | None], Program[PlanT]] | None = None
    backend: BackendName | None = None
    run: Callable[[ProblemT, PlanT | None, SolveOptions, Report], Outcome[PlanT]] | None = None
    refuses: Callable[[ProblemT], str] = field(default=lambda problem: "")
    warm: Callable[[], None] | None = None
    first: Callable[[ProblemT], PlanT | None] | None = None

    def __post_init__(self) -> None:
        if (self.build is None) == (self.run is None) or (self.build is None) != (self.backend is None):
            raise TypeError(f"{self.name} must give either build and backend, or run.")
