"""Standby posts by search and cuts: a plan at once, a bound soon after, a proof where there is time.

1. Equal patterns are added up, posts that another can stand in for are dropped (:mod:`.dominate`).
2. Greedy insertion, annealing where a car covers a place in full or not at all (:mod:`.anneal`), swaps and kicks
   (:mod:`.search`); every better plan is reported.
3. The linear relaxation of the master problem (:mod:`.master`), cut round by round; its prices give a bound that is
   summed up again apart from the solver, and columns that no better plan can use are dropped. Odd cuts
   (:mod:`.odd`) close most of what half cars open.
4. By turns, while it pays: the search, neighbourhoods solved exactly (:mod:`.polish`), and HiGHS on the columns with
   the best prices. Then HiGHS on all columns that are left, while the search goes on beside it (:mod:`.beside`),
   by breeding (:mod:`.breed`) where it can; where a better plan lets many columns close, the proof begins again
   without them. A whole answer that counts too much is cut off and the solve repeated.

One stage for each objective, each keeping what the more important ones reached. What is held within a limit is kept
in every stage; the search weighs it less while its plans keep it and more while they do not. Church and ReVelle (1974);
Cordeau, Furini and Ljubic (2019), Benders decomposition for very large scale partial set covering and maximal
covering location problems; Duran-Mateluna, Ales and Elloumi (2023) for the drive.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.standby import FAMILY, StandbyParams, StandbyPlan, StandbyProblem
from optimiser.problems.standby.measures import plan_of, standing
from optimiser.problems.standby.rules import check
from optimiser.solve.backends.confirm import ARITHMETIC
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.standby import anneal, arrays, search
from optimiser_models.standby.arrays import Aim, Block, Design
from optimiser_models.standby.close import close
from optimiser_models.standby.dominate import LARGEST_WORK, dominated
from optimiser_models.standby.field import field_of
from optimiser_models.standby.master import Master
from optimiser_models.standby.odd import OddCuts

STAGE_SHARE = 0.6
"""Share of the time left that an objective gets before the next one's turn."""
FIRST_SEARCH_SHARE, FIRST_SEARCH_S = 0.05, 5.0
ROUNDS = 10
"""Kicks between two looks at the clock."""
FIRST_ROUNDS = 60
DOMINANCE_SHARE, PAIRS_PER_S = 0.1, 3e8
"""Share of a stage's time for comparing posts, and pairs of entries compared in a second on a slow core."""
ANNEALED = 0.6
"""Share of the first search that anneals, where it can."""
FIRST_FILLS = 12
"""Greedy plans before the first search where something is held within a limit."""
BIG = 1e4
"""Weight of a more important aim in a search: large against what the next one can add."""

HEAVIER, LIGHTER = 2.0, 0.8
"""What the weight of a limit in a search is multiplied by where a plan breaks it, and where one keeps it."""

Key = tuple[str, int]


@dataclass
class Run:
    """One stage under way: what is known, and when to stop. Values are turned so that larger is better."""

    problem: StandbyProblem
    d: Design
    aim: Aim
    kept: tuple[tuple[Aim, float], ...]
    blocks: dict[Key, Block]
    options: SolveOptions
    report: Report
    until_s: float
    step: float
    best: NDArray[np.int64] | None = None
    value: float = -np.inf
    bound: float = np.inf
    infeasible: bool = False
    confirmed_by: str = ""
    searches: int = 0
    held: tuple[tuple[Aim, float], ...] = ()
    held_weight: list[float] = field(default_factory=list)

    @property
    def first(self) -> bool:
        """Is this the most important objective? Only its numbers are told while the search is on."""
        return not self.kept

    @property
    def rows(self) -> tuple[tuple[Aim, float], ...]:
        """Return what every plan of this stage must reach: the more important aims, and those within limits."""
        return (*self.kept, *self.held)

    def left_s(self) -> float:
        """Return what is left of this stage's time, in seconds."""
        return self.until_s - self.report.elapsed_s()

    def gap(self) -> float:
        """Return the relative gap; inf without a plan or bound."""
        if self.best is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1e-9)

    def aims(self) -> list[tuple[Aim, float]]:
        """Return what a search makes large: this aim, the more important ones with a weight that wins, and limits."""
        more = ((a, BIG ** (k + 1)) for k, (a, _) in enumerate(reversed(self.kept)))
        limited = zip((a for a, _ in self.held), self.held_weight, strict=True)
        return [(self.aim, 1.0), *more, *limited]

    def weigh(self, cars: NDArray[np.int64]) -> bool:
        """Weigh each limit anew by whether a search kept it; return whether a weight changed."""
        for k, (a, limit) in enumerate(self.held):
            short = arrays.value(a, self.blocks, self.d, cars) < limit - 1e-9 * max(1.0, abs(limit))
            self.held_weight[k] *= HEAVIER if short else LIGHTER
        return bool(self.held)

    def next_seed(self) -> int:
        """Return a seed not used before."""
        self.searches += 1
        return self.options.seed + 1000 + self.searches

    def done(self) -> bool:
        """Return True when proved, near enough, out of time or told to stop."""
        return (
            self.infeasible
            or self.left_s() <= 0
            or self.report.should_stop()
            or self.gap() <= max(self.options.gap_frac, PROOF_GAP / 10)
        )

    def searches_beside(self) -> bool:
        """Is a second core free for a search while the first one proves, and may a run differ from the last?"""
        return (
            self.best is not None
            and not self.held
            and self.options.threads > 1
            and not self.options.reproducible
        )

    def needed(self) -> float:
        """Return the least value of a plan that would be better; -inf where there is no plan."""
        if self.best is None:
            return -np.inf
        return self.value + max(self.step * (1 - 1e-4), PROOF_GAP / 4 * abs(self.value))

    def offer(self, cars: NDArray[np.int64] | None) -> bool:
        """Take cars of shape (N,) if they are better and pass the planner's own rules; return whether."""
        if cars is None:
            return False
        value = arrays.value(self.aim, self.blocks, self.d, cars)
        if self.best is not None and value <= self.value + 1e-12 * abs(self.value):
            return False
        for a, reached in self.kept:
            if arrays.value(a, self.blocks, self.d, cars) < reached - 1e-9 * max(1.0, abs(reached)):
                return False
        plan = plan_of(self.problem, cars.reshape(self.d.n_parts, self.d.n_posts))
        if check(self.problem, plan):
            return False
        self.best, self.value = cars.copy(), value
        if self.first:
            self.report(phase="improving", incumbent=self.aim.sign * value, plan=plan)
        return True

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; with a known step between values it is rounded to one."""
        if self.step:
            bound = self.aim.constant + self.step * np.floor((bound - self.aim.constant) / self.step + 1e-6)
        if self.best is not None:
            bound = max(bound, self.value)
        if bound < self.bound:
            self.bound = float(bound)
            if self.first:
                self.report(bound=self.aim.sign * self.bound)


def solve(
    problem: StandbyProblem, start: StandbyPlan | None, options: SolveOptions, report: Report
) -> Outcome[StandbyPlan]:
    """Run the method: one stage for each objective, each keeping what the earlier ones reached."""
    report(phase="reading patterns")
    d = arrays.design(problem)
    aims = [arrays.aim(problem, name) for name in problem.params.objectives]
    held = arrays.limits(problem)
    keys = {key for a in [*aims, *(a for a, _ in held)] for key, _ in a.blocks}
    keys |= {("cover", t) for t, _ in d.least}
    blocks = {key: arrays.block(problem, *key) for key in sorted(keys)}
    cars = None if start is None else standing(problem, start).ravel()
    runs: list[Run] = []
    notes: dict[str, Any] = {}
    for stage, a in enumerate(aims):
        last = stage == len(aims) - 1
        until = report.elapsed_s() + (1.0 if last else STAGE_SHARE) * max(
            0.0, options.time_limit_s - report.elapsed_s()
        )
        kept = tuple((r.aim, r.value) for r in runs)
        step = arrays.step(problem, a, blocks)
        weights = [_even(a, h, blocks, d) for h, _ in held]
        run = Run(problem, d, a, kept, blocks, options, report, until, step, held=held, held_weight=weights)
        found = _stage(run, cars)
        notes |= found if stage == 0 else {f"{a.name}: {key}": v for key, v in found.items()}
        runs.append(run)
        if run.best is None or last or report.should_stop():
            break
        cars = run.best
    return _outcome(runs, notes)


def _even(a: Aim, held: Aim, blocks: dict[Key, Block], d: Design) -> float:
    """Return the weight at which all that a held aim can gain counts as much as all of the aim itself."""
    empty, full = np.zeros(d.n_columns, dtype=np.int64), np.ones(d.n_columns, dtype=np.int64)
    spans = [
        abs(arrays.value(one, blocks, d, full) - arrays.value(one, blocks, d, empty)) for one in (a, held)
    ]
    return max(spans[0], 1e-9) / max(spans[1], 1e-9)


def _stage(run: Run, start: NDArray[np.int64] | None) -> dict[str, Any]:
    d, counted = run.d, [run.aim, *(a for a, _ in run.rows)]
    used = {key for a in counted for key, _ in a.blocks} | {("cover", t) for t, _ in d.least}
    blocks = {key: run.blocks[key] for key in sorted(used)}
    # ends by the clock, so a run that is to be the same again looks at all
    work = (
        LARGEST_WORK if run.options.reproducible else PAIRS_PER_S * DOMINANCE_SHARE * max(0.0, run.left_s())
    )
    out = dominated(d, counted, blocks, min(work, LARGEST_WORK))
    notes: dict[str, Any] = {
        "rows": sum(b.n_rows for b in blocks.values()),
        "entries": sum(b.gain.size for b in blocks.values()),
        "posts dropped": int(out.sum()),
    }
    if out.any():
        blocks = {key: arrays.without(b, out) for key, b in blocks.items()}
    run.offer(start)
    run.prove(arrays.most(run.aim, blocks, d))
    run.report(phase="searching")
    first_plans(run, blocks, out, start)
    if run.done():
        if run.gap() <= PROOF_GAP:  # every pattern counts all it can
            run.confirmed_by = ARITHMETIC
        return notes
    return notes | close(run, blocks, out)


def first_plans(
    run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_], start: NDArray[np.int64] | None
) -> None:
    """Search from nothing and from the start, a short time."""
    d = run.d
    aims = run.aims()
    if d.least and not any(key[0] == "cover" for a, _ in aims for key, _ in a.blocks):
        fewest(run, blocks, out)
    f = field_of(d, aims, blocks, out)
    until = run.report.elapsed_s() + min(FIRST_SEARCH_S, FIRST_SEARCH_SHARE * max(0.0, run.left_s()))
    cars = np.zeros(d.n_columns, dtype=np.int64) if start is None else np.where(out, 0, start)
    cars, _ = search.fill(f, cars)
    run.offer(cars)
    for _ in range(
        FIRST_FILLS if run.held else 0
    ):  # near the weights that keep the limits, before any longer search
        run.weigh(cars)
        cars, _ = search.fill(field_of(d, run.aims(), blocks, out), np.zeros(d.n_columns, dtype=np.int64))
        run.offer(cars)
    if not run.done() and anneal.fits(f):
        seconds = 1.0 if run.options.reproducible else ANNEALED * (until - run.report.elapsed_s())
        cars = anneal.anneal(f, cars, moves=anneal.moves_in(f, seconds), seed=run.next_seed())
        run.offer(cars)
    for k in range(FIRST_ROUNDS):
        if run.done() or (not run.options.reproducible and run.report.elapsed_s() >= until):
            return
        if run.weigh(cars):
            f = field_of(d, run.aims(), blocks, out)
        cars, _ = search.improve(f, cars, rounds=ROUNDS, seed=run.options.seed + k)
        run.offer(cars)


def fewest(run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_]) -> None:
    """Cover what must be covered with few cars: fill up, leave out what is not needed, then with one car less."""
    d = run.d
    ones = tuple((("cover", t), 1.0) for t, _ in d.least)
    cover = Aim("cover", 1.0, ones, np.zeros(d.n_posts), 0.0, 0.0)
    f = field_of(d, [(cover, 1.0)], blocks, out)
    cars, _ = search.fill(f, np.zeros(d.n_columns, dtype=np.int64))
    for t, needed in d.least:
        cars = _thinned(run, blocks["cover", t], t, needed, cars)
    run.offer(cars)
    for t, needed in d.least:
        while not run.done():
            n = int(cars[t * d.n_posts : (t + 1) * d.n_posts].sum())
            if n == 0:
                break
            fewer = f.most.copy()
            fewer[t] = n - 1
            tried, _ = search.improve(
                replace(f, most=fewer), cars, rounds=4 * ROUNDS, seed=run.options.seed + n
            )
            if arrays.worth(blocks["cover", t], tried) < needed * (1 - 1e-9):
                break
            others = np.arange(d.n_columns) // d.n_posts != t
            cars = np.where(others, cars, tried)
            run.offer(cars)


def _thinned(run: Run, block: Block, t: int, needed: float, cars: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take away cars of a part of the day, the least useful first, while what must be covered stays covered."""
    d = run.d
    kept = set(d.kept.tolist())
    while True:
        here = [c for c in np.flatnonzero(cars) if c // d.n_posts == t and not (c in kept and cars[c] == 1)]
        best, at = -np.inf, -1
        for c in here:
            cars[c] -= 1
            left = arrays.worth(block, cars)
            cars[c] += 1
            if left > best:
                best, at = left, int(c)
        if at < 0 or best < needed:
            return cars
        cars[at] -= 1


def _outcome(runs: list[Run], notes: dict[str, Any]) -> Outcome[StandbyPlan]:
    first = runs[0]
    if first.infeasible:
        return Outcome(None, infeasible=True, confirmed_by=(first.confirmed_by,), notes=notes)
    open_ = next((r for r in runs if r.gap() > PROOF_GAP), runs[-1])
    stopped = StoppedBy.TIME
    if open_.gap() <= PROOF_GAP and len(runs) == len(first.problem.params.objectives):
        stopped = StoppedBy.PROOF
    elif first.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif open_.gap() <= first.options.gap_frac:
        stopped = StoppedBy.GAP
    bounds = tuple(r.aim.sign * r.bound if np.isfinite(r.bound) else None for r in runs)
    if first.best is None:
        return Outcome(None, bound=bounds, stopped_by=stopped, notes=notes)
    best = next(r.best for r in reversed(runs) if r.best is not None)
    return Outcome(
        plan=plan_of(first.problem, best.reshape(first.d.n_parts, first.d.n_posts)),
        objective=tuple(r.aim.sign * arrays.value(r.aim, r.blocks, r.d, best) for r in runs),
        bound=bounds,
        stopped_by=stopped,
        confirmed_by=tuple(r.confirmed_by for r in runs),
        notes=notes,
    )


def compile_loops() -> None:
    """Run every compiled loop once on three posts and four streets."""
    problem = StandbyProblem(
        post_ids=("A", "B", "C"),
        post_cost=np.ones(3),
        part_ids=("all",),
        starts=np.array([0, 1, 3, 5, 6], dtype=np.int64),
        posts=np.array([0, 0, 1, 1, 2, 2], dtype=np.int32),
        band=np.zeros(6, dtype=np.int8),
        weight=np.array([[4.0], [3.0], [3.0], [5.0]]),
        params=StandbyParams(n_cars=(2,)),
    )
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {("cover", 0): arrays.block(problem, "cover", 0)}
    dominated(d, [a], blocks)
    f = field_of(d, [(a, 1.0)], blocks, np.zeros(3, dtype=bool))
    cars, _ = search.improve(f, np.zeros(3, dtype=np.int64), rounds=1, seed=1)
    anneal.anneal(f, cars, moves=10, seed=1, unit=1.0)
    OddCuts(Master(d, a, blocks, np.arange(3), (), 10), 1).separate(np.full(7, 0.5))


FORMULATION = Formulation(
    name="standby.benders",
    family=FAMILY,
    run=solve,
    warm=compile_loops,
    summary="Annealing, swaps, kicks, plans merged; Benders and odd cuts of the coverage; HiGHS on the posts left",
    reference="Church and ReVelle (1974); Cordeau, Furini and Ljubic (2019); Duran-Mateluna et al. (2023)",
)
