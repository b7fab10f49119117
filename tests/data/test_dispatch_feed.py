"""A feed of a running day: every line that cannot be used is named with its reason, and the others stay."""

from __future__ import annotations

import json

import pytest

from optimiser.data.dispatch_feed import read_feed
from optimiser.errors import InputError

GOOD = {"time": "2026-03-02 08:00:00", "event": "free", "unit": "A"}


def feed(tmp_path, *lines):
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines))
    return read_feed(path, "Europe/London")


def test_json_lines_and_csv_say_the_same(tmp_path):
    """Lists are joined, a truth value is yes or no, empty cells are left out, columns in any case and order."""
    rows = [GOOD | {"skills": ["dog", "taser"], "nobody_alone": True, "status": None}]
    path = tmp_path / "feed.csv"
    path.write_text(
        'Event;UNIT;time;skills;nobody_alone;status\nfree;A;2026-03-02 08:00:00;"dog;taser";yes;\n'
    )
    a, b = feed(tmp_path, *rows), read_feed(path)
    assert (
        a.events[0].cells == b.events[0].cells == {"unit": "A", "skills": "dog;taser", "nobody_alone": "yes"}
    )
    assert (a.events[0].line, b.events[0].line) == (1, 2)


def test_a_time_with_an_offset_becomes_local_time(tmp_path):
    """08:00 UTC in July is 09:00 in London."""
    found = feed(tmp_path, GOOD | {"time": "2026-07-01T08:00:00+00:00"})
    assert found.events[0].at.isoformat() == "2026-07-01T09:00:00"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{broken", "no JSON object"),
        (b"[1, 2]", "no JSON object"),
        (b"[" * 100_000, "no JSON object"),
        (b'{"time": "\xff"}', "no text in UTF-8"),
        (b'{"unit": "A\x00"}', "null character"),
        (b'{"unit": "A", "unit": "B"}', "unit is given twice"),
        (GOOD | {"unit": {"id": 1}}, "unit is no plain value"),
        (GOOD | {"time": "yesterday"}, "'yesterday' is no time"),
        (GOOD | {"time": "2026-13-40"}, "is no time"),
        (GOOD | {"time": "2036-03-02 08:00:00"}, "more than 36 hours from the middle of the feed"),
        (GOOD | {"event": "explode"}, "there is no event 'explode'"),
        ({"time": GOOD["time"], "event": "free"}, "free needs unit"),
        (GOOD | {"event": "move", "lon": 1.0}, "move needs a place (lon and lat, or area_id)"),
        (GOOD | {"event": "closed", "road": "R"}, "closed needs a place (lon and lat) or a street"),
        (GOOD | {"event": "call", "incident": "I", "area_id": "X"}, "call needs grade"),
        (GOOD | {"unit": "A" * 500}, "its unit has 500 characters"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_stays(tmp_path, line, fault):
    """The line's number and why; the line after it is there."""
    found = feed(tmp_path, GOOD, line, GOOD | {"unit": "Z"})
    assert [e.cells["unit"] for e in found.events] == ["A", "Z"]
    assert len(found.bad) == 1
    assert str(found.bad[0]).startswith("line 2: ")
    assert fault in str(found.bad[0])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('2026-03-02 08:00:00,free,"A', "quotes do not match"),
        ("2026-03-02 08:00:00,free,A,B,C", "5 cells for 3"),
    ],
)
def test_a_bad_row_of_a_csv(tmp_path, line, fault):
    """Open quotes take in no other line, and too many cells are not shifted into place."""
    path = tmp_path / "feed.csv"
    path.write_text(f"time,event,unit\n{line}\n2026-03-02 08:00:01,free,Z\n")
    found = read_feed(path)
    assert [e.cells["unit"] for e in found.events] == ["Z"]
    assert fault in str(found.bad[0])


def test_strange_columns_are_told(tmp_path):
    """What nobody understands is not used, and said once."""
    assert feed(tmp_path, GOOD | {"Mood": "calm"}).unknown_columns == ("mood",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04zip", "zip archive"),
        (b"when,what\n1,2\n", "no column time, event"),
        (b'{"time": "x"}\n{"time": "y"}', "no event that can be used"),
    ],
)
def test_a_file_that_is_no_feed(tmp_path, content, words):
    """One sentence, and nothing of it is taken."""
    path = tmp_path / "feed.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_feed(path)
