"""The live desk: a made-up hour, step by step, with advice in words; and a feed with a bad line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.apps.screens import calm, said, screen


def test_without_a_feed_it_offers_to_make_one_up(fresh: Path) -> None:
    """One button; nothing is drawn yet."""
    at = calm(screen("desk", fresh))
    assert [b.label for b in at.button] == ["Make up an hour"]
    assert "No feed yet" in said(at)


def test_a_made_up_hour_step_by_step(solved: tuple[Path, dict[str, str]]) -> None:
    """Making one up shows its first moment; Next goes on; later moments rank choices and say whom to send."""
    at = calm(screen("desk", solved[0]))
    at.button[0].click().run()
    calm(at)
    assert at.selectbox[0].value == "made-up-1.jsonl"
    first = at.subheader[0].value
    next(b for b in at.button if b.label == "Next").click().run()
    calm(at)
    assert at.slider[0].value == 2
    assert at.subheader[0].value != first
    words = ""
    for step in range(3, 12):
        at.slider[0].set_value(step).run()
        words += said(calm(at))
    assert "send U" in words
    assert "1\\. U" in words, (
        "the ranked choices; the dot is escaped, so that Markdown makes no list of its own"
    )
    assert "the dispatcher decides" in words
    units = next(d.value for d in at.dataframe if "advised" in d.value.columns)
    assert len(units) == 20  # a made-up hour has twenty units


def test_bad_lines_of_a_feed_are_told(solved: tuple[Path, dict[str, str]]) -> None:
    """The line is named, the rest is shown."""
    folder = solved[0] / "dispatch"
    folder.mkdir(exist_ok=True)
    area = "nowhere"
    rows = [
        {"time": "2026-03-02 08:00:00", "event": "on", "unit": "A", "area_id": area},
        {"time": "2026-03-02 08:00:00", "event": "explode", "unit": "A"},
        {"time": "2026-03-02 08:01:00", "event": "free", "unit": "A"},
    ]
    (folder / "bad.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    at = screen("desk", solved[0])
    at.selectbox[0].set_value("bad.jsonl").run()
    calm(at)
    assert [e.label for e in at.expander if "left out" in e.label] == ["1\u00a0line left out of the feed"]
    assert any("there is no area 'nowhere'" in w.value for w in at.warning)
    (folder / "bad.jsonl").unlink()
