"""A feed that is still being written: whole lines only, bad ones named, and nothing that a writer does ends it."""

from __future__ import annotations

import json

import pytest

from optimiser.data.dispatch_feed import read_feed
from optimiser.data.feed_follow import AGREE, MOST_LINE, GrowingFeed
from optimiser.errors import InputError

HEAD = "time,event,unit,area_id\n"


def line(minute: int, unit: str = "A", day: str = "2026-03-02") -> str:
    """Return an event as a JSON line."""
    return json.dumps({"time": f"{day} 08:{minute:02d}:00", "event": "free", "unit": unit}) + "\n"


def add(path, text, mode="ab"):
    """Append to a file, as a dispatch system would."""
    with path.open(mode) as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def test_whole_lines_as_they_come(tmp_path):
    """A half-written line waits for its end, also where it is cut inside a letter of two bytes."""
    path = tmp_path / "feed.jsonl"
    feed = GrowingFeed(path)
    assert feed.news().said == ("it is not there: waiting for it",)
    assert feed.news().said == ()  # told once
    raw = line(1, "Ä").replace("\\u00c4", "Ä").encode()
    cut = raw.index("Ä".encode()) + 1
    add(path, line(0).encode() + raw[:cut])
    news = feed.news()
    assert [(e.line, e.cells["unit"]) for e in news.events] == [(1, "A")]
    assert news.bad == ()
    assert feed.half.startswith("line 2: it is only half written")
    assert feed.news().events == ()
    add(path, raw[cut:])
    assert [(e.line, e.cells["unit"]) for e in feed.news().events] == [(2, "Ä")]
    assert feed.half == ""


def test_the_same_as_the_finished_file_byte_by_byte(tmp_path):
    """However the writer's pieces fall, events and faults are those of the file read when it is finished."""
    rows = [
        HEAD,
        "2026-03-02 08:00:00,on,A,1\r\n",
        "\n",
        "soon,free,A,\n",
        "2026-03-02 08:01:00,explode,A,\n",
        '2026-03-02 08:02:00,"free,A,\n',
        "2026-03-02 08:03:00,free,A,,,x\n",
        "2026-03-02 08:04:00,free,B,\n",
    ]
    raw = b"\xef\xbb\xbf" + "".join(rows).encode() + b"\xff\xfe\n" + b"2026-03-02 08:05:00,off,A,\n"
    whole = tmp_path / "whole.csv"
    whole.write_bytes(raw)
    done = read_feed(whole)
    assert len(done.events) == 3
    assert len(done.bad) == 5
    for step in (1, 7, 64):
        path = tmp_path / f"grows-{step}.csv"
        feed, events, bad = GrowingFeed(path), [], []
        for k in range(0, len(raw), step):
            add(path, raw[k : k + step])
            news = feed.news()
            events += news.events
            bad += news.bad
        assert tuple(events) == done.events
        assert tuple(bad) == done.bad


def test_a_file_begun_anew_is_read_from_its_beginning(tmp_path):
    """A dispatch system that turns its log over at midnight does not end the desk."""
    path = tmp_path / "feed.jsonl"
    feed = GrowingFeed(path)
    add(path, line(0) + line(1) + line(2))
    assert len(feed.news().events) == 3
    add(path, line(3, "B"), "wb")
    news = feed.news()
    assert news.said == ("it became shorter: it was begun anew and is read from its beginning",)
    assert [(e.line, e.cells["unit"]) for e in news.events] == [(1, "B")]
    path.unlink()
    assert feed.news().said == ("it is not there: waiting for it",)


def test_one_event_of_another_day_is_a_slip_and_several_are_a_new_day(tmp_path):
    """A clock that is wrong once turns nothing; one that has really moved is believed after a few events."""
    path = tmp_path / "feed.jsonl"
    feed = GrowingFeed(path)
    add(path, line(0) + line(1))
    feed.news()
    add(path, line(2, day="2062-03-02") + line(3))
    news = feed.news()
    assert [e.at.year for e in news.events] == [2026]
    assert "more than 36 hours from that of the event before" in news.bad[0].fault
    add(path, "".join(line(k, day="2026-03-09") for k in range(AGREE + 1)))
    news = feed.news()
    assert len(news.bad) == AGREE - 1
    assert [e.at.day for e in news.events] == [9, 9]


def test_a_line_without_end_is_dropped(tmp_path):
    """A writer gone wrong fills no memory; the next line is read again."""
    path = tmp_path / "feed.jsonl"
    feed = GrowingFeed(path)
    add(path, line(0) + "x" * (MOST_LINE + 1))
    news = feed.news()
    assert len(news.events) == 1
    assert "longer than" in news.bad[0].fault
    add(path, "x" * 10 + "\n" + line(1))
    news = feed.news()
    assert [e.line for e in news.events] == [3]
    assert news.bad == ()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x1f\x8b\x08\x00", "packed feed cannot be followed"),
        (b"PK\x03\x04\x00\n", "Excel workbook"),
        (b"when,what\n1,2\n", "no column time, event"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path, raw, message):
    """An archive or another table will not become a feed by waiting."""
    path = tmp_path / "feed.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=message):
        GrowingFeed(path).news()
