"""A project folder from made-up files: made, read, checked, made again; and what must never be in it."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from optimiser.data.init import init
from optimiser.data.layers import layers, read_layer
from optimiser.data.project import load
from optimiser.data.workload import default_profile
from optimiser.errors import InputError
from tests.data.made_up import AREA_IDS, HEADER, ROWS, ZONE, csv_text, make, write_squares

WORKLOAD = "area_id,calls,minutes\nA1,100,3000\n007,50,1000\nNA,0,0\n2E14,10,400\n"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def stored_text(folder):
    """Everything a folder holds, as text: raw bytes and unpacked tables."""
    parts = []
    for path in folder.rglob("*"):
        if path.is_file():
            parts.append(path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                table = pq.read_table(path)
                parts.append(table.to_pandas().to_string() + str(table.schema))
            if path.suffix == ".gpkg":
                parts += [read_layer(path, layer).to_string() for layer in layers(path)]
    return "\n".join(parts)


def town(tmp_path, workload=WORKLOAD, **options):
    """A project from areas and a workload table."""
    areas = write_squares(tmp_path / "areas.geojson")
    table = write(tmp_path / "workload.csv", workload)
    return init(tmp_path / "town", areas, workload=table, crs="EPSG:32617", **options)


def test_workload_alone_is_enough(tmp_path):
    """Areas and totals make a ready project; each default in force is listed; totals are kept over 168 hours."""
    town(tmp_path).quality.text()
    project = load(tmp_path / "town")
    project.require_ready()
    assert project.calls is None
    per_area = project.workload.groupby("area_id")[["calls", "unit_s"]].sum()
    assert per_area.loc["A1"].tolist() == pytest.approx([100.0, 3000 * 60.0])
    assert per_area.loc["007", "calls"] == pytest.approx(50.0)
    assert sorted(project.workload["hour_of_week"].unique()) == list(range(168))
    said = " ".join(project.assumptions)
    for words in ("No call-level file", "day curve", "one week", "No stations", "No road file", "30 mph"):
        assert words in said
    assert default_profile().sum() == pytest.approx(1.0)
    assert project.report.by_rule("areas with no calls").count == 3


def test_weeks_not_given_is_said_loudly(tmp_path):
    """160 calls (100 + 50 + 10) as one week: a finding that stops nothing, gone once the weeks are given."""
    report = town(tmp_path)
    found = report.quality.by_rule("workload table without its weeks")
    assert (found.count, found.red) == (160, False)
    assert "160 calls are taken as one week: say --weeks" in found.action
    assert any("160 calls are taken as one week" in t for t in report.to_fill)
    report = town(tmp_path, again=True, weeks=52)
    assert report.quality.by_rule("workload table without its weeks") is None


def test_time_zone_not_given_is_listed(tmp_path):
    """UTC is an assumption until a zone is given, also after the folder is read again; 'UTC' can be given as well."""
    make(tmp_path, csv_text(), timezone=None)
    said = "Times are taken as UTC wall-clock; say --timezone."
    assert any(said in a for a in load(tmp_path / "town").assumptions)
    make(tmp_path, csv_text(), timezone="UTC", again=True)
    assert not any(said in a for a in load(tmp_path / "town").assumptions)


def test_time_given_to_calls_without_a_clear_time(tmp_path):
    """One of four calls without a clear time takes a mean; where none has one, all are given the 30 minutes."""
    cut = [",".join("" if k == 4 else cell for k, cell in enumerate(r.split(","))) for r in ROWS]
    make(tmp_path, csv_text(*ROWS[:3], cut[3]))
    said = [a for a in load(tmp_path / "town").assumptions if "clear time" in a]
    assert said == [
        "Calls without a clear time: 1 of 4; each is given the mean time of its priority, of all calls where its "
        "priority has none."
    ]
    make(tmp_path, csv_text(*cut), again=True)
    said = [a for a in load(tmp_path / "town").assumptions if "clear time" in a]
    assert said == ["Calls without a clear time: all 4; each is given 30 minutes (default_service_min)."]


def test_words_of_the_report(tmp_path):
    """Nothing is said of personal columns where there are none; the privacy threshold holds for what is published."""
    text = make(tmp_path, csv_text(*[f"{r},1" for r in ROWS], header=HEADER + ",weather")).text()
    assert "not stored" in text
    assert "sound like" not in text
    assert "Counts below 11 are not shown in anything published" in text
    text = make(tmp_path, csv_text(*[f"{r},1" for r in ROWS], header=HEADER + ",address"), again=True).text()
    assert "1 of them sound like names, addresses" in text


def test_workload_with_hours(tmp_path):
    """Hours given are kept as they are, and repeated rows of an area and hour are added."""
    town(tmp_path, "area_id,hour_of_week,calls,minutes\nA1,0,1,30\nA1,0,2,30\nA1,167,4,100\n")
    table = load(tmp_path / "town").workload
    assert table[["hour_of_week", "calls", "unit_s"]].to_numpy().tolist() == [[0, 3, 3600], [167, 4, 6000]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WORKLOAD.replace("100", "-5"), "line 2: '-5'"),
        (WORKLOAD.replace("100", "many").replace("50", "inf"), "line 2: 'many'; line 3: 'inf'"),
        (WORKLOAD.replace("calls", "foo"), "no column is known as calls"),
        ("area_id,hour_of_week,calls\nA1,168,3\n", "0 \\(Monday 00:00\\) to 167: line 2: '168'"),
    ],
)
def test_bad_workload(tmp_path, text, words):
    """Counts and hours that cannot be are refused by line, all together; nothing is written."""
    with pytest.raises(InputError, match=words):
        town(tmp_path, text)
    assert not (tmp_path / "town").exists()


def test_broken_minutes_take_the_mean_of_the_others(tmp_path):
    """A 1900 date in the sum (millions of minutes) is counted, and the area gets the mean: 4,400 min / 160 calls."""
    report = town(tmp_path, WORKLOAD + "b2,4,60000000\n")
    assert report.quality.by_rule("implausible minutes in minutes").count == 1
    table = load(tmp_path / "town").workload
    assert table[table["area_id"] == "b2"]["unit_s"].sum() == pytest.approx(4 * 4400 / 160 * 60)


def test_no_calls_anywhere_is_red(tmp_path):
    """171: zero demand everywhere stops a solve."""
    town(tmp_path, "area_id,calls\nA1,0\n")
    with pytest.raises(InputError, match="import calls or a workload table"):
        load(tmp_path / "town").require_ready()


def test_workload_of_another_map_is_red(tmp_path):
    """A table whose labels are no area ids: two of them and an area id stand in what stops the solve."""
    report = town(tmp_path, "area_id,calls\nPN5,3\nPN2,2\n")
    assert report.quality.by_rule("calls whose label matches no area").red
    with pytest.raises(
        InputError, match=r"None of the 2 labels \(PN5, PN2\) is an area id; yours look like A1"
    ):
        load(tmp_path / "town").require_ready()


def test_never_guessed(tmp_path):
    """Until given in the files: priority direction stops a solve, response time hides itself. No new import after."""
    report = make(tmp_path, csv_text(), response_time=None)
    folder = tmp_path / "town"
    assert [f.rule for f in report.quality.red] == ["priority codes without a meaning"]
    assert not report.quality.by_rule("response time is not defined").red
    assert any(t.startswith("response time is not defined: say in project.toml") for t in report.to_fill)
    with pytest.raises(InputError) as stopped:
        load(folder).require_ready()
    assert "priority codes without a meaning" in str(stopped.value)
    assert "response time" not in str(stopped.value)
    assert load(folder).calls["response_s"].isna().all()
    assert (load(folder).calls["priority"] == 0).all()
    columns = (folder / "columns.toml").read_text(encoding="utf-8")
    for code, number in (("1", 3), ("2", 2), ("3", 1)):
        columns = columns.replace(f'{code} = "FILL IN: a number, 1 is the most urgent"', f"{code} = {number}")
    write(folder / "columns.toml", columns)
    settings = (folder / "project.toml").read_text(encoding="utf-8")
    at = settings.index("FILL IN")
    write(
        folder / "project.toml",
        settings.replace(settings[at : settings.index('"', at)], "dispatched_to_arrived"),
    )
    project = load(folder)
    project.require_ready()
    assert project.calls["priority"].tolist() == [3, 2, 3, 1]
    assert project.calls["response_s"].tolist() == project.calls["travel_s"].tolist()
    assert load(folder).report.red == ()


def test_plans_graph_and_edits(tmp_path):
    """Beats in use become a plan; districts in pieces and areas left out are found; an edit parts the map."""
    areas = write_squares(tmp_path / "areas.geojson", beat=["1", "1", "2", "1", "0", "2"])
    plan = write(tmp_path / "new.csv", "area_id|district_id\nA1|N\n007|N\nNA|S\n2E14|S\nCh\u00e2teau|N\n")
    edits = write(tmp_path / "e.csv", "area_a,area_b,action,reason\n007,NA,remove,river\n")
    report = init(
        tmp_path / "town", areas, workload=write(tmp_path / "w.csv", WORKLOAD + "b2,7,70\n"), plans=[plan],
        adjacency_edits=edits, crs="EPSG:32617",
    )  # fmt: skip
    project = load(tmp_path / "town")
    assert project.plans["current"] == {"A1": "1", "007": "1", "NA": "2", "2E14": "1", "b2": "2"}
    assert project.plans["new"]["Ch\u00e2teau"] == "N"
    assert {r: report.quality.by_rule(r).count for r in (
        "areas with no beat", "beats in use that lie in pieces", "plan new: areas left out",
        "plan new: districts in pieces", "areas cut off from the largest piece",
    )} == {
        "areas with no beat": 1, "beats in use that lie in pieces": 2, "plan new: areas left out": 1,
        "plan new: districts in pieces": 1, "areas cut off from the largest piece": 2,
    }  # fmt: skip
    assert "7 calls" in report.quality.by_rule("plan new: areas left out").action


def test_a_piece_without_work_is_red(tmp_path):
    """b2 behind a river holds 2 of 4,402 minutes, under 0.5 %: no solve, until the edits file gives it a bridge."""
    edits = write(tmp_path / "e.csv", "area_a,area_b,action,reason\nCh\u00e2teau,b2,remove,river\n")
    report = town(tmp_path, WORKLOAD + "b2,1,2\n", adjacency_edits=edits)
    cut = report.quality.by_rule("pieces of the map cut off")
    assert (cut.count, cut.examples, cut.red) == (1, ("b2",), True)
    assert report.quality.by_rule("areas cut off from the largest piece") is None
    with pytest.raises(
        InputError,
        match=r"off: b2 hang apart .* add a link in adjacency_edits\.csv \(columns area_a, area_b, action",
    ):
        load(tmp_path / "town").require_ready()
    bridge = "area_a,area_b,action,reason\nCh\u00e2teau,b2,add,bridge\n"
    write(tmp_path / "town" / "adjacency_edits.csv", bridge)
    load(tmp_path / "town").require_ready()


def test_a_piece_whose_calls_are_not_timed_is_not_red(tmp_path):
    """One of four calls lies in 2E14 and has no clear time: a quarter of the calls is enough for a district."""
    edits = write(tmp_path / "e.csv", "area_a,area_b,action,reason\nNA,2E14,remove,river\n")
    last = ",".join("" if k in (2, 3, 4) else cell for k, cell in enumerate(ROWS[3].split(",")))
    report = make(tmp_path, csv_text(*ROWS[:3], last), adjacency_edits=edits)
    assert report.quality.by_rule("pieces of the map cut off") is None
    assert report.quality.by_rule("areas cut off from the largest piece").count == 3


def test_edits_file_is_there_to_fill_in(tmp_path):
    """Init writes the header alone where no edits are given, and another import keeps what is in it by then."""
    town(tmp_path)
    path = tmp_path / "town" / "adjacency_edits.csv"
    assert path.read_text(encoding="utf-8") == "area_a,area_b,action,reason\n"
    mine = path.read_text(encoding="utf-8") + "A1,b2,add,tunnel\n"
    write(path, mine)
    town(tmp_path, again=True)
    assert path.read_text(encoding="utf-8") == mine
    assert ("A1", "b2") in load(tmp_path / "town").graph.pairs()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("area_id,district_id\nA1,1\nZZ,1\nA1,2\n", "line 3: 'ZZ' is not an area; line 4: area 'A1'"),
        ("foo,bar\n1,2\n", "needs columns area_id and district_id"),
    ],
)
def test_bad_plan(tmp_path, text, words):
    """Unknown and doubled areas of a plan are named by line; nothing is written."""
    with pytest.raises(InputError, match=words):
        town(tmp_path, plans=[write(tmp_path / "p.csv", text)])
    assert not (tmp_path / "town").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_plan_file_that_cannot_be_used_stops_nothing_else(tmp_path):
    """A stale, a foreign and a misnamed file are findings with their faults; only who asks for the plan is stopped."""
    town(tmp_path)
    folder = tmp_path / "town"
    (folder / "plans").mkdir(exist_ok=True)
    write(folder / "plans" / "good.csv", "area_id,district_id\nA1,1\n")
    write(folder / "plans" / "stale.csv", "area_id,district_id,beat_id\nA1,1,B\nZZ,1,B\n")
    write(folder / "plans" / "notes.csv", "foo,bar\n1,2\n")
    write(folder / "plans" / "current.csv", "area_id,district_id\nA1,1\n")
    project = load(folder)
    project.require_ready()
    assert dict(project.plans) == {"good": {"A1": "1"}}
    found = {f.source: f for f in project.quality if f.rule.endswith("its file cannot be used")}
    assert set(found) == {"plans/stale.csv", "plans/notes.csv", "plans/current.csv"}
    assert not any(f.red for f in found.values())
    assert found["plans/stale.csv"].action.startswith("line 3: 'ZZ' is not an area")
    assert str(tmp_path) not in str(found["plans/notes.csv"])
    for name in ("stale", "stale:beats"):
        assert name in project.plans
        with pytest.raises(InputError, match=r"stale\.csv: line 3: 'ZZ' is not an area"):
            project.plans[name]
    with pytest.raises(InputError, match=r"notes\.csv, line 1: a plan needs columns area_id and district_id"):
        project.plans.get("notes", {})
    assert "current" not in project.plans
    assert "none" not in project.plans


def test_adjacency_list_decides(tmp_path):
    """A published list is used instead of the polygons: its missing pair parts the map, and both differences show."""
    pairs = "a,b\nA1,007\n007,NA\nNA,2E14\n2E14,Ch\u00e2teau\nA1,b2\n"
    report = town(tmp_path, adjacency=write(tmp_path / "adj.csv", pairs))
    graph = load(tmp_path / "town").graph
    assert len(graph.edges) == 5
    assert ("A1", "b2") in graph.pairs()
    assert report.quality.by_rule("published neighbours the polygons do not show").count == 1
    assert report.quality.by_rule("neighbours in the polygons that the list leaves out").count == 1
    with pytest.raises(InputError, match="line 2: 'X' is not an area"):
        init(
            tmp_path / "t2", tmp_path / "areas.geojson", workload=tmp_path / "workload.csv",
            adjacency=write(tmp_path / "bad.csv", "a,b\nX,007\n"),
        )  # fmt: skip


def test_again_keeps_what_the_planner_wrote(tmp_path):
    """A folder is never overwritten unasked; a new import keeps settings, map and plans, and replaces the tables."""
    make(tmp_path, csv_text(), priority={"1": 1, "2": 2, "3": 3})
    folder = tmp_path / "town"
    with pytest.raises(InputError, match="or add --again"):
        make(tmp_path, csv_text())
    (folder / "plans").mkdir()
    write(folder / "plans" / "mine.csv", "area_id,district_id\nA1,1\n")
    bad = csv_text().replace("received", "foo")
    before = stored_text(folder)
    with pytest.raises(InputError):
        make(tmp_path, bad, again=True)
    assert stored_text(folder) == before, "a refused import changed the folder"
    make(tmp_path, csv_text(*ROWS[:3]), again=True, response_time=None)
    project = load(folder)
    project.require_ready()
    assert len(project.calls) == 3
    assert project.calls["priority"].tolist() == [1, 2, 1]
    assert project.plans["mine"] == {"A1": "1"}
    assert [s.kind for s in project.settings.sources] == ["areas", "calls"]
    assert all(len(s.sha256) == 64 for s in project.settings.sources)


def test_stations(tmp_path):
    """Stations come with ids as text, in the areas' coordinate system."""
    stations = write(
        tmp_path / "stations.geojson",
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"station_id": "01",'
        ' "name": "HQ"},'
        ' "geometry": {"type": "Point", "coordinates": [-79.395, 43.605]}}]}',
    )
    town(tmp_path, stations=stations)
    project = load(tmp_path / "town")
    assert project.stations["station_id"].tolist() == ["01"]
    assert project.areas.geometry[0].contains(project.stations.geometry[0])
    assert project.stations.crs == project.areas.crs


def test_broken_folder(tmp_path):
    """Missing and damaged files of a folder are named, never a traceback of a library."""
    with pytest.raises(InputError, match="no project folder"):
        load(tmp_path)
    town(tmp_path)
    folder = tmp_path / "town"
    (folder / "workload.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match=r"workload\.parquet is damaged"):
        load(folder)
    (folder / "workload.parquet").unlink()
    with pytest.raises(InputError, match="neither calls nor a workload table"):
        load(folder)
    pd.DataFrame({"area_id": ["A1"]}).to_parquet(folder / "workload.parquet")
    with pytest.raises(InputError, match="lacks column hour_of_week"):
        load(folder)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"crs": "EPSG:99"},
            "EPSG:99 is no known coordinate system; give one in metres, as EPSG:32614",
        ),
        ({"crs": "EPSG:4326"}, "EPSG:4326 is in degrees; give one in metres"),
        ({"crs": "EPSG:2276"}, "EPSG:2276 is not in metres"),  # Texas, US survey feet
        ({"timezone": "Toronto"}, "timezone = 'Toronto' is not known"),
        ({"response_time": "quick"}, "response_time = 'quick'"),
        ({"weeks": 0}, "weeks = 0"),
        ({"columns": "nowhere.toml"}, "nowhere.toml is missing"),
    ],
)
def test_bad_options(tmp_path, options, words):
    """What a planner says on the command line is checked before anything is read."""
    with pytest.raises(InputError, match=words):
        make(tmp_path, csv_text(), **options)
    assert not (tmp_path / "town").exists()


def test_rows_alike_without_an_id_are_calls(tmp_path):
    """Two calls of one minute, type and area are two calls where no id says otherwise; they are counted."""
    row = "2025-03-03 10:00:00,ALARM,A1"
    report = make(tmp_path, csv_text(row, row, header="received,call_type,area_id"))
    assert len(load(tmp_path / "town").calls) == 2
    assert report.quality.by_rule("rows alike without an id").count == 1


def test_area_ids_survive(tmp_path):
    """007, NA, 2E14 and an accent are the same text in every table."""
    make(tmp_path, csv_text(), timezone=ZONE)
    assert tuple(load(tmp_path / "town").areas["area_id"]) == AREA_IDS
