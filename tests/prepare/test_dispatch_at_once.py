"""The board's own desk: at once the answers that the whole board gives, through moves, clock, traffic and closures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from optimiser.data.dispatch_feed import FeedEvent, read_feed
from optimiser.data.project import load
from optimiser.prepare.dispatch_advice import LiveDesk
from optimiser.prepare.dispatch_at_once import BoardDesk
from optimiser.prepare.dispatch_board import Board, desk_params
from optimiser.prepare.dispatch_demo import made_up_feed, write_feed
from optimiser.prepare.dispatch_events import take
from optimiser.problems.assignment.choices import ranked
from optimiser.roads.classes import ROAD_CLASSES


@pytest.fixture(scope="module")
def hour(made_once, tmp_path_factory):
    """A project and a made-up hour of it: breaks, calls, a closed road, calls up and down."""
    project = load(made_once / "county")
    params = desk_params(project, made_up=True)
    path = tmp_path_factory.mktemp("feed") / "hour.jsonl"
    write_feed(path, made_up_feed(project, params, n_units=10, n_calls=6))
    return project, params, read_feed(path).events


def agree(board, desk, name):
    """Compare the answer at once with that from everything worked out anew."""
    ours = desk.answers(name, most=6)
    scene, _ = board.snapshot()
    whole = ranked(scene.problem, name, most=6)
    order = [scene.problem.incident_ids.index(i) for i in ours.problem.incident_ids]
    assert ours.problem.travel_s == pytest.approx(scene.problem.travel_s[:, order], abs=0.01)
    assert ours.problem.ready_s == pytest.approx(scene.problem.ready_s, abs=0.01)
    assert [c.units for c in ours.choices] == [c.units for c in whole]
    assert [c.cost for c in ours.choices] == pytest.approx([c.cost for c in whole], abs=0.5)
    return len(whole)


@pytest.mark.parametrize("coverage", ["available", "present"])
def test_the_same_as_the_whole_board(hour, coverage):
    """After every event of the hour, with units on their way, skills asked for, and a road shut and opened again."""
    project, params, events = hour
    board = Board(project, replace(params, coverage=coverage))
    desk = BoardDesk(board)
    areas = project.areas["area_id"].tolist()
    asked = 0
    for k, event in enumerate(events):
        take(board, event)
        desk.refresh()
        if k % 9 != 8:
            continue
        cells = {
            "incident": "X",
            "area_id": areas[k % len(areas)],
            "grade": str(1 + k % 2),
            "officers": str(1 + k % 3),
        }
        cells |= {"skills": ("taser", "dog")[k % 4 // 2]} if k % 2 else {}
        later = board.at + timedelta(seconds=20)  # known ends come nearer between a refresh and a call
        assert not take(board, FeedEvent(0, later, "call", cells)).findings
        asked += agree(board, desk, "X") > 0
        take(board, FeedEvent(0, later, "close", {"incident": "X"}))
    assert asked >= 5


def test_nobody_on_duty(hour):
    """An empty board answers that nobody can be sent."""
    project, params, _ = hour
    board = Board(project, params)
    desk = BoardDesk(board)
    assert not desk.staffed
    call = FeedEvent(0, datetime(2026, 3, 2, 8), "call", {"incident": "X", "area_id": "x", "grade": "1"})
    area = project.areas["area_id"].tolist()[0]
    take(board, FeedEvent(0, call.at, "call", {**call.cells, "area_id": area}))
    assert desk.answers("X").choices == ()


def test_traffic_of_another_hour(hour):
    """When the clock turns into an hour of other traffic, times of before are not used."""
    project, params, events = hour
    factors = np.ones((len(ROAD_CLASSES), 168))
    start = events[0].at
    later = start.replace(minute=0, second=0) + timedelta(hours=1)
    factors[:, later.weekday() * 24 + later.hour] = 3.0
    board = Board(project, params, factors)
    for event in [e for e in events if e.what == "on"]:
        take(board, event)
    desk = BoardDesk(board)
    area = project.areas["area_id"].tolist()[5]
    take(board, FeedEvent(0, later, "call", {"incident": "X", "area_id": area, "grade": "2"}))
    agree(board, desk, "X")
    desk.board.incidents.pop("X")
    desk.refresh()
    take(board, FeedEvent(0, later, "call", {"incident": "X", "area_id": area, "grade": "2"}))
    agree(board, desk, "X")


def test_a_live_desk_answers_at_once_before_the_joint_answer(hour):
    """Of every call that comes alone; told as it comes, and the best way while nothing else changes."""
    project, params, events = hour
    told: list[str] = []
    live = LiveDesk(Board(project, params))
    live.quick = BoardDesk(live.board)
    live.tell = lambda incident, answer: told.append(incident)
    calls = 0
    for event, following in zip(events, [*events[1:], None], strict=True):
        more = following is not None and following.at == event.at
        advice = live.event(event, more_now=more)
        if event.what == "call" and not more:
            calls += 1
            assert told[-1] == event.cells["incident"]
            assert advice.at_once
            scene = advice.scene
            assert scene is not None
            best = ranked(scene.problem, told[-1], most=1)
            assert advice.at_once[0].units == best[0].units
        else:
            assert not advice.at_once
    assert calls == len(told) >= 4
