"""Many solves of one study: a warm worker, a deadline, a stop, a memory on disk, and belief in nothing unchecked.

A plan that comes back is checked again here against the problem that was asked, and its objectives recomputed;
so a result read from disk, or one of another program, is worth as much as one of this run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from optimiser import __version__, registry
from optimiser.errors import BackendError, InputError, OptimiserError, RejectedPlan
from optimiser.problems import portable
from optimiser.solve import jobs
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Progress, write_atomically
from optimiser.solve.result import Result, Status
from optimiser.solve.warm import WarmWorker

log = logging.getLogger(__name__)

SHORTEST_S = 1.0
"""With less than this left no further solve is begun."""
ANY_PLAN_GAP = 0.99
"""A solve that only asks whether there is a plan is near enough with any."""
SAME = 1e-6
"""Largest relative difference between an objective told and the same one recomputed."""


class NoPlanError(InputError):
    """A study of a question that has no plan. ``impossible`` where that is proved."""

    def __init__(self, text: str, *, impossible: bool) -> None:
        super().__init__(text)
        self.impossible = impossible


class Worker(Protocol):
    """What solves: a :class:`~optimiser.solve.warm.WarmWorker`."""

    def solve(
        self,
        problem: Any,
        formulation: str,
        options: SolveOptions | None = None,
        *,
        start: Any = None,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Result[Any]:
        """Solve one problem."""


class Series:
    """Solves of one family on one warm worker; a context manager.

    Parameters
    ----------
    family
        Name of the family.
    formulation
        Name, or "" for the family's default.
    options
        Of each solve; its time limit is each solve's own.
    budget_s
        Seconds for the whole study, starts of processes apart; inf for as long as the solves take.
    folder
        Where results are kept under the key of their content, so that a study goes on where it was stopped;
        None to keep none.
    on_progress, should_stop
        As for one solve; the phase tells which solve it is.
    worker
        One that is running already; it is not closed here.
    """

    def __init__(
        self,
        family: str,
        formulation: str = "",
        *,
        options: SolveOptions | None = None,
        budget_s: float = math.inf,
        folder: Path | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        worker: Worker | None = None,
    ) -> None:
        if not budget_s > 0:
            raise InputError(f"A study needs a time limit above 0 seconds, got {budget_s}.")
        self.family = registry.family(family)
        self.formulation = formulation or registry.default(family)
        registry.known(self.formulation)
        if self.formulation.split(".")[0] != family:
            raise InputError(f"{self.formulation} answers another question than {family}.")
        self.options = options or SolveOptions()
        self.began = time.monotonic()
        self._ends = self.began + budget_s
        self._folder = folder
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._worker = worker
        self._own: WarmWorker | None = None
        self.n_solves = 0
        self.n_remembered = 0
        self.faults: list[str] = []
        self.unconfirmed: list[str] = []
        """Solves whose "best" or "no plan" no second route has confirmed, by title."""

    def __enter__(self) -> Series:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker that this series started."""
        if self._own is not None:
            self._own.close()
            self._own = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the study began."""
        return time.monotonic() - self.began

    @property
    def over(self) -> bool:
        """Is the time used up, or was a stop asked for?"""
        return self.stopped or self._left_s() < SHORTEST_S

    @property
    def stopped(self) -> bool:
        """Was a stop asked for?"""
        return self._should_stop()

    def _left_s(self) -> float:
        return self._ends - time.monotonic()

    def solve(
        self,
        problem: Any,
        title: str = "",
        *,
        start: Any = None,
        any_plan: bool = False,
        options: SolveOptions | None = None,
        formulation: str = "",
    ) -> Result[Any] | None:
        """Solve one problem of the study; None where time is up, a stop was asked for, or the solver failed.

        Parameters
        ----------
        any_plan
            End with the first plan: only whether there is one is asked.
        options, formulation
            Other than those of the series.

        Raises
        ------
        InputError
            If the formulation cannot take this problem.
        RejectedPlan
            If the plan does not pass here.
        """
        formulation = formulation or self.formulation
        options = options or self.options
        if any_plan:
            options = replace(options, gap_frac=ANY_PLAN_GAP)
        kept = (
            None
            if self._folder is None
            else self._folder / f"{self._key(problem, formulation, options)}.json"
        )
        result = self._remembered(kept)
        if result is not None:
            self.n_remembered += 1
            self._believe(problem, result)
            self._note(result, title, any_plan=any_plan)
            return result
        if self.over:
            return None
        result, cut_short = self._ask(problem, title, formulation, options, start, any_plan=any_plan)
        if result is None:
            return None
        self._believe(problem, result)
        self._note(result, title, any_plan=any_plan)
        proved = result.status in (Status.OPTIMAL, Status.INFEASIBLE)
        if kept is not None and (proved or not cut_short):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(kept, json.dumps(jobs.result_to_json(result), ensure_ascii=False))
        return result

    def _note(self, result: Result[Any], title: str, *, any_plan: bool) -> None:
        """Take note of a claim that stands alone; of a plan that was only to exist nothing is claimed."""
        claimed = result.status is Status.INFEASIBLE or (result.status is Status.OPTIMAL and not any_plan)
        if claimed and not result.confirmed:
            self.unconfirmed.append(title or f"solve {self.n_solves}")

    def _ask(
        self,
        problem: Any,
        title: str,
        formulation: str,
        options: SolveOptions,
        start: Any,
        *,
        any_plan: bool,
    ) -> tuple[Result[Any] | None, bool]:
        """Ask the worker; also say whether the study's own end, not the solve's, cut it short."""
        left_s = self._left_s()
        limited = replace(options, time_limit_s=min(options.time_limit_s, left_s))
        self.n_solves += 1
        phase = f"solve {self.n_solves}: {title}" if title else f"solve {self.n_solves}"
        found: list[Progress] = []
        started, waiting = self._n_started(), time.monotonic()
        first = [math.inf]

        def heard(progress: Progress) -> None:
            first[0] = min(first[0], time.monotonic())
            if progress.incumbent is not None:
                found.append(progress)
            self.tell(phase, progress.incumbent, progress.bound)

        self.tell(phase)
        try:
            result = self._at_work().solve(
                problem,
                formulation,
                limited,
                start=start,
                on_progress=heard,
                should_stop=lambda: self.stopped or (any_plan and bool(found)),
            )
        except BackendError as error:
            log.warning("%s: %s", phase, error)
            self.faults.append(f"{title or phase}: {error}")
            return None, True
        finally:
            # a process that starts is not searching: its start is not counted, as in one solve
            if self._n_started() > started and math.isfinite(first[0]):
                self._ends += first[0] - waiting
        return result, self.stopped or left_s < options.time_limit_s

    def tell(self, phase: str, incumbent: float | None = None, bound: float | None = None) -> None:
        """Tell whoever listens what the study is at."""
        if self._on_progress is not None:
            self._on_progress(Progress(self.elapsed_s, phase, incumbent, bound))

    def _at_work(self) -> Worker:
        if self._worker is not None:
            return self._worker
        if self._own is None:
            self._own = WarmWorker()
        return self._own

    def _n_started(self) -> int:
        """Return how many processes the own worker has started."""
        return 0 if self._own is None else self._own.started

    def _key(self, problem: Any, formulation: str, options: SolveOptions) -> str:
        return content_key("solve", portable.digest(problem), formulation, portable.to_json(options))

    def _remembered(self, path: Path | None) -> Result[Any] | None:
        if path is None or not path.exists():
            return None
        try:
            return jobs.result_from_json(json.loads(path.read_text(encoding="utf-8")), self.family)
        except (OSError, ValueError, KeyError, TypeError, OptimiserError):
            path.unlink(missing_ok=True)  # damaged: solved again
            return None

    def _believe(self, problem: Any, result: Result[Any]) -> None:
        """Check a plan again where it is used.

        Raises
        ------
        RejectedPlan
            With the broken rules, or both values of an objective.
        """
        if result.plan is None:
            return
        broken = self.family.check(problem, result.plan)
        if broken:
            shown = "; ".join(map(str, broken[:5]))
            raise RejectedPlan(f"{result.formulation}: the plan breaks {len(broken)} rules: {shown}")
        for told, own in zip(result.objectives, self.family.objectives(problem, result.plan), strict=True):
            if abs(told.value - own.value) > SAME * max(1.0, abs(own.value)):
                raise RejectedPlan(
                    f"{result.formulation}: {own.name} was told as {told.value:.10g}, the data say {own.value:.10g}."
                )


def content_key(*content: Any) -> str:
    """Return a short name for JSON-able content and this version: equal content, equal name."""
    text = json.dumps([__version__, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spread_order(n: int) -> Sequence[int]:
    """Return ``0 .. n-1`` from coarse to fine: both ends, the middle, the quarters, and so on."""
    if n <= 2:
        return range(n)
    order, seen, step = [0, n - 1], {0, n - 1}, (n - 1) / 2
    while len(order) < n:
        place = step
        while place < n - 1 + 1e-9:
            k = round(place)
            if k not in seen:
                seen.add(k)
                order.append(k)
            place += step
        step /= 2
    return order
