"""A feed replayed for the screen: each moment with its advice, worked out once and kept until the feed changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from optimiser import registry
from optimiser.data.dispatch_feed import FeedEvent, read_feed
from optimiser.data.project import Project
from optimiser.prepare.dispatch_advice import Advice, LiveDesk
from optimiser.prepare.dispatch_board import Board, desk_params
from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER, MADE_UP, made_up_feed, write_feed
from optimiser.prepare.dispatch_scene import class_on_call
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker

LIMIT_S = 2.0
ENDINGS = (".jsonl", ".csv")
Line = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moment:
    """Everything that happened at one time of the clock, the advice after it, and the ways of units bound somewhere.

    ``ways`` holds a line of each unit that is advised to go or is on its way, shape (n, 2), metres.
    """

    words: tuple[str, ...]
    findings: tuple[str, ...]
    advice: Advice
    ways: dict[str, Line]


@dataclass(frozen=True, eq=False)
class Replay:
    """All moments of a feed, and the lines of the file that could not be used."""

    moments: tuple[Moment, ...]
    left_out: tuple[str, ...]


def feeds(project: Project) -> list[Path]:
    """Return the feeds that lie in the project's folder for them, by name."""
    folder = project.folder / DISPATCH_FOLDER
    found = [p for p in sorted(folder.glob("*")) if p.suffix.lower() in ENDINGS]
    return [p for p in found if not p.name.startswith(("advice-", "made-up-sites"))]


def make_up(project: Project, seed: int) -> Path:
    """Write a made-up hour and return its file."""
    path = project.folder / DISPATCH_FOLDER / f"{MADE_UP}{seed}.jsonl"
    write_feed(path, made_up_feed(project, desk_params(project, made_up=True), seed=seed))
    return path


def replay(project: Project, path: Path, *, joint: bool) -> Replay:
    """Return a feed replayed, worked out anew only where the feed has changed.

    Raises
    ------
    InputError
        If the feed cannot be read, or the project has no roads.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return _replay(project, str(project.folder), path, digest, joint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _replay(_project: Project, folder: str, path: Path, digest: str, joint: bool) -> Replay:
    feed = read_feed(path, _project.settings.timezone)
    board = Board(_project, desk_params(_project, made_up=path.name.startswith(MADE_UP)))
    bar = st.progress(0.0, "Replaying the feed …")
    with WarmWorker() if joint else nullcontext() as worker:
        desk = LiveDesk(board, None if worker is None else _solver(worker), most=4)
        moments = _moments(desk, feed.events, bar)
    bar.empty()
    return Replay(moments, tuple(str(b) for b in feed.bad))


def _solver(worker: WarmWorker) -> Callable[[Any, Any], Any]:
    options, name = SolveOptions(time_limit_s=LIMIT_S, confirm=False), registry.default("assignment")
    return lambda problem, before: worker.solve(problem, name, options, start=before)


def _moments(desk: LiveDesk, events: tuple[FeedEvent, ...], bar: DeltaGenerator) -> tuple[Moment, ...]:
    found: list[Moment] = []
    words: list[str] = []
    findings: list[str] = []
    for k, event in enumerate(events):
        last = k + 1 == len(events) or events[k + 1].at != event.at
        advice = desk.event(event, more_now=not last)
        words += [advice.taken.words] if advice.taken.words else []
        findings += [str(f) for f in (*advice.taken.findings, *advice.findings)]
        if last and advice.scene is not None:
            kept = found[-1].ways if found and not advice.renewed else _ways(desk.board, advice)
            found.append(Moment(tuple(words), tuple(findings), advice, kept))
            words, findings = [], []
        bar.progress((k + 1) / len(events), "Replaying the feed …")
    return tuple(found)


def _ways(board: Board, advice: Advice) -> dict[str, Line]:
    scene = advice.scene
    assert scene is not None
    problem = scene.problem
    at = dict(zip(problem.incident_ids, scene.incidents.xy_m, strict=True))
    grade = dict(zip(problem.incident_ids, problem.grade.tolist(), strict=True))
    lines = {}
    for u, unit in enumerate(problem.unit_ids):
        to = advice.plan.sent.get(unit) or problem.on_way_to[u]
        if to and unit not in advice.plan.recalled:
            driver = class_on_call(problem.driver_class[u], lights=grade[to] in board.lights_for_grades)
            lines[unit] = board.travel.line(scene.units.xy_m[u], at[to], driver)
    return lines
