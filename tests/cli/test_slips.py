"""What a planner mistypes, misplaces or damages ends in one line that says what, where and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit, show_json
from optimiser.cli.plans import settings_of
from optimiser.errors import UsageError

OURS = "import sys; from optimiser.cli import main; raise SystemExit(main(sys.argv[1:]))"
LIST = 'question = "assignment"\n[solve]\ntime_limit_min = 0.2\n[assignment]\nn_incidents = 3\n'


@pytest.fixture
def told(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        assert "internal error" not in said.err
        assert "Errno" not in said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def files(tmp_path, made_once):
    """Files a planner may name by mistake, and the raw ones of the county."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "wrong.csv").write_text("a,b,c\n1,2,3\n")
    (tmp_path / "broken.toml").write_text("x = [\n")
    (tmp_path / "latin.toml").write_bytes('name = "caf\u00e9"\n'.encode("latin-1"))
    (tmp_path / "damaged.osm.pbf").write_bytes(bytes(range(200)))
    (tmp_path / "elsewhere.csv").write_text("area_id,district_id\nQ1,1\nQ2,2\n")
    return {"t": tmp_path, "raw": made_once / "raw"}


RAW = ["--areas", "{raw}/areas.gpkg", "--calls", "{raw}/calls.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (RAW[:2], "Give calls or a workload table; the areas hold no work of their own"),
        (["--areas", "{t}/folder", *RAW[2:]], "a map layer is one of"),
        ([*RAW[:2], "--calls", "{t}/nowhere.csv"], "cannot be read: No such file"),
        ([*RAW[:2], "--calls", "{t}/empty.csv"], "is empty"),
        ([*RAW[:2], "--calls", "{t}/wrong.csv"], "No column for the time received"),
        ([*RAW, "--roads", "{t}/damaged.osm.pbf"], "does not begin as an OpenStreetMap pbf file"),
        ([*RAW, "--roads", "{t}/folder"], "roads come as .osm.pbf or as street lines"),
        ([*RAW, "--roads", "{t}/wrong.csv"], "roads come as .osm.pbf or as street lines"),
        ([*RAW, "--hard-lines", "{raw}/areas.gpkg"], "60 of 60 shapes are no lines"),
        ([*RAW, "--hard-polygons", "{raw}/hard_lines.gpkg"], "shapes are no polygons"),
        ([*RAW, "--adjacency-edits", "{t}/wrong.csv"], "{t}/wrong.csv, row 1: no column area_a"),
        ([*RAW, "--columns", "{t}/folder"], "{t}/folder is not a file"),
        ([*RAW, "--columns", "{t}/latin.toml"], "it is no text in UTF-8"),
        ([*RAW, "--plan", "{t}/elsewhere.csv"], "Q1"),
    ],
)
def test_init_refuses_and_writes_nothing(told, files, arguments, message):
    """Each file is named as the planner named it; nothing is left, not even a scratch folder."""
    before = sorted(files["t"].rglob("*"))
    code, out, err = told("init", files["t"] / "new", *[a.format(**files) for a in arguments])
    assert code == Exit.INPUT, err
    assert message.format(**files) in err
    assert out == ""
    assert sorted(files["t"].rglob("*")) == before


@pytest.mark.parametrize(
    ("place", "more", "message"),
    [
        ("empty.csv", ["--again"], "is a file. Give a new folder"),
        ("empty.csv/sub", [], "cannot be written: "),
    ],
)
def test_init_into_a_file(told, files, place, more, message):
    """A file where a folder is wanted stays as it is."""
    code, _, err = told("init", files["t"] / place, *[a.format(**files) for a in RAW], *more)
    assert code == Exit.INPUT
    assert message in err
    assert (files["t"] / "empty.csv").read_text() == ""


@pytest.mark.parametrize("command", ["check", "runs", "app", "compare", "batch", "solve"])
@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "there is no folder"), ("folder", "is no project folder"), ("empty.csv", "is a file")],
)
def test_no_project_folder(told, files, command, place, message):
    """Every command says alike what is no project folder, exit 3."""
    path = files["t"] / place
    (files["t"] / "list.toml").write_text(LIST)
    named = {
        "batch": [files["t"] / "list.toml", path],
        "solve": ["sectors", path],
        "compare": [path, "current"],
    }
    code, out, err = told(command, *named.get(command, [path]))
    assert code == Exit.INPUT
    assert message in err
    assert (err.count("\n"), out) == (1, "")


def test_a_demo_in_a_file(told, files):
    """A file where the demo's folder is wanted stays as it is."""
    code, _, err = told("demo", files["t"] / "empty.csv", "--areas", 60, "--no-app")
    assert code == Exit.INPUT
    assert "cannot be read or written: Not a directory" in err
    assert (files["t"] / "empty.csv").read_text() == ""


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("project.toml", b"x = [", "cannot be read"),
        ("project.toml", b"\xff\xfe", "it is no text in UTF-8"),
        ("columns.toml", b"[calls]\nfoo = 1\n", "has no key 'foo'"),
        ("areas.gpkg", b"", "is empty"),
        ("areas.gpkg", None, "is not a file"),
        ("calls.parquet", b"\x01\x02", "is not a Parquet file"),
        ("calls.parquet", None, "neither calls nor a workload"),
        ("import.json", b"[]", "it is not what init writes. Run init again"),
        ("import.json", b"{", "is damaged"),
        ("adjacency_edits.csv", b"\x9c\x00", "Save it as CSV UTF-8"),
    ],
)
def test_a_damaged_project_names_the_file(told, county, file, content, message):
    """Garbage, emptiness, or a folder where a file was (None)."""
    path = county / file
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    code, _, err = told("check", county)
    assert code == Exit.INPUT
    assert message in err


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", Exit.USAGE, "say which question"),
        ("question = 5", Exit.USAGE, "got 5"),
        ('question = "sectors"\nsectors = 3', Exit.USAGE, "sectors = 3 should be a table"),
        ('question = "sectors"\nscenario = [1]', Exit.USAGE, "must be a list of tables"),
        ('question = "sectors"\nbase = 3', Exit.USAGE, "base = 3 should be the name of a scenario file"),
        ('question = "sectors"\nbase = "nowhere.toml"', Exit.INPUT, "its base"),
        (
            'question = "sectors"\n[solve]\ntime_limit_min = -1',
            Exit.USAGE,
            "time_limit_min = -1 should be at least",
        ),
        ('question = "sectors"\n[sectors]\ntolerance_pct = nan', Exit.USAGE, "should be a finite number"),
        ('question = "sectors"\n[sectors]\ndriver = "racing"', Exit.USAGE, "no driver class 'racing'"),
        ('question = "sectors"\n[sectors]\nrelax = {foo = 1}', Exit.USAGE, "relax names 'foo'"),
        ('question = "sectors"\n[sectors]\nbalance = "foo"', Exit.USAGE, 'a table, as {"name" = 5}'),
        ("x = [", Exit.INPUT, "cannot be read as a scenario"),
    ],
)
def test_a_scenario_that_cannot_be(told, county, tmp_path, text, code, message):
    """A wrong request is exit 2, a file that cannot be read exit 3; no run is written."""
    path = tmp_path / "s.toml"
    path.write_text(text)
    found, _, err = told("solve", "sectors", county, "--scenario", path, "--time-limit", 2)
    assert (found, message in err) == (code, True), err
    assert not (county / "runs").exists()


@pytest.mark.parametrize(
    ("setting", "code", "message"),
    [
        ("shifts.tolerance_pct=9", Exit.USAGE, "is no choice of assignment"),
        ("grade_targets_min=5", Exit.USAGE, "a table, as {1 = 15, 2 = 60}"),
        ("grade_targets_min={1=-5}", Exit.USAGE, "grade_targets_s is grade_targets_min here, in minutes"),
        ("n_incidents=100000", Exit.INPUT, "too large for the memory"),
    ],
)
def test_a_choice_that_cannot_be(told, county, monkeypatch, setting, code, message):
    """Named as the planner names it; a question too large for the memory is no internal error."""
    if "100000" in setting:
        too_large = lambda *a: (_ for _ in ()).throw(MemoryError("Unable to allocate 74.5 GiB"))  # noqa: E731
        monkeypatch.setattr("optimiser.batch.runner.ask", too_large)
    found, _, err = told("solve", "assignment", county, "--set", setting)
    assert found == code
    assert message in err
    assert not (county / "runs").exists()


def test_runs_in_a_file(told, county):
    """A file where runs are kept: said, exit 3."""
    (county / "runs").write_text("")
    code, _, err = told("solve", "assignment", county, "--set", "n_incidents=3")
    assert code == Exit.INPUT
    assert f"Runs are kept in {county / 'runs'}, which cannot be written" in err


def test_a_terminal_without_the_letters_ends_nothing(county):
    """A name in Greek on a terminal that has no such letters is shown with question marks, JSON with escapes."""
    path = county / "project.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('roads = "', 'roads = "\u0391\u03b8\u03ae\u03bd\u03b1/', 1)
    )
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", OURS, "check", str(county)]
    plain = subprocess.run(command, env=env, capture_output=True, check=False)
    assert plain.returncode == Exit.INPUT
    assert b"is not there" in plain.stdout
    found = subprocess.run([*command, "--json"], env=env, capture_output=True, check=False)
    said = [f["action"] for f in json.loads(found.stdout.decode("ascii"))["findings"]]
    assert any("\u0391\u03b8\u03ae\u03bd\u03b1" in s for s in said)


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_reader_who_goes_ends_nothing():
    """As ``| head -1`` does, the reader closes the pipe before a line is written: exit 0, not a word about it."""
    process = subprocess.Popen(
        [sys.executable, "-c", OURS, "solve", "sectors", "--choices"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (0, "")


def test_json_is_json(capsys):
    """What is no number is null, numpy's numbers are numbers."""
    show_json({"a": float("inf"), "b": [np.int64(3), np.float64("nan"), np.bool_(True)], 1: (0.5,)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [3, None, True], "1": [0.5]}


def test_an_entry_of_a_choice_that_is_a_table():
    """Entries come together in one table, ids as text; a value and an entry of it are no table."""
    pairs = ["leave_cap_by_sector.D1=2", "shifts.leave_cap_by_sector.007=3", "shifts.budget_h=5"]
    assert settings_of(pairs, "shifts") == {"leave_cap_by_sector": {"D1": 2, "007": 3}, "budget_h": 5}
    with pytest.raises(UsageError, match="budget_h is given as 5 before"):
        settings_of(["budget_h=5", "budget_h.D1=2"], "shifts")


@pytest.mark.parametrize(
    ("pair", "meant"),
    [
        ("centre_areas=[1A01, 2E14]", '\'centre_areas=["1A01","2E14"]\''),
        ("locks=[[1A01,D1],[2A05,D2]]", '\'locks=[["1A01","D1"],["2A05","D2"]]\''),
        ("parts=[night=23-07]", "'parts=[\"night=23-07\"]'"),
        ("balance={area km2=0.5,population=0.2}", '\'balance={"area km2"=0.5,"population"=0.2}\''),
        ("priorities=[1,2", "no list or table"),
    ],
)
def test_quotes_that_a_shell_took_away(pair, meant):
    """A list whose texts lost their quotes is not guessed at: it is shown as it was likely meant."""
    with pytest.raises(UsageError) as told:
        settings_of([pair], "sectors")
    assert meant in str(told.value)
