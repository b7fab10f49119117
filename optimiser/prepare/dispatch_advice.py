"""Advice after each event of a running day: a joint answer to everything open, and for each incident ranked choices.

It advises and explains; it never decides. An answer given before is kept where a new one is hardly better, so that
advice does not flap from event to event; with ``exact`` the best answer always counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from optimiser.data.dispatch_feed import FeedEvent
from optimiser.prepare.dispatch_at_once import BoardDesk
from optimiser.prepare.dispatch_board import Board
from optimiser.prepare.dispatch_desk import Answer
from optimiser.prepare.dispatch_events import Taken, take
from optimiser.prepare.dispatch_live import Finding
from optimiser.prepare.dispatch_scene import Snapshot
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem, check, measure, objectives
from optimiser.problems.assignment.choices import Choice, ranked
from optimiser.problems.assignment.data import ENDS
from optimiser.problems.assignment.measures import levels
from optimiser.problems.base import Measure

_LOOKED_AT = 30
"""Choices among which that of the joint answer is looked for."""
Solve = Callable[[AssignmentProblem, AssignmentPlan | None], Any]
"""``(problem, an earlier plan) -> Result``: a warm worker with its formulation and limits."""

KEEP_GAIN_S = 60.0
"""An earlier answer is kept unless a new one is better by more weighted seconds."""
AHEAD_S = (900.0, 1800.0)
"""How far ahead cover is looked at by what is known of ends of breaks, jobs and shifts."""


@dataclass(frozen=True, eq=False)
class Advice:
    """What is advised after an event.

    Parameters
    ----------
    at, line
        Clock, and line of the event in the feed.
    taken
        What became of the event.
    findings
        What is wrong with rows of the board, told once.
    scene
        The question and where everything is; None before the first unit or incident.
    plan
        The joint answer; units that only go on are not in it.
    kept
        True where the earlier answer still stands.
    status, gap_frac, solve_s
        What the solver said of its answer: a word, the distance to the bound, seconds.
    measures
        Every term of the objective, response and cover.
    choices
        Ranked ways to answer each open incident while the rest of the plan stays.
    ahead
        By horizon in seconds: zones that will be below their level, with the levels missing.
    renewed
        False where the event changed nothing and the advice is that of before.
    at_once
        Where the event is a new call: the ranked answers that were given before the joint one was worked out.
    """

    at: datetime
    line: int
    taken: Taken
    findings: tuple[Finding, ...] = ()
    scene: Snapshot | None = None
    plan: AssignmentPlan = field(default_factory=AssignmentPlan)
    kept: bool = False
    status: str = ""
    gap_frac: float | None = None
    solve_s: float = 0.0
    measures: tuple[Measure, ...] = ()
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    ahead: Mapping[float, Mapping[str, int]] = field(default_factory=dict)
    renewed: bool = True
    at_once: tuple[Choice, ...] = ()


@dataclass(eq=False)
class LiveDesk:
    """Follows a feed and advises after each event.

    Parameters
    ----------
    board
        Units, incidents and roads.
    solve
        Gives the joint answer; without it only choices are ranked, one incident after another.
    exact
        The best answer counts, however little better than the one before.
    most
        Choices kept for each incident.
    job_s
        How long a unit is expected to be at an incident.
    quick
        Answers a new call at once, before the joint answer.
    tell
        Takes the incident and its answer at once.
    """

    board: Board
    solve: Solve | None = None
    exact: bool = False
    most: int = 3
    job_s: float = 2700.0
    quick: BoardDesk | None = None
    tell: Callable[[str, Answer], None] = lambda incident, answer: None
    _last: Advice | None = field(default=None, init=False)
    _told: set[tuple[str, str]] = field(default_factory=set, init=False)
    _due: bool = field(default=True, init=False)
    _behind: bool = field(default=False, init=False)
    """Whether the quick desk has not yet seen what the board has."""

    def event(self, event: FeedEvent, *, more_now: bool = False) -> Advice:
        """Take an event and return the advice after it.

        With ``more_now`` further events of the same moment follow: the answer waits for the last of them.
        """
        if self.quick is not None and self._behind and event.what == "call" and not more_now:
            self.quick.refresh()
        taken = take(self.board, event)
        at = self.board.at or event.at
        choices = self._at_once(event, taken) if not more_now else ()
        self._due = self._due or taken.matters
        if more_now or not self._due:
            last = self._last or Advice(at, event.line, taken)
            made = replace(last, at=at, line=event.line, taken=taken, findings=(), renewed=False, at_once=())
        else:
            made, self._due = replace(self._renew(at, event.line, taken), at_once=choices), False
        self._last = made
        self._behind = self._behind or taken.matters
        if self.quick is not None and self._behind and not more_now:
            self.quick.refresh()
            self._behind = False
        return made

    def _at_once(self, event: FeedEvent, taken: Taken) -> tuple[Choice, ...]:
        """Answer a new call before anything else is worked out; nothing for another event, or a call to come."""
        row = self.board.incidents.get(event.cells.get("incident", ""))
        if self.quick is None or event.what != "call" or row is None or not taken.matters:
            return ()
        if self.board.at is None or row["received"] > self.board.at:
            return ()
        answer = self.quick.answers(event.cells["incident"], most=self.most, job_s=self.job_s)
        self.tell(event.cells["incident"], answer)
        return answer.choices

    def now(self) -> Advice:
        """Return the advice of this moment without an event."""
        return self._renew(self.board.at or datetime.min, 0, Taken(""))

    def _renew(self, at: datetime, line: int, taken: Taken) -> Advice:
        scene, findings = self.board.snapshot()
        problem = scene.problem
        fresh = tuple(f for f in findings if (f.who, f.done) not in self._told)
        self._told = {(f.who, f.done) for f in findings}
        plan, result, kept = self._joint(problem)
        choices = {i: self._choices(problem, i, plan) for i in problem.incident_ids}
        return Advice(
            at,
            line,
            taken,
            fresh,
            scene,
            plan,
            kept,
            status="" if result is None else str(result.status),
            gap_frac=None if result is None or kept else result.gap_frac,
            solve_s=0.0 if result is None else float(result.solve_s),
            measures=measure(problem, plan),
            choices=choices,
            ahead={s: cover_ahead(problem, plan, s) for s in AHEAD_S},
        )

    def _choices(self, problem: AssignmentProblem, incident: str, plan: AssignmentPlan) -> tuple[Choice, ...]:
        """Return the best ways to answer an incident; what the joint answer does is always among them.

        Where everybody left is advised to move to a post, whoever would move could as well be sent: cover came first
        there, and the choices say at what price.
        """
        found = ranked(problem, incident, plan, most=_LOOKED_AT, job_s=self.job_s)
        if not found and plan.moved:
            found = ranked(problem, incident, replace(plan, moved={}), most=_LOOKED_AT, job_s=self.job_s)
        advised = {u for u, to in plan.sent.items() if to == incident}
        best = found[: self.most]
        own = [c for c in found[self.most :] if set(c.units) == advised]
        return (*best[: self.most - 1], own[0]) if own else best

    def _joint(self, problem: AssignmentProblem) -> tuple[AssignmentPlan, Any, bool]:
        """Return the joint answer, what the solver said of it, and whether it is that of before."""
        before = None if self._last is None else _still(problem, self._last.plan)
        if not problem.unit_ids or not (problem.incident_ids or problem.zone_ids):
            return AssignmentPlan(), None, False
        if self.solve is None:
            return one_by_one(problem, self.job_s), None, False
        result = self.solve(problem, before)
        if result.plan is None:
            return before or AssignmentPlan(), result, before is not None
        if self.exact or before is None or check(problem, before) or before == result.plan:
            return result.plan, result, False
        gain = objectives(problem, before)[0].value - objectives(problem, result.plan)[0].value
        return (before, result, True) if gain <= KEEP_GAIN_S else (result.plan, result, False)


def _still(problem: AssignmentProblem, plan: AssignmentPlan) -> AssignmentPlan:
    """Return what of an earlier plan can still be done: not what has been done or is gone."""
    units = {u: k for k, u in enumerate(problem.unit_ids)}
    sent = {
        u: i
        for u, i in plan.sent.items()
        if u in units and i in problem.incident_ids and problem.on_way_to[units[u]] != i
    }
    moved = {u: p for u, p in plan.moved.items() if u in units and p in problem.post_ids}
    back = tuple(u for u in plan.recalled if u in units and problem.on_way_to[units[u]])
    return AssignmentPlan(sent, moved, back)


def one_by_one(problem: AssignmentProblem, job_s: float = 2700.0) -> AssignmentPlan:
    """Return an answer without a solver: incidents by grade and urgency, each the best choice left.

    Waiting incidents gain on others as they age (``urgency``).
    """
    plan = AssignmentPlan()
    order = sorted(
        range(len(problem.incident_ids)),
        key=lambda i: (problem.grade[i], -problem.urgency(i), -problem.age_s[i]),
    )
    for i in order:
        name = problem.incident_ids[i]
        here = any(to == name for to in problem.on_way_to)
        found = ranked(problem, name, plan, most=1, job_s=job_s)
        if found and not here:
            plan = replace(plan, sent={**plan.sent, **dict.fromkeys(found[0].units, name)})
    return plan


def cover_ahead(problem: AssignmentProblem, plan: AssignmentPlan, ahead_s: float) -> dict[str, int]:
    """Return zones below their level ``ahead_s`` from now: known ends come free where they are, shifts that end go.

    Units sent are still away by then. Only what is known is counted: no new call, no job that ends early.
    """
    free = [
        status if status != ENDS or ready > ahead_s else "free"
        for status, ready in zip(problem.status, problem.ready_s.tolist(), strict=True)
    ]
    gone = problem.shift_left_s <= ahead_s
    ready_s = np.where([s == "free" for s in free], 0.0, problem.ready_s)
    zone_s = np.where(gone[:, None], math.inf, problem.zone_s)
    later = replace(problem, status=tuple(free), ready_s=ready_s, zone_s=zone_s)
    missing = problem.demand_level - levels(later, plan)
    return {problem.zone_ids[z]: int(missing[z]) for z in np.flatnonzero(missing > 0).tolist()}
