"""Nearest beats: known drives, ranks with ties, a hand that moves a cell, and a checker that names every fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.demand.day_parts import day_parts
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare.beats import beats
from optimiser.prepare.travel import area_points, times_s
from optimiser.roads import commuter_factors
from optimiser.studies.beat_times import BeatTimes, beat_times
from optimiser.studies.hand_edits import read_nearest_edits
from optimiser.studies.nearest import NearestEdit, NearestRow, NearestTable, edited, nearest_table
from optimiser.studies.nearest_rules import RULES, check

EDIT = NearestEdit("night", "A", 1, "C", "the bridge at A is closed at night")


def times(**changed) -> BeatTimes:
    """Four beats A B C D, two parts; to A: B 100 s, C and D 200 s by day; by night C is 300 s away."""
    day = np.array(
        [[10, 100, 200, 200.004], [100, 10, 50, 60], [200, 50, 10, 40], [200, 60, 40, 10]], dtype=float
    )
    night = day.copy()
    night[0, 2] = 300
    given = {"part_names": ("day", "night"), "beat_ids": tuple("ABCD"), "centre_area": tuple("abcd")}
    return BeatTimes(**(given | {"drive_s": np.array([day, night])} | changed))


def test_ranks_and_ties():
    """Nearest first; C and D are equal to 4 ms and keep the order of the beats; at night C is last."""
    rows = {(r.part, r.beat): r.nearest for r in nearest_table(times()).rows()}
    assert rows["day", "A"] == ("B", "C", "D")
    assert rows["night", "A"] == ("B", "D", "C")
    assert rows["day", "D"] == ("C", "B", "A")
    assert [r.nearest for r in nearest_table(times(), 2).rows() if r.beat == "A"] == [("B", "C"), ("B", "D")]
    assert check(times(), nearest_table(times())) == []


def test_an_edit_moves_a_cell():
    """C goes first at night, B and D move back; of two places D drops out; the computed row stays in the table."""
    table = edited(nearest_table(times()), [EDIT])
    row = next(r for r in table.rows() if (r.part, r.beat) == ("night", "A"))
    assert row == NearestRow("night", "A", ("C", "B", "D"), by_hand=True)
    assert table.computed == nearest_table(times()).computed
    assert check(times(), table) == []
    two = edited(nearest_table(times(), 2), [EDIT])
    assert next(r.nearest for r in two.rows() if r.by_hand) == ("C", "B")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"part": "dawn"}, "no part of the day 'dawn'"),
        ({"beat": "X"}, "no beat 'X'"),
        ({"nearest": "X"}, "is no beat"),
        ({"nearest": "A"}, "is the beat itself"),
        ({"place": 4}, "1 to 3"),
        ({"place": 0}, "1 to 3"),
        ({"reason": " "}, "without a reason"),
    ],
)
def test_edits_that_cannot_be(change, said):
    """Each is refused by name, and the table is as it was."""
    with pytest.raises(InputError, match=said):
        edited(nearest_table(times()), [replace(EDIT, **change)])


def changed(part: str, beat: str, nearest: tuple[str, ...]) -> NearestTable:
    table = nearest_table(times())
    rows = [
        NearestRow(part, beat, nearest) if (r.part, r.beat) == (part, beat) else r for r in table.computed
    ]
    return replace(table, computed=tuple(rows))


BROKEN = {
    "every beat once": replace(nearest_table(times()), computed=nearest_table(times()).computed[1:]),
    "known beats": changed("day", "A", ("B", "C", "X")),
    "not itself": changed("day", "D", ("C", "B", "D")),
    "no beat twice": changed("day", "A", ("B", "C", "C")),
    "all places": changed("day", "A", ("B", "C")),
    "order": changed("night", "A", ("B", "C", "D")),
    "reason": replace(nearest_table(times()), edits=(replace(EDIT, reason=""),)),
}


def test_every_rule_has_a_breaking_table():
    """A rule without a table that breaks it is a rule nobody has tested."""
    assert set(BROKEN) == {r.name for r in RULES}


@pytest.mark.parametrize("rule", [r.name for r in RULES])
def test_broken_tables(rule):
    """The checker names the rule; a beat that stands twice or beside itself also displaces another."""
    found = {v.rule for v in check(times(), BROKEN[rule])}
    assert found - {"order"} == ({rule} - {"order"})
    assert rule in found


def test_hand_file(tmp_path):
    """Read with blanks and a foreign order of columns; no reason, or a place that is no number, by line."""
    path = tmp_path / "edits.csv"
    path.write_text(
        "beat;part;place;nearest;reason\nA; night ;1;C;the bridge at A is closed at night\n;;;;\n"
    )
    assert read_nearest_edits(path) == (EDIT,)
    path.write_text("beat,part,place,nearest,reason\nA,night,1,C,\nB,night,1,C,why\n")
    with pytest.raises(InputError, match="no reason is given in line 2"):
        read_nearest_edits(path)
    path.write_text("beat,part,place,nearest,reason\nA,night,first,C,why\n")
    with pytest.raises(InputError, match="line 2: place 'first'"):
        read_nearest_edits(path)
    path.write_text("beat,part,nearest\nA,night,C\n")
    with pytest.raises(InputError, match="lacks column place, reason"):
        read_nearest_edits(path)


def test_drives_by_hand_on_the_made_up_county(county):
    """Three pairs of beats, hour by hour and area by area with the plain times of each hour, agree to a millisecond."""
    project = load(county)
    made = beats(project, project.plans["current"])
    work = from_project(project)
    (part,) = day_parts(("rush=07-10@weekday",))
    factors = commuter_factors()
    found = beat_times(project, made, work, [part], factors=factors)
    points = area_points(project)
    row = {a: k for k, a in enumerate(made.area_ids)}
    for a, b in ((0, 1), (3, 0), (5, 7)):
        mine = np.flatnonzero(made.beat_of == a)
        centre = points[[row[found.centre_area[b]]]]
        total = calls = 0.0
        for hour in part.hours[:3]:  # every weekday has the same factors at the same hour
            same = [h for h in part.hours if h % 24 == hour % 24]
            drive = _times(project, centre, points[mine], hour, factors)
            total += float((work.calls[mine][:, same].sum(axis=1) * drive).sum())
            calls += float(work.calls[mine][:, same].sum())
        assert found.drive_s[0, a, b] == pytest.approx(total / calls, abs=1e-3)
    free = beat_times(project, made, work, [part])
    assert (found.drive_s >= free.drive_s - 1e-6).all()
    assert (found.drive_s > free.drive_s + 1).any()


def _times(project, origins, places, hour, factors):
    from optimiser.prepare.travel import network
    from optimiser.roads import snap, times_between

    roads = network(project)
    return times_between(
        roads, snap(roads, origins), snap(roads, places), hour_of_week=hour, factors=factors,
        access_m_per_s=project.settings.default_speed_m_per_s,
    )[0]  # fmt: skip


def test_centres_and_quiet_beats(county):
    """A centre is the best of its own areas for the week's calls; a part of the day without calls takes the week's."""
    project = load(county)
    made = beats(project, project.plans["current"])
    work = from_project(project)
    quiet = replace(work, calls=np.where(np.arange(168) == 3, 0.0, work.calls))
    (at_three,) = day_parts(("three=03-04",))
    one_hour = replace(at_three, hours=(3,))
    found = beat_times(project, made, quiet, [one_hour])
    points, week = area_points(project), quiet.calls.sum(axis=1)
    for b in range(3):
        mine = np.flatnonzero(made.beat_of == b)
        mean = times_s(project, points[mine], points[mine]) @ week[mine] / week[mine].sum()
        assert found.centre_area[b] == made.area_ids[mine[int(mean.argmin())]]
        assert found.drive_s[0, b, b] == pytest.approx(mean.min(), abs=1e-3)
