"""``optimiser tables`` as a planner uses it: files, figures, hand files, and nothing half-written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.layers import read_layer
from optimiser.data.project import load
from optimiser.prepare.questions import ask
from optimiser.problems.fold import FAMILY as FOLD
from optimiser.problems.fold import FoldPlan
from optimiser.problems.fold.plan import ordered

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def told(capsys):
    def run(*arguments):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_everything_of_the_plan_in_use(told, county):
    """All tables at once; the configuration is the plan, the fold tables pass the rules, a page a district."""
    code, out, err = told("tables", county)
    assert code == Exit.DONE, err
    assert "18 fold tables, 18 of them proved best and confirmed" in out.replace("\u00a0", " ")
    folder = county / "tables" / "current"
    names = {p.name for p in folder.iterdir()}
    assert {
        "nearest.csv",
        "folds.csv",
        "configuration.csv",
        "labels.csv",
        "labels.gpkg",
        "fold_D1.pdf",
    } <= names
    project = load(county)
    wanted = project.plans["current"]
    configuration = rows(folder / "configuration.csv")
    assert {r["area"]: r["beat"] for r in configuration} == wanted
    districts = dict(zip(project.areas["area_id"], project.areas["district_id"], strict=True))
    assert {r["area"]: r["district"] for r in configuration} == districts
    nearest = rows(folder / "nearest.csv")
    assert len(nearest) == 3 * len(set(wanted.values()))
    for r in nearest:
        others = [r[f"nearest_{k}"] for k in range(1, 6)]
        assert len(set(others)) == 5
        assert r["beat"] not in others
        drives = [float(r[f"minutes_{k}"]) for k in range(1, 6)]
        assert drives == sorted(drives)
    groups: dict[int, dict[str, list[str]]] = {}
    for r in rows(folder / "folds.csv"):
        if (r["district"], r["part"]) == ("D2", "night"):
            groups.setdefault(int(r["cars"]), {}).setdefault(r["car"], []).append(r["beat"])
    problem = ask(project, "fold", {"districts": "use", "district": "D2", "part": "night"}).problem
    plan = FoldPlan({cars: ordered(g.values()) for cars, g in groups.items()})
    assert FOLD.check(problem, plan) == []
    pieces = read_layer(folder / "labels.gpkg")
    assert pieces["piece_id"].tolist() == [r["piece"] for r in rows(folder / "labels.csv")]
    assert not list((county / "tables").glob(".*"))


def test_hand_files_template_and_json(told, county, tmp_path):
    """An edit and a repair are in the files and counted; fixed-width tables to a folder of one's own."""
    told("tables", county, "--what", "nearest", "labels", "--out", tmp_path / "a", "--quiet")
    first = rows(tmp_path / "a" / "nearest.csv")[0]
    edits = tmp_path / "edits.csv"
    edits.write_text(
        f"part,beat,place,nearest,reason\n{first['part']},{first['beat']},1,{first['nearest_4']},no bridge\n"
    )
    segment = rows(tmp_path / "a" / "labels.csv")[0]["segment"]
    area = load(county).areas["area_id"].iloc[0]
    repairs = tmp_path / "repairs.csv"
    repairs.write_text(f"segment_id,side,label,reason\n{segment},left,{area},survey of May\n")
    code, out, err = told(
        "tables", county, "--out", tmp_path / "b", "--nearest-edits", edits, "--label-repairs", repairs,
        "--template", ROOT / "examples" / "cad_fixed.toml", "--json", "--quiet", "--fewest-cars", "2",
    )  # fmt: skip
    assert code == Exit.DONE, err
    found = json.loads(out)
    changed = next(r for r in found["nearest"] if r["by_hand"])
    assert changed["nearest"][:2] == [first["nearest_4"], first["nearest_1"]]
    assert found["violations"] == []
    assert found["labels"]["notes"]["by hand"] >= 1
    assert {f["status"] for f in found["folds"]} == {"optimal"}
    assert {"NEARBEAT.TXT", "GEOCFG.TXT", "FOLD.TXT", "labels.gpkg"} <= set(found["files"])
    line = (tmp_path / "b" / "NEARBEAT.TXT").read_bytes().split(b"\r\n")[0]
    assert line.startswith(b"NB" + first["beat"].encode())
    assert line[18:26].decode().strip() == first["nearest_4"]


def test_changes_kept_by_the_app_are_read(told, county, tmp_path):
    """What stands in table_edits/current is done and said; a file given goes before it; an option leaves it out."""
    call = ("tables", county, "--what", "nearest", "--quiet")
    told(*call, "--out", tmp_path / "plain")
    first, *_ = rows(tmp_path / "plain" / "nearest.csv")
    kept = county / "table_edits" / "current" / "nearest.csv"
    kept.parent.mkdir(parents=True)
    header = "part,beat,place,nearest,reason\n"
    kept.write_text(f"{header}{first['part']},{first['beat']},1,{first['nearest_4']},no bridge\n")
    (kept.parent / "labels.csv").write_text("segment_id,side,label,reason\n")
    code, out, err = told(*call, "--out", tmp_path / "kept")
    assert code == Exit.DONE, err
    assert f"- Changes by hand as kept in {kept.parent}: nearest.csv (without them: --no-kept-edits)." in out
    assert rows(tmp_path / "kept" / "nearest.csv")[0]["nearest_1"] == first["nearest_4"]
    code, out, err = told(*call, "--out", tmp_path / "kept", "--json")
    assert json.loads(out)["edits"] == [str(kept)]
    code, out, err = told(*call, "--out", tmp_path / "left", "--no-kept-edits")
    assert "table_edits" not in out
    assert rows(tmp_path / "left" / "nearest.csv")[0] == first
    given = tmp_path / "given.csv"
    given.write_text(f"{header}{first['part']},{first['beat']},1,{first['nearest_3']},floods\n")
    told(*call, "--out", tmp_path / "given", "--nearest-edits", given)
    assert rows(tmp_path / "given" / "nearest.csv")[0]["nearest_1"] == first["nearest_3"]
    copy = tmp_path / "current.csv"
    copy.write_text(
        "area_id,beat_id\n" + "".join(f"{a},{b}\n" for a, b in load(county).plans["current"].items())
    )
    told(*call, "--out", tmp_path / "copy", "--plan", copy)
    assert rows(tmp_path / "copy" / "nearest.csv")[0] == first, "another file of that name is another plan"
    kept.write_text(f"{header}dawn,{first['beat']},1,{first['nearest_4']},no bridge\n")
    code, _, err = told(*call)
    assert code == Exit.INPUT
    assert "no part of the day 'dawn'" in err
    assert "Leave out what is kept by hand with --no-kept-edits." in err


def test_a_fold_table_changed_by_hand(told, county, tmp_path):
    """With one car fewer than beats another beat shares a car, and the sentence says that a hand was in it."""
    call = ("tables", county, "--what", "folds", "--districts", "none", "--accept-gap", "--time-limit", "5")
    told(*call, "--out", tmp_path / "a", "--quiet")
    made = [r for r in rows(tmp_path / "a" / "folds.csv") if r["part"] == "night"]
    cars = str(max(int(r["cars"]) for r in made) - 1)
    row = [r for r in made if r["cars"] == cars]
    lead = next(r for r in row if [s["car"] for s in row].count(r["car"]) == 1)
    pair = [r for r in row if [s["car"] for s in row].count(r["car"]) == 2]
    edits = tmp_path / "folds.csv"
    text = "part,cars,beat,joins,reason\n"
    edits.write_text(f"{text}night,{cars},{pair[0]['beat']},{lead['beat']},floods\n")
    call = (*call, "--out", tmp_path / "b", "--fold-edits", edits)
    code, out, err = told(*call, "--fewest-cars", cars)
    assert code == Exit.DONE, err
    assert "1 row changed by hand" in out
    after = {
        r["beat"]: r["car"]
        for r in rows(tmp_path / "b" / "folds.csv")
        if (r["cars"], r["part"]) == (cars, "night")
    }
    assert after[pair[0]["beat"]] == after[lead["beat"]]
    edits.write_text(f"{text}night,{cars},{pair[0]['beat']},{pair[0]['beat']},floods\n")
    code, _, err = told(*call)
    assert code == Exit.INPUT
    assert "is the beat itself" in err


def test_a_second_call_replaces_the_first(told, county):
    """Files that are no longer made go; a foreign file in the folder stops everything before it is touched."""
    told("tables", county, "--what", "configuration", "folds", "--quiet")
    folder = county / "tables" / "current"
    assert (folder / "fold_D1.pdf").exists()
    _, _, err = told("tables", county, "--what", "configuration")
    assert "since not asked for this time: fold_D1.pdf" in err
    assert "1 file:" in err
    assert {p.name for p in folder.iterdir()} == {"configuration.csv", "tables.json"}
    (folder / "notes.txt").write_text("mine")
    before = (folder / "configuration.csv").read_bytes()
    code, _, err = told("tables", county, "--what", "configuration", "--quiet")
    assert code == Exit.INPUT
    assert "notes.txt" in err
    assert (folder / "configuration.csv").read_bytes() == before


def test_a_plan_with_districts_and_beats(told, county, tmp_path):
    """A file of both levels: its own districts stand above its beats, whatever is in use."""
    project = load(county)
    beats, areas = project.plans["current"], project.areas["area_id"]
    two = {b: f"W{k % 2}" for k, b in enumerate(sorted(set(beats.values())))}
    path = tmp_path / "both.csv"
    path.write_text(
        "area_id,district_id,beat_id\n" + "".join(f"{a},{two[beats[a]]},{beats[a]}\n" for a in areas)
    )
    code, _, err = told("tables", county, "--plan", path, "--what", "configuration", "--quiet")
    assert code == Exit.DONE, err
    found = rows(county / "tables" / "both" / "configuration.csv")
    assert {(r["area"], r["beat"], r["district"]) for r in found} == {
        (a, beats[a], two[beats[a]]) for a in areas
    }


def test_no_districts_and_own_parts(told, county):
    """All beats together, one part of the day that passes midnight; kept apart by name."""
    beats = sorted(set(load(county).plans["current"].values()))
    code, out, err = told(
        "tables", county, "--districts", "none", "--part", "late=22-04", "--what", "folds",
        "--apart", beats[0], beats[1], "--fewest-cars", "2", "--json", "--quiet", "--time-limit", "60",
    )  # fmt: skip
    assert code == Exit.DONE, err
    (fold,) = json.loads(out)["folds"]
    assert fold["part"] == "late"
    assert fold["status"] == "optimal"
    assert not any({beats[0], beats[1]} <= set(g) for groups in fold["groups"].values() for g in groups)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--part", "night=25-07"], Exit.USAGE, "no part of the day"),
        (["--driver", "pilot"], Exit.USAGE, "pilot"),
        (["--what", "maps"], Exit.USAGE, "maps"),
        (["--places", "0"], Exit.USAGE, "0"),
        (["--plan", "nowhere.csv"], Exit.INPUT, "nowhere.csv"),
        (["--plan", "no-such-run"], Exit.INPUT, "neither a plan"),
        (["--apart", "X", "Y"], Exit.USAGE, "no such beat"),
        (["--template", "none.toml"], Exit.INPUT, "cannot be read"),
        (["--offset", "2"], Exit.INPUT, "gap_m"),
        (["--nearest-edits", "{edits}"], Exit.INPUT, "no part of the day 'dawn'"),
        (["--what", "configuration", "--template", "{narrow}"], Exit.INPUT, "is 4 wide, the column 2"),
    ],
)
def test_bad_input_writes_nothing(told, county, tmp_path, arguments, code, message):
    """One line, its exit code, and no folder."""
    edits, narrow = tmp_path / "e.csv", tmp_path / "n.toml"
    edits.write_text("part,beat,place,nearest,reason\ndawn,1,1,2,why\n")
    narrow.write_text(
        '[c]\ntable = "configuration"\nfile = "c"\nform = "fixed"\ncolumns = [{ source = "area", width = 2 }]\n'
    )
    given = [a.format(edits=edits, narrow=narrow) for a in arguments]
    found, _, err = told("tables", county, "--quiet", *given)
    assert found == code, err
    assert message in err
    assert "Traceback" not in err
    assert not (county / "tables").exists()


def test_a_fold_table_that_cannot_be(told, county):
    """One beat a car at most with one car: proved impossible, exit 4, said for which district, nothing written."""
    code, _, err = told("tables", county, "--what", "folds", "--most-beats", "1", "--quiet")
    assert code == Exit.INFEASIBLE
    assert "district D1, day: no fold table can go down to 1 car under these rules" in err
    assert not (county / "tables").exists()
