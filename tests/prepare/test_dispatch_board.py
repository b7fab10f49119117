"""The board follows its feed: what each event does, what cannot be is named, and a made-up hour holds together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from optimiser_models.assignment import milp

from optimiser.data.dispatch_feed import NEEDS, FeedEvent, read_feed
from optimiser.data.project import load
from optimiser.prepare.dispatch_advice import LiveDesk, cover_ahead, one_by_one
from optimiser.prepare.dispatch_board import Board
from optimiser.prepare.dispatch_demo import made_up_feed, write_feed
from optimiser.prepare.dispatch_events import take
from optimiser.prepare.dispatch_snapshot import with_project_targets
from optimiser.problems.assignment import AssignmentParams, AssignmentPlan, check
from optimiser.problems.assignment.choices import ranked
from optimiser.report.words_desk import advice_lines
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions

T0 = datetime(2026, 3, 2, 8, 0, 0)


@pytest.fixture(scope="module")
def project(made_once):
    return load(made_once / "county")


@pytest.fixture
def board(project):
    found = Board(project, replace(with_project_targets(project, AssignmentParams()), coverage_s=240.0))
    areas = project.areas["area_id"].tolist()
    play(found, 0, "on", unit="A", area_id=areas[0], officers="2", skills="dog")
    play(found, 0, "on", unit="B", area_id=areas[30])
    return found


def play(board, minute, what, **cells):
    return take(board, FeedEvent(1, T0 + timedelta(minutes=minute), what, cells))


def said(taken):
    return [str(f) for f in taken.findings]


def call(board, minute=1, **cells):
    area = board.project.areas["area_id"].iloc[10]
    return play(board, minute, "call", **({"incident": "I", "area_id": area, "grade": "2"} | cells))


def test_statuses_ends_and_ways(board):
    """A break with an end, a unit sent, at the scene with a predicted end: each as the question knows it."""
    call(board, officers="2")
    play(board, 2, "status", unit="B", status="prisoner", until="2026-03-02 08:22:00")
    play(board, 2, "send", unit="A", incident="I")
    problem = board.snapshot()[0].problem
    assert problem.status == ("sent", "ends")
    assert problem.ready_s.tolist() == [0.0, 1200.0]
    assert problem.on_way_to == ("I", "")
    play(board, 6, "arrive", unit="A", until="2026-03-02 08:36:00")
    later = board.snapshot()[0].problem
    assert later.status == ("ends", "ends")
    assert later.ready_s.tolist() == [1800.0, 960.0]
    assert later.incident_ids == ()  # two officers are there: nothing more is asked
    play(board, 7, "change", incident="I", officers="3")
    assert board.snapshot()[0].problem.officers_needed.tolist() == [1]
    assert board.snapshot()[0].problem.attended.tolist() == [1]
    assert play(board, 9, "close", incident="I").words == "I closed, A free"
    assert board.snapshot()[0].problem.status == ("free", "ends")


def test_who_waits_at_the_rendezvous_has_not_attended(board):
    """Nobody goes in alone: B, one officer, is there; whoever comes next goes in with B, one officer is missing."""
    call(board, officers="2", nobody_alone="yes")
    play(board, 2, "arrive", unit="B", incident="I")
    problem = board.snapshot()[0].problem
    assert (problem.attended.tolist(), problem.alone_barred.tolist()) == ([0], [0])
    assert problem.officers_needed.tolist() == [1]


def test_units_not_needed_any_more_are_recalled(board):
    """Both on their way to two officers' work; downgraded to one: A, the double, or B turns back, never both."""
    board.params = replace(board.params, recall=True, recall_price_s=0.0, journey_weight=0.5)
    call(board, officers="3")
    play(board, 2, "send", unit="A", incident="I")
    play(board, 2, "send", unit="B", incident="I")
    play(board, 3, "grade", incident="I", grade="4", officers="1")
    problem = board.snapshot()[0].problem
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=10, confirm=False))
    assert len(result.plan.recalled) == 1
    assert result.plan.sent == {}
    play(board, 4, "close", incident="I")
    assert board.snapshot()[0].problem.status == ("free", "free")


@pytest.mark.parametrize(
    ("what", "cells", "words"),
    [
        (
            "on",
            {"unit": "A", "lon": "0", "lat": "0"},
            "a unit of this id is on duty already; the first one counts",
        ),
        ("on", {"unit": "C", "lon": "0", "lat": "0"}, "unit C: it is off the map, "),
        ("on", {"unit": "C", "area_id": "nowhere"}, "unit C: there is no area 'nowhere'"),
        ("move", {"unit": "A", "lon": "0", "lat": "0"}, "its last place counts"),
        ("move", {"unit": "A", "lon": "east", "lat": "0"}, "its place (east, 0) is no place"),
        ("free", {"unit": "Z"}, "unit Z: it is not on duty as far as is known; the event is left out"),
        (
            "status",
            {"unit": "A", "status": "asleep"},
            "status 'asleep' is unknown (known: attending, available",
        ),
        ("send", {"unit": "A", "incident": "Z"}, "incident Z: it is not open as far as is known"),
        ("call", {"grade": "77"}, "grade '77' has no target"),
        ("call", {"officers": "0"}, "officers is '0', no whole number from 1 to 100; 1 is taken"),
        (
            "call",
            {"received": "2026-03-02 08:40:00"},
            "it lies 39 minutes in the future; it is left out until then",
        ),
        ("call", {"nobody_alone": "maybe"}, "neither yes nor no; no is taken"),
        ("close", {"incident": "Z"}, "incident Z: it is not open"),
        ("slow", {"road": "R", "street": "No Such Street", "factor": "2"}, "there is no street called"),
        ("slow", {"road": "R", "street": "X", "factor": "-2"}, "factor '-2' is no number above 0"),
        ("reopened", {"road": "R"}, "it is neither closed nor slow"),
    ],
)
def test_what_cannot_be_is_named(board, what, cells, words):
    """One finding with what was done; both units are there as before."""
    taken = call(board, **cells) if what == "call" else play(board, 1, what, **cells)
    assert len(taken.findings) == 1
    assert words in said(taken)[0]
    problem = board.snapshot()[0].problem
    assert problem.unit_ids == ("A", "B")


def test_an_incident_in_the_future_is_open_when_its_time_has_come(board):
    """Left out at 08:01, there at 08:41."""
    call(board, received="2026-03-02 08:40:00")
    assert board.snapshot()[0].problem.incident_ids == ()
    play(board, 41, "free", unit="B")
    assert board.snapshot()[0].problem.incident_ids == ("I",)


def test_a_unit_that_jumps_may_be_two(board, project):
    """Across the county in a second: named, the new place counts."""
    far = project.areas["area_id"].iloc[-1]
    play(board, 1, "move", unit="A", area_id=project.areas["area_id"].iloc[0])
    taken = take(
        board, FeedEvent(1, T0 + timedelta(minutes=1, seconds=1), "move", {"unit": "A", "area_id": far})
    )
    assert "do two units share this id?" in said(taken)[0]


def test_an_event_that_comes_late_does_not_turn_the_clock_back(board):
    """It counts as of now."""
    play(board, 10, "free", unit="A")
    taken = play(board, 4, "free", unit="B")
    assert "6.0 minutes earlier than the event before it; it counts as of now" in said(taken)[0]
    assert board.at == T0 + timedelta(minutes=10)


def test_one_mistyped_date_does_not_move_the_clock(board):
    """A day later by itself: held back, named, left out when the next event is on time again."""
    play(board, 1, "free", unit="A")
    taken = play(board, 24 * 60 + 2, "off", unit="B")
    assert "24 hours later than the event before it; it is held back" in said(taken)[0]
    assert not taken.matters
    play(board, 3, "free", unit="A")
    assert board.at == T0 + timedelta(minutes=3)
    assert set(board.units) == {"A", "B"}


def test_a_feed_that_pauses_for_a_day_goes_on(board):
    """Two events as late as each other: both are taken, in order."""
    play(board, 1, "free", unit="A")
    play(board, 24 * 60, "off", unit="B")
    play(board, 24 * 60 + 5, "free", unit="A")
    assert board.at == T0 + timedelta(minutes=24 * 60 + 5)
    assert set(board.units) == {"A"}


def test_a_shift_that_has_ended_and_an_end_that_has_passed(board):
    """Nobody is sent on the word of an end that has passed."""
    play(
        board,
        0,
        "on",
        unit="C",
        area_id=board.project.areas["area_id"].iloc[5],
        shift_end="2026-03-02 08:10:00",
    )
    play(board, 0, "break", unit="B", until="2026-03-02 08:05:00")
    play(board, 30, "free", unit="A")
    scene, findings = board.snapshot()
    assert [str(f) for f in findings] == [
        "unit B: its break should have ended 25 minutes ago; it is not sent until it is free.",
        "unit C: its shift ended 20 minutes ago; it is sent nowhere new.",
    ]
    assert scene.problem.status == ("free", "busy", "free")
    assert scene.problem.shift_left_s.tolist()[2] == 0.0


def test_closed_and_reopened_roads_change_ways(board):
    """Every street within 3 km of the call slow by ten: ways are longer; reopened: as before."""
    call(board)
    before = board.snapshot()[0].problem.travel_s
    point = board.project.areas.to_crs("EPSG:4326").geometry.representative_point().iloc[10]
    place = {"lon": str(point.x), "lat": str(point.y)}
    taken = play(board, 2, "slow", road="R", radius_m="3000", factor="10", **place)
    assert "takes 10 times as long" in taken.words
    assert (board.snapshot()[0].problem.travel_s > 2 * before).all()
    play(board, 3, "reopened", road="R")
    assert board.snapshot()[0].problem.travel_s == pytest.approx(before)


def test_closures_that_cut_the_county_are_told(board):
    """Every street within 1.5 km of a place shut: what is cut off is named, units elsewhere can still be sent."""
    point = board.project.areas.to_crs("EPSG:4326").geometry.representative_point().iloc[0]
    taken = play(board, 1, "closed", road="R", radius_m="1500", lon=str(point.x), lat=str(point.y))
    assert any("are cut off from the rest" in s and "the rest is planned as usual" in s for s in said(taken))
    area = board.project.areas["area_id"].iloc[31]
    play(board, 2, "call", incident="J", area_id=area, grade="1")
    problem = board.snapshot()[0].problem
    assert np.isfinite(problem.travel_s[problem.unit_ids.index("B"), 0])
    assert one_by_one(problem).sent == {"B": "J"}


def test_a_made_up_hour_is_followed_without_a_finding(project, tmp_path):
    """Same seed, same feed; units are sent that are free, statuses agree, and every answer keeps every rule."""
    params = replace(with_project_targets(project, AssignmentParams()), coverage_s=240.0)
    rows = made_up_feed(project, params, seed=3, n_units=8, n_calls=5)
    assert rows == made_up_feed(project, params, seed=3, n_units=8, n_calls=5)
    write_feed(tmp_path / "feed.jsonl", rows)
    feed = read_feed(tmp_path / "feed.jsonl")
    assert not feed.bad
    assert not feed.unknown_columns
    kinds = {e.what for e in feed.events}
    assert kinds >= {"on", "call", "send", "arrive", "close", "closed", "reopened"}
    desk = LiveDesk(Board(project, params))
    advice = [desk.event(e) for e in feed.events]
    assert [str(f) for a in advice for f in a.taken.findings] == []
    for a in advice:
        if a.renewed:
            assert not check(a.scene.problem, a.plan)


def test_cover_ahead_counts_known_ends_and_shifts(board):
    """A unit whose break ends in 10 minutes covers in 15, one whose shift ends does not."""
    problem = board.snapshot()[0].problem
    wanted = replace(
        problem, demand_level=np.ones_like(problem.demand_level), zone_s=np.zeros_like(problem.zone_s)
    )
    on_break = replace(wanted, status=("ends", "free"), ready_s=np.array([600.0, 0.0]))
    assert cover_ahead(on_break, one_by_one(on_break), 900.0) == {}
    leaving = replace(on_break, shift_left_s=np.array([300.0, 300.0]))
    assert len(cover_ahead(leaving, one_by_one(leaving), 900.0)) == len(problem.zone_ids)


HOSTILE = {
    "unit": ["A", "B", "C"], "incident": ["I", "J"], "area_id": ["nowhere"], "lon": ["x", "1e300", "nan", "0"],
    "lat": ["y", "90", "inf", "0"], "status": ["break", "asleep", "en route", "off duty", "on scene"],
    "until": ["2026-03-02 08:30:00", "soon", "9999-12-31 23:59:59"], "officers": ["0", "2", "1e99", "many"],
    "driver": ["pilot", "foot", "advanced"], "skills": ["dog;dog", ";;"], "grade": ["1", "2", "9", "1.5", "inf"],
    "shift_end": ["0001-01-01 00:00:00"], "nobody_alone": ["yes", "maybe"], "weight": ["0", "inf", "x"],
    "received": ["2026-03-02 09:00:00"], "road": ["R"], "street": ["No Such Street"], "factor": ["-1", "inf", "3"],
    "radius_m": ["-5", "inf", "300"],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_no_event_breaks_the_board(board, seed):
    """Fifty events with cells drawn from what has no business there: each is taken or named, the desk goes on."""
    rng = np.random.default_rng(seed)
    areas = board.project.areas["area_id"].tolist()
    desk = LiveDesk(board)
    n_named = 0
    for k in range(50):
        cells = {c: str(rng.choice(texts)) for c, texts in HOSTILE.items() if rng.random() < 0.5}
        if rng.random() < 0.7:
            cells |= {"area_id": str(rng.choice(areas)), "unit": cells.get("unit", "A")}
            cells = {c: t for c, t in cells.items() if c not in ("lon", "lat")}
        what = str(rng.choice(sorted(NEEDS)))
        has = {
            "place": "area_id" in cells or {"lon", "lat"} <= set(cells),
            "where": "street" in cells or "lon" in cells,
        }
        if any(not has.get(need, need in cells) for need in NEEDS[what]):
            continue  # the feed's reader leaves these out
        advice = desk.event(FeedEvent(k, T0 + timedelta(minutes=int(rng.integers(0, 60))), what, cells))
        n_named += len(advice.taken.findings)
        if advice.renewed:
            assert not check(advice.scene.problem, advice.plan)
            assert advice_lines(advice)
    assert n_named > 10


def test_who_would_only_move_can_be_sent(board):
    """The joint answer lets the call wait and moves both units: the call still shows whom it could have."""
    board.params = replace(board.params, max_moves=2)
    call(board)
    problem = board.snapshot()[0].problem
    waits = AssignmentPlan({}, dict.fromkeys(("A", "B"), problem.post_ids[0]))
    assert not ranked(problem, "I", waits)
    joint = SimpleNamespace(plan=waits, status="optimal", gap_frac=0.0, solve_s=0.0)
    advice = LiveDesk(board, solve=lambda problem, start: joint).now()
    assert {c.units for c in advice.choices["I"]} >= {("A",), ("B",)}
