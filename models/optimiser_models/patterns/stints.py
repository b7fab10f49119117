r"""Rotating patterns as a circulation of stints, by constraint programming; infeasibility confirmed by another model.

A stint j is a block of work with its shifts in order and the days off after it, on a weekday; all that the rules allow
are listed. Nodes v are weekdays on which a block begins (with the last shift, where one single day off came between
and matters). x_j counts how often a stint is used in the cycle of n rows.

    sum_{j into v} x_j = sum_{j out of v} x_j                            for all v        (1) circulation
    sum_j l_j x_j = 7 n,   n_min <= n <= n_max                                            (2) rows
    sum_j a_jsd x_j = need_sd   (>= where more is allowed)               for all s, d     (3) cover
    h_min n <= sum_j h_j x_j <= h_max n                                                   (4) hours a week
    sum_j f_j x_j >= F                                                                    (5) free weekends
    (some stint of C used) and (some stint outside C used)  =>  some stint leaves C       (6) one cycle
    min n   or   min n - sum_j f_j x_j                                                    (7)

(6) is added for the sets C of nodes that an answer leaves apart, until the used steps hang together; two stints that
pass the same weekday, shift, run and block length may exchange their ends, and hang together by that. A connected
circulation is one cycle of days (Euler). Without (6) for all C the model is a relaxation: its infeasibility and its
bound hold. Source: Becker, Schiffer, Walther, "A general branch-and-cut framework for rotating workforce scheduling",
INFORMS Journal on Computing (2022); Musliu, Gaertner, Slany (2002) for the rules.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.base import relaxed
from optimiser.problems.patterns import FAMILY, PatternsPlan, PatternsProblem
from optimiser.problems.patterns.plan import DAYS
from optimiser.solve.backends import cpsat
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Program, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser.units import SECONDS_PER_HOUR
from optimiser_models.patterns.circuit import Step, components, plan_of
from optimiser_models.patterns.second_route import confirm_best, confirm_empty
from optimiser_models.patterns.stint_list import Stint, stints

MOST_STINTS = 120_000
SECOND = 1.0
"""Hours are counted in whole seconds."""
FIXED_ROWS = "the number of rows is given"

Counts = dict[int, int]
Node = tuple[int, int]


def run(
    problem: PatternsProblem, start: PatternsPlan | None, options: SolveOptions, report: Report
) -> Outcome[PatternsPlan]:
    """Solve, add the cuts that the answer asks for, and solve again until the answer is one cycle."""
    listed = stints(problem, MOST_STINTS)
    model = _Model(problem, listed)
    plain = replace(options, confirm=False)
    relay = _Relay(report, model)
    rounds = 0
    while True:
        rounds += 1
        found = cpsat.run(model.program(), plain, relay, probing=False)
        notes = {"stints": len(listed), "rounds": rounds} | dict(found.notes)
        if found.plan is None or found.infeasible:
            return _without_plan(problem, found, notes, options, report)
        plan = model.plan(found.plan)
        if plan is not None:
            return _with_plan(problem, plan, found, notes, options, report)
        if found.stopped_by not in (StoppedBy.PROOF, StoppedBy.GAP):
            return Outcome(None, bound=_whole(problem, found.bound), stopped_by=found.stopped_by, notes=notes)
        model.cut(found.plan)


def _without_plan(
    problem: PatternsProblem,
    found: Outcome[Any],
    notes: dict[str, Any],
    options: SolveOptions,
    report: Report,
) -> Outcome[PatternsPlan]:
    if not found.infeasible:
        bound = _whole(problem, found.bound)
        return Outcome(None, bound=bound, stopped_by=found.stopped_by, notes=notes)
    confirmed = confirm_empty(problem, options, report)
    return Outcome(None, infeasible=True, confirmed_by=(confirmed,) if confirmed else (), notes=notes)


def _with_plan(
    problem: PatternsProblem,
    plan: PatternsPlan,
    found: Outcome[Any],
    notes: dict[str, Any],
    options: SolveOptions,
    report: Report,
) -> Outcome[PatternsPlan]:
    value = FAMILY.objectives(problem, plan)[0].value
    if _is_settled(problem):
        return Outcome(plan, (value,), (value,), confirmed_by=(FIXED_ROWS,), notes=notes)
    bound = _whole(problem, found.bound)
    confirmed = ""
    if bound and bound[0] is not None and bound[0] >= value:
        confirmed = confirm_best(problem, value, options, report)
    return Outcome(plan, (value,), bound, stopped_by=found.stopped_by, confirmed_by=(confirmed,), notes=notes)


def _is_settled(problem: PatternsProblem) -> bool:
    """Whether any admissible pattern is as good as any other."""
    return problem.params.objective == "officers" and problem.fewest_rows == problem.most_rows


def _whole(problem: PatternsProblem, bound: tuple[float | None, ...]) -> tuple[float | None, ...]:
    if _is_settled(problem):
        return (float(problem.fewest_rows),)
    return tuple(None if b is None else float(math.ceil(b - 1e-6)) for b in bound)


class _Model:
    """The CP-SAT model of (1)-(5) and (7), and the cuts (6) that were asked for."""

    def __init__(self, problem: PatternsProblem, listed: list[Stint]) -> None:
        self.problem, self.listed = problem, listed
        self.m = cp_model.CpModel()
        most = problem.most_rows
        self.x = [self.m.new_int_var(0, _most(problem, s), f"x{j}") for j, s in enumerate(listed)]
        self.n = self.m.new_int_var(problem.fewest_rows, most, "n")
        self._flow()
        self._cover()
        self._totals()

    def _sum(self, terms: Iterable[tuple[int, int]]) -> Any:
        pairs = list(terms)
        return cp_model.LinearExpr.weighted_sum([self.x[j] for j, _ in pairs], [a for _, a in pairs])

    def _flow(self) -> None:
        balance: dict[Node, list[tuple[int, int]]] = {}
        for j, s in enumerate(self.listed):
            if s.tail != s.head:
                balance.setdefault(s.tail, []).append((j, -1))
                balance.setdefault(s.head, []).append((j, 1))
        for terms in balance.values():
            self.m.add(self._sum(terms) == 0)
        self.m.add(self._sum((j, s.length) for j, s in enumerate(self.listed)) == DAYS * self.n)

    def _cover(self) -> None:
        p = self.problem.params
        slack = math.floor(relaxed(p.relax, "cover") + 1e-9)
        on: dict[tuple[int, int], Counter[int]] = {}
        for j, s in enumerate(self.listed):
            for k, shift in enumerate(s.shifts):
                on.setdefault((shift, (s.weekday + k) % DAYS), Counter())[j] += 1
        for shift, row in enumerate(self.problem.need.tolist()):
            for d, need in enumerate(row):
                total = self._sum(on.get((shift, d), Counter()).items())
                if need - slack > 0:
                    self.m.add(total >= need - slack)
                if p.exact:
                    self.m.add(total <= need + slack)

    def _totals(self) -> None:
        p = self.problem.params
        slack_s = relaxed(p.relax, "hours a week") * SECONDS_PER_HOUR + 1e-3
        length = [round(v / SECOND) for v in self.problem.shift_length_s.tolist()]
        work = self._sum((j, sum(length[i] for i in s.shifts)) for j, s in enumerate(self.listed))
        unit = math.gcd(*length)
        if p.least_week_h > 0:
            self.m.add(
                work >= math.ceil((p.least_week_h * SECONDS_PER_HOUR - slack_s) / unit) * unit * self.n
            )
        if p.most_week_h * SECONDS_PER_HOUR + slack_s < DAYS * 24 * SECONDS_PER_HOUR:
            self.m.add(work <= math.floor(p.most_week_h * SECONDS_PER_HOUR + slack_s) * self.n)
        free = self._sum((j, s.free_weekends()) for j, s in enumerate(self.listed))
        wanted = math.ceil(p.free_weekends - relaxed(p.relax, "free weekends") - 1e-9)
        if wanted > 0:
            self.m.add(free >= wanted)
        if not _is_settled(self.problem):
            self.m.minimize(self.n if p.objective == "officers" else self.n - free)

    def program(self) -> Program[Counts]:
        """Return what the back end runs; its plan is how often each stint is used."""

        def read(value_of: Any) -> Counts:
            counts = ((j, round(value_of(v))) for j, v in enumerate(self.x))
            return {j: c for j, c in counts if c}

        return Program(self.m, read)

    def steps(self, counts: Counts) -> list[Step]:
        """Return the steps of the used stints, each as often as it is used."""
        ids = self.problem.shift_ids
        return [step for j, c in counts.items() for step in list(self.listed[j].steps(ids)) * c]

    def plan(self, counts: Counts) -> PatternsPlan | None:
        """Return the pattern, None where the stints do not hang together."""
        steps = self.steps(counts)
        return plan_of(steps) if len(components(steps)) == 1 else None

    def cut(self, counts: Counts) -> None:
        """Add (6) for each component but the largest."""
        for component in components(self.steps(counts))[1:]:
            nodes = {state[1:] for state in component if isinstance(state, tuple) and state[0] == "off"}
            inside = [j for j, s in enumerate(self.listed) if s.tail in nodes]
            outside = [j for j, s in enumerate(self.listed) if s.tail not in nodes]
            leaving = [j for j in inside if self.listed[j].head not in nodes]
            both = []
            for part in (inside, outside):
                used = self.m.new_bool_var("")
                self.m.add(self._sum((j, 1) for j in part) >= 1).only_enforce_if(used)
                self.m.add(self._sum((j, 1) for j in part) == 0).only_enforce_if(~used)
                both.append(used)
            self.m.add(self._sum((j, 1) for j in leaving) >= 1).only_enforce_if(both)


def _most(problem: PatternsProblem, stint: Stint) -> int:
    """Return how often a stint can be used at most: by its length, and where needs are exact by the least of them."""
    most = DAYS * problem.most_rows // stint.length
    if problem.params.exact:
        slack = math.floor(relaxed(problem.params.relax, "cover") + 1e-9)
        needs = (int(problem.need[s, (stint.weekday + k) % DAYS]) + slack for k, s in enumerate(stint.shifts))
        most = min(most, *needs) if stint.shifts else most
    return most


class _Relay:
    """Passes a search's news on; answers that are not one cycle are none."""

    def __init__(self, report: Report, model: _Model) -> None:
        self._report, self._model = report, model

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        whole = None if plan is None else self._model.plan(plan)
        if _is_settled(self._model.problem):
            incumbent = bound = None if whole is None else float(len(whole.rows))
        self._report(phase=phase, incumbent=incumbent if whole is not None else None, bound=bound, plan=whole)

    def should_stop(self) -> bool:
        return self._report.should_stop()

    def elapsed_s(self) -> float:
        return self._report.elapsed_s()


def refuses(problem: PatternsProblem) -> str:
    """Say which problems have too many stints."""
    if len(stints(problem, MOST_STINTS)) > MOST_STINTS:
        return (
            f"its rules allow more than {MOST_STINTS:,} different stints. Shorten longest_work or longest_off, or use "
            "patterns.milp."
        )
    if not np.equal(problem.shift_length_s, np.rint(problem.shift_length_s)).all():
        return "shift lengths must be whole seconds."
    return ""


FORMULATION: Formulation[PatternsProblem, PatternsPlan] = Formulation(
    name="patterns.stints",
    family=FAMILY,
    reference="Becker, Schiffer, Walther (2022); Musliu, Gaertner, Slany (2002)",
    summary="Circulation of stints by constraint programming, infeasibility confirmed by a second model",
    run=run,
    refuses=refuses,
)
