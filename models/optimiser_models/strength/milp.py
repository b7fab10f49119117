r"""Officers to districts as a MILP on unary columns, one stage an objective.

    n_k = low_k + sum_j z_kj,  z_kj >= z_{k,j+1} binary                               (1)
    v_k = v_k(low_k) + sum_j (v_k(low_k + j) - v_k(low_k + j - 1)) z_kj               (2)
    least <= sum n_k <= most                                                          (3) strength, placed
    o_k >= a_k - n_k,  sum o_k <= moves                                               (4) moved
    proportional, shortage: min sum v_k + price sum o_k                               (5)
    fair, equal: stage m = 1..K: max t_m = m r_m - sum_k d_mk,
                 d_mk >= r_m - v_k,  t_1 .. t_{m-1} as they were found                (6)
    last: min sum o_k, the stages before as they were found                           (7)

t_m is the sum of the m lowest v_k, so that (6) is the lexicographic max-min (Ogryczak and Sliwinski, 2006). As only
the order of levels counts there, v_k is the rank of the level, a whole number, and nothing is lost to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.problems.strength import FAMILY, StrengthPlan, StrengthProblem, objectives
from optimiser.problems.strength.measures import curve
from optimiser.problems.strength.obvious import NO_LIMIT, room
from optimiser.solve.backends import confirm, highs_arrays
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.strength.marginal import plan_of
from optimiser_models.strength.sums import windows

FloatArray = NDArray[np.float64]
MOST_COLUMNS = 60_000
KEPT = 1e-6
"""By how much, relatively, a stage may miss what an earlier stage found."""
LARGEST = 1e4


@dataclass
class Rows:
    """Columns and rows as they are written."""

    n: int = 0
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)
    whole: list[FloatArray] = field(default_factory=list)
    rows: list[tuple[NDArray[np.int64], FloatArray, float, float, str]] = field(default_factory=list)

    def columns(self, count: int, upper: float, *, whole: bool, lower: float = 0.0) -> NDArray[np.int64]:
        """Add columns and return their numbers."""
        self.lower.append(np.full(count, lower))
        self.upper.append(np.full(count, upper))
        self.whole.append(np.full(count, float(whole)))
        self.n += count
        return np.arange(self.n - count, self.n)

    def row(self, columns: NDArray[np.int64], values: FloatArray, low: float, high: float, name: str) -> None:
        """Add a row."""
        self.rows.append((columns, values, low, high, name))

    def model(self, cost: FloatArray, sense: str) -> LinearModel:
        """Return the model with an objective."""
        starts = np.concatenate([[0], np.cumsum([r[0].size for r in self.rows])])
        a = sp.csr_array(
            (np.concatenate([r[1] for r in self.rows]), np.concatenate([r[0] for r in self.rows]), starts),
            shape=(len(self.rows), self.n),
        )
        return LinearModel(
            sense=sense,  # type: ignore[arg-type]
            cost=cost,
            lower=np.concatenate(self.lower),
            upper=np.concatenate(self.upper),
            integer=np.concatenate(self.whole) > 0,
            a=a,
            row_lower=np.array([r[2] for r in self.rows]),
            row_upper=np.array([r[3] for r in self.rows]),
            row_names=tuple(r[4] for r in self.rows),
        )


class Model:
    """Columns (1) and rows (1) to (4), and the value of a district as a row of columns."""

    def __init__(self, problem: StrengthProblem, table: FloatArray) -> None:
        r = room(problem)
        self.problem, self.r = problem, r
        self.rows = Rows()
        width = windows(r).width
        self.z = [self.rows.columns(int(w), 1.0, whole=True) for w in width]
        most_out = np.maximum(r.now - r.low, 0)
        self.out = self.rows.columns(len(width), float(max(most_out.max(initial=0), 1)), whole=False)
        last = table.shape[1] - 1
        self.base: list[float] = []
        self.steps: list[FloatArray] = []
        for k, w in enumerate(width.tolist()):
            held = np.clip(r.low[k] + np.arange(w + 1) - problem.unfit[k], 0, last)
            self.base.append(float(table[k, held[0]]))
            self.steps.append(np.diff(table[k, held]))
            z = self.z[k]
            for j in range(w - 1):
                self.rows.row(z[j : j + 2], np.array([1.0, -1.0]), 0.0, np.inf, "unary")
            columns = np.append(z, self.out[k])
            self.rows.row(columns, np.ones(columns.size), float(r.now[k] - r.low[k]), np.inf, "moved")
        every = np.concatenate([*self.z, np.zeros(0, dtype=np.int64)])
        placed = int(r.low.sum())
        self.rows.row(every, np.ones(every.size), float(r.least - placed), float(r.most - placed), "strength")
        if r.moves != NO_LIMIT:
            self.rows.row(self.out, np.ones(self.out.size), 0.0, float(r.moves), "moved")

    def officers(self, x: FloatArray) -> NDArray[np.int64]:
        """Return the officers of each district from a solution."""
        counted = [int(np.round(x[z]).sum()) for z in self.z]
        return self.r.low + np.array(counted, dtype=np.int64)


def solve(
    problem: StrengthProblem, start: StrengthPlan | None, options: SolveOptions, report: Report
) -> Outcome[StrengthPlan]:
    """Solve stage by stage."""
    report(phase="building model")
    table = curve(problem)
    turn = problem.params.in_turn
    run = _Run(problem, Model(problem, _ranks(table) if turn else table), options, report)
    n_stages = len(problem.district_ids) if turn else 1
    for m in range(1, n_stages + 1):
        if not (run.next_lowest(m) if turn else run.least_sum()):
            return run.outcome(m - 1)
    run.fewest_moves()
    return run.outcome(n_stages + run.moves_proved)


def _ranks(table: FloatArray) -> FloatArray:
    levels, rank = np.unique(table, return_inverse=True)
    return rank.reshape(table.shape).astype(np.float64) if levels.size else table


class _Run:
    """The stages of one solve."""

    def __init__(self, problem: StrengthProblem, model: Model, options: SolveOptions, report: Report) -> None:
        self.problem, self.model, self.options, self.report = problem, model, options, report
        self.plan: StrengthPlan | None = None
        self.stopped = StoppedBy.PROOF
        self.routes: list[str] = []
        self.moves_proved = 0
        self.first_bound: float | None = None

    def left_s(self) -> float:
        return self.options.time_limit_s - self.report.elapsed_s()

    def next_lowest(self, m: int) -> bool:
        """(6): maximise the sum of the m lowest, then hold it."""
        rows, model = self.model.rows, self.model
        top = max(float(b + s.sum()) for b, s in zip(model.base, model.steps, strict=True))
        r = rows.columns(1, max(top, 1.0), whole=False)
        d = rows.columns(len(model.z), max(top, 1.0), whole=False)
        for k, z in enumerate(model.z):
            columns = np.concatenate([[d[k]], r, z])
            values = np.concatenate([[1.0, -1.0], model.steps[k]])
            rows.row(columns, values, -model.base[k], np.inf, "lowest")
        cost = np.zeros(rows.n)
        cost[r], cost[d] = m, -1.0
        if not self._stage(cost, "max"):
            return False
        assert self.plan is not None
        held = np.clip(self._at_work(), 0, None)
        reached = sum(sorted(self._value(k, n) for k, n in enumerate(held.tolist()))[:m])
        chosen = np.concatenate([r, d])
        values = np.concatenate([[float(m)], np.full(d.size, -1.0)])
        rows.row(chosen, values, reached - 0.5, np.inf, "kept")
        return True

    def _at_work(self) -> NDArray[np.int64]:
        assert self.plan is not None
        found = [self.plan.of(d) for d in self.problem.district_ids]
        return np.array(found, dtype=np.int64) - self.model.r.low

    def _value(self, k: int, above: int) -> float:
        return self.model.base[k] + float(self.model.steps[k][:above].sum())

    def least_sum(self) -> bool:
        """(5), then held."""
        model = self.model
        cost, offset = self._sum_cost()
        if not self._stage(cost, "min", offset):
            return False
        assert self.plan is not None
        reached = objectives(self.problem, self.plan)[0].value - offset
        columns = np.flatnonzero(cost)
        if columns.size:
            unit = max(float(np.abs(cost).max()), 1e-12) / LARGEST
            slack = KEPT * max(abs(reached + offset), 1e-6)
            model.rows.row(columns, cost[columns] / unit, -np.inf, (reached + slack) / unit, "kept")
        return True

    def _sum_cost(self) -> tuple[FloatArray, float]:
        cost = np.zeros(self.model.rows.n)
        for z, steps in zip(self.model.z, self.model.steps, strict=True):
            cost[z] = steps
        cost[self.model.out] = self.problem.params.move_price
        return cost, float(sum(self.model.base))

    def fewest_moves(self) -> None:
        """(7)."""
        cost = np.zeros(self.model.rows.n)
        cost[self.model.out] = 1.0
        self.moves_proved = int(self._stage(cost, "min"))

    def _stage(self, cost: FloatArray, sense: str, offset: float = 0.0) -> bool:
        """Solve one stage; True where it is proved."""
        unit = max(float(np.abs(cost).max(initial=0.0)), 1e-12) / LARGEST
        model = self.model.rows.model(cost / unit, sense)
        if self.left_s() <= 0 or self.report.should_stop():
            self.stopped = StoppedBy.PLANNER if self.report.should_stop() else StoppedBy.TIME
            return False
        self.report(phase="searching")
        watch = highs_arrays.Watch(should_stop=self.report.should_stop)
        exact = replace(self.options, gap_frac=0.0)
        found = highs_arrays.solve_linear(model, time_limit_s=self.left_s(), options=exact, watch=watch)
        if found.x is not None:
            self.plan = plan_of(self.problem, self.model.officers(found.x))
            self.report(incumbent=objectives(self.problem, self.plan)[0].value, plan=self.plan)
        if not self.routes and found.bound is not None and not self.problem.params.in_turn:
            self.first_bound = found.bound * unit + offset
        if found.stopped_by is not StoppedBy.PROOF or found.x is None:
            self.stopped = found.stopped_by
            return False
        self.routes.append(self._confirmed(model, found))
        return True

    def _confirmed(self, model: LinearModel, found: highs_arrays.Solved) -> str:
        used = self.report.elapsed_s()
        left = self.options.time_to_confirm_s(used, used)
        if found.objective is None or left <= 0:
            return ""
        return confirm.confirm(
            model,
            found.objective,
            options=self.options,
            time_limit_s=left,
            start=found.x,
            should_stop=self.report.should_stop,
        )

    def outcome(self, proved: int) -> Outcome[StrengthPlan]:
        """Return what is known: the first ``proved`` objectives have their own value as bound."""
        if self.plan is None:
            return Outcome(None, stopped_by=self.stopped)
        reached = tuple(o.value for o in objectives(self.problem, self.plan))
        bound: tuple[float | None, ...] = reached[:proved]
        if not bound and self.first_bound is not None:
            bound = (min(self.first_bound, reached[0]),)
        return Outcome(
            self.plan, bound=bound, stopped_by=self.stopped, confirmed_by=tuple(self.routes[:proved])
        )


def refuses(problem: StrengthProblem) -> str:
    """Say which problems have too many columns."""
    n = int(windows(room(problem)).width.clip(0).sum())
    if n > MOST_COLUMNS:
        return f"it would have {n:,} columns, more than {MOST_COLUMNS:,}. Use strength.marginal, or limit most_given."
    return ""


FORMULATION: Formulation[StrengthProblem, StrengthPlan] = Formulation(
    name="strength.milp",
    family=FAMILY,
    reference="Ogryczak and Sliwinski (2006), On direct methods for lexicographic min-max optimization",
    summary="Unary MILP, one stage an objective: sums of the m lowest for max-min in turn",
    run=solve,
    refuses=refuses,
)
