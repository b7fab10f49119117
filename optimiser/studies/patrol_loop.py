"""Does a patrol plan feed itself? Its own expected discoveries go into the records, and the next plan is made of them.

Officers find more where they are sent. If what they find counted as harm, the next plan would send them there again,
and more so each time (Lum and Isaac 2016; Ensign, Friedler, Neville, Scheidegger, Venkatasubramanian 2018). Here
discoveries are written into the records as what they are, begun by officers, and pass the same preparation as all
records. Allocations must settle; ``counted=True`` shows what happens where discoveries are taken for reports.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.harm import read_harm
from optimiser.data.project import Project
from optimiser.demand.day_parts import DayPart
from optimiser.demand.workload import OFFICER_INITIATED, from_project
from optimiser.errors import InputError
from optimiser.prepare.patrol import PUBLIC, PatrolSetup, harm_of, parts_of, question
from optimiser.problems.patrol import PatrolParams, PatrolPlan, PatrolProblem
from optimiser.problems.patrol.measures import table
from optimiser.units import percent_text

FIND = "PATROL FIND"
FINDS_PER_H = 0.5
"""Discoveries an officer-hour brings where there is something to find; a choice, not a measurement."""
SETTLED = 1e-9


@dataclass(frozen=True)
class Loop:
    """How allocations moved.

    Parameters
    ----------
    moved_frac
        Share of all blocks that lie elsewhere than in the round before, from the second round on.
    top_frac
        Share of all time that the tenth of places with the most time gets, by round.
    found
        Discoveries fed back before each round but the first.
    """

    moved_frac: tuple[float, ...]
    top_frac: tuple[float, ...]
    found: tuple[int, ...]

    @property
    def settled(self) -> bool:
        """Whether the last two rounds are the same."""
        return self.moved_frac[-1] <= SETTLED

    def in_words(self) -> str:
        """Say whether the plan feeds itself."""
        rounds = len(self.moved_frac)
        if self.settled:
            moves = [k for k, m in enumerate(self.moved_frac, start=2) if m > SETTLED]
            return (
                f"The plan does not feed itself: with its own {sum(self.found):,} expected discoveries fed back "
                f"{rounds} times, no block moves after round {max(moves, default=1)}."
            )
        return (
            f"The plan feeds itself: after {rounds} rounds {percent_text(self.moved_frac[-1], 0)} of the time still "
            f"moves, and the busiest tenth of places gets {percent_text(self.top_frac[-1], 0)} of it, "
            f"{percent_text(self.top_frac[0], 0)} at first."
        )


def loop(
    project: Project,
    solve: Callable[[PatrolProblem], PatrolPlan],
    params: PatrolParams | None = None,
    setup: PatrolSetup | None = None,
    *,
    rounds: int = 10,
    finds_per_h: float = FINDS_PER_H,
    counted: bool = False,
) -> Loop:
    """Plan, let officers find, record it, plan again.

    Parameters
    ----------
    solve
        Answers a question; the study knows no formulation.
    counted
        Write discoveries as if the public had reported them: the fault that the rules keep out.

    Raises
    ------
    InputError
        If the project has no calls, or fewer than one round is asked for.
    """
    if project.calls is None or rounds < 1:
        raise InputError("The loop needs calls and at least one round.")
    params, setup = params or PatrolParams(), setup or PatrolSetup()
    weights = read_harm(project.folder / setup.harm) if setup.harm else None
    if counted and weights is not None:
        weights = weights | {FIND: max(weights.values(), key=lambda r: r.harm)}
    parts, areas = parts_of(setup), [str(a) for a in project.areas["area_id"]]
    n_weeks = from_project(project).n_weeks
    calls, moved, top, found = project.calls, [], [], []
    first: PatrolProblem | None = None
    before: NDArray[np.float64] | None = None
    for k in range(rounds + 1):
        problem = question(project, params, setup, parts, harm_of(calls, areas, parts, weights, n_weeks))
        first = first or problem
        problem = replace(problem, available=first.available)  # finding more gives no more hours
        blocks = table(problem, solve(problem))
        busiest = np.sort(blocks.sum(axis=1))[::-1][: max(1, len(areas) // 10)]
        top.append(float(busiest.sum() / max(blocks.sum(), 1)))
        if before is not None:
            moved.append(float(np.abs(blocks - before).sum() / 2 / max(blocks.sum(), 1)))
        if k == rounds:
            break
        finds = np.rint(blocks * params.block_h * finds_per_h * n_weeks).astype(np.int64)
        found.append(int(finds.sum()))
        more = _records(finds, areas, parts, counted=counted)
        calls = pd.concat([calls, more], ignore_index=True)
        before = blocks
    return Loop(tuple(moved), tuple(top), tuple(found))


def _records(
    finds: NDArray[np.int64], areas: list[str], parts: tuple[DayPart, ...], *, counted: bool
) -> pd.DataFrame:
    """One record a discovery, at the place and in the part of the week where officers were."""
    place, part = np.nonzero(finds)
    n = finds[place, part]
    hour = np.array([parts[t].hours[0] for t in part.tolist()], dtype=np.int64)
    return pd.DataFrame(
        {
            "area_id": np.repeat(np.array(areas, dtype=object)[place], n),
            "hour_of_week": np.repeat(hour, n),
            "call_type": FIND,
            "origin": PUBLIC if counted else OFFICER_INITIATED,
            "unit_s": 600.0,
        }
    )
