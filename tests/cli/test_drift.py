"""``optimiser drift`` as a planner uses it: in words, as a table, as JSON, and with bad input."""

from __future__ import annotations

import json

import pytest

from optimiser.batch.studies import studies
from optimiser.cli.console import Exit


def test_nothing_a_transfer_or_a_redraw(told, county, tmp_path):
    """Wide: nothing. Narrower: officers can follow. One car each: lines must move, the least of them proved."""
    code, out, _ = told("drift", county, "--set", "tolerance_pct=60")
    assert code == Exit.DONE
    assert "nothing is needed" in out
    (kept,) = studies(county)  # the app shows it
    assert "nothing is needed" in kept.answer().said[0]
    assert len(kept.answer().tables["Districts"]) == 6
    officers = tmp_path / "officers.csv"
    officers.write_text("district_id,officers\n" + "".join(f"D{k},30\n" for k in range(1, 7)))
    asked = ("--set", "tolerance_pct=30", "--time-limit", "15", "--quiet")
    code, out, err = told("drift", county, "--officers", officers, *asked, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert found["verdict"] == "transfer"
    assert sum(s["officers_after"] for s in found["standings"]) == 180
    assert found["transferred"] >= 1
    assert all(abs(s["off_after_frac"]) <= 0.3 + 1e-9 for s in found["standings"])
    assert found["redraw"]["at_least"] >= 1
    code, out, _ = told("drift", county, "--one-car", *asked)
    assert "A redraw is needed" in out
    assert "move" in out
    assert "district" in out


def test_a_run_is_looked_at_with_its_own_rules(told, county):
    """Unequal shares and one district of today parted in two: its targets, its areas, no area outside missed."""
    shares = ("--set", "within=D1", "--set", "centres=free", "--set", "n_districts=2")
    asked = (
        *shares,
        "--set",
        "target_shares_pct=[70, 30]",
        "--set",
        "tolerance_pct=30",
        "--set",
        "objective=travel",
    )
    code, out, err = told("solve", "sectors", county, *asked, "--time-limit", "10", "--quiet", "--json")
    assert code == Exit.DONE, err
    run = json.loads(out)["run"]
    code, out, err = told("drift", county, "--plan", run, "--time-limit", "5", "--quiet", "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert [s["target"] for s in found["standings"]] == pytest.approx([0.7, 0.3])
    assert found["tolerance_frac"] == pytest.approx(0.3)
    assert found["verdict"] == "nothing"


def test_a_redraw_follows_officers_too(told, county, tmp_path):
    """Even by officers: nothing moves. The district with none can be given no work, so no redraw is told."""
    _, out, _ = told("drift", county, "--set", "tolerance_pct=60", "--json")
    share = {s["district"]: s["share"] for s in json.loads(out)["standings"]}
    officers = tmp_path / "officers.csv"
    asked = ("--set", "tolerance_pct=4", "--time-limit", "5", "--quiet", "--json", "--officers", officers)
    lines = [f"{d},{round(1000 * x)}\n" for d, x in share.items()]
    officers.write_text("district_id,officers\n" + "".join(lines))
    _, out, _ = told("drift", county, *asked)
    assert json.loads(out)["verdict"] == "nothing"
    officers.write_text("district_id,officers\n" + "".join([*lines[:-1], f"{[*share][-1]},0\n"]))
    _, out, _ = told("drift", county, *asked)
    found = json.loads(out)
    assert found["verdict"] != "nothing"
    assert found["redraw"] is None


def test_parts_of_the_day_count(told, county):
    """Wide over the week, a percent by part of the day: not nothing, but shifts; each part is a column."""
    asked = ("--set", "tolerance_pct=60", "--set", "part_tolerance_pct=1", "--time-limit", "2", "--quiet")
    code, out, err = told("drift", county, *asked)
    assert code == Exit.DONE, err
    assert "nothing is needed" not in out
    assert "beyond 1" in out
    assert "in unit hours, night" in out
    assert "No line has to move for it." in out
    _, out, _ = told("drift", county, *asked, "--json")
    found = json.loads(out)
    assert found["verdict"] == "shifts"
    assert [p["kind"] for p in found["parts"]] == [f"unit hours, {p}" for p in ("day", "evening", "night")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("district_id,officers\nD1,x\nD1,3\nD1,4\n", "line 2: 'x' is no whole number"),
        ("district_id,officers\nD1,3\nD1,4\n", "line 3: district 'D1' again"),
        ("district_id,officers\nD1,3\n", "each district of the plan and no other"),
        ("area,n\nD1,3\n", "it needs district_id, officers"),
    ],
)
def test_bad_lists_of_officers(told, county, tmp_path, content, message):
    """Named by line, explained, nothing solved."""
    path = tmp_path / "officers.csv"
    path.write_text(content)
    code, out, err = told("drift", county, "--officers", path)
    assert (code, out) == (Exit.INPUT, "")
    assert message in err


def test_integrity_from_a_report(told, county, made_once):
    """The made-up call signs belong to beats: most time is at home; without a report it says which to ask for."""
    raw = made_once / "raw"
    asked = ("--responses", raw / "calls.csv", "--homes", raw / "call_signs.csv", "--json")
    code, out, err = told("integrity", county, *asked)
    assert code == Exit.DONE, err
    beats = json.loads(out)
    (kept,) = studies(county)
    assert len(kept.answer().tables["Sectors"]) == len(beats["sectors"])
    assert 0.5 < beats["own_frac"] < 1
    _, out, _ = told("integrity", county, "--plan", "districts", *asked)
    assert json.loads(out)["own_frac"] >= beats["own_frac"]  # a district holds its beats
    code, out, err = told("integrity", county)
    assert (code, out) == (Exit.INPUT, "")
    assert "report with one row a unit and call" in err
