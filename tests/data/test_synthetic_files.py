"""The made-up county's files: what an agency would hand over, readable by the toolkit's own readers."""

import csv
import json

import geopandas as gpd
import pandas as pd
import pytest

from optimiser.data.adjacency_edits import read_edits
from optimiser.data.areas import build_graph
from optimiser.data.columns_file import read_column_map
from optimiser.data.settings import read_settings
from optimiser.data.strength_table import read_strength
from optimiser.data.synthetic import tiny, write
from optimiser.prepare.calendar_file import read_calendar
from optimiser.prepare.rota_file import read_rota


@pytest.fixture(scope="module")
def made():
    """30 areas, 3 districts, two weeks."""
    return tiny(3)


@pytest.fixture(scope="module")
def files(made, tmp_path_factory):
    """Its files."""
    return write(made, tmp_path_factory.mktemp("raw"))


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_files_give_the_same_graph(made, files):
    """Areas, river and bridges read from the files give the county's own graph: one component."""
    areas, lines = gpd.read_file(files["areas"]), gpd.read_file(files["hard_lines"])
    graph = build_graph(areas, hard_lines=lines, edits=read_edits(files["edits"], areas["area_id"]))
    assert graph.pairs() == made.graph.pairs()
    assert len(graph.components()) == 1
    assert any("cut by a hard boundary" in n for n in graph.notes)
    assert lines["kind"].tolist() == ["river"]


def test_river_alone_parts_the_county(files):
    """Without the bridges' edits the two banks have no link, and the planner is told the nearest one."""
    graph = build_graph(gpd.read_file(files["areas"]), hard_lines=gpd.read_file(files["hard_lines"]))
    assert len(graph.components()) == 2
    assert any("has no link to the rest" in n for n in graph.notes)


def test_both_hard_lines_on_request(made, tmp_path):
    """The motorway comes with its underpasses."""
    files = write(made, tmp_path, hard=("river", "motorway"))
    areas, lines = gpd.read_file(files["areas"]), gpd.read_file(files["hard_lines"])
    graph = build_graph(areas, hard_lines=lines, edits=read_edits(files["edits"], areas["area_id"]))
    assert lines["kind"].tolist() == ["river", "motorway"]
    assert len(graph.components()) == 1
    assert len(graph.edges) < len(made.graph.edges)


def test_call_file_is_raw(made, files):
    """The agency's own names and codes, wall-clock times, empty cells where something did not happen."""
    table = rows(files["calls"])
    assert len(table) == len(made.calls)
    first = table[0]
    assert first["incident_number"] == made.calls["id"].iloc[0]
    assert first["received_datetime"].startswith("2025-01-06 0")
    assert {r["origin"] for r in table} == {"CALL", "ONVIEW"}
    assert any(r["onscene_datetime"] == "" for r in table)
    assert any("," in r["units"] for r in table)
    assert all("." not in r["x_coordinate"] for r in table)


def test_plan_and_truth(made, files):
    """The plan in use names every area once; the truth states shares that sum to 1."""
    plan = rows(files["plan"])
    assert [r["area_id"] for r in plan] == made.areas["area_id"].tolist()
    assert {r["district_id"] for r in plan} == {"D1", "D2", "D3"}
    truth = json.loads(files["truth"].read_text(encoding="utf-8"))
    assert sum(truth["target_share"].values()) == pytest.approx(1.0, abs=1e-5)
    assert truth["n_rows"] == len(made.calls)


def test_settings_and_columns_read_back(made, files):
    """Zone, targets and code maps are as a planner would have filled them in, for columns the file has."""
    settings, columns = read_settings(files["settings"]), read_column_map(files["columns"])
    assert settings.timezone == "America/New_York"
    assert settings.priority_targets_s[1] == 480.0
    assert columns.priority == {"1": 1, "2": 2, "3": 3, "4": 4}
    header = set(rows(files["calls"])[0])
    assert set(columns.calls.values()) <= header
    assert set(columns.areas.values()) <= set(made.areas.columns)


def test_call_signs_fit_their_patterns(files):
    """Every call sign has the role its pattern says, and every unit in the calls is on the list."""
    from optimiser.data.call_units import read_roles

    roles = read_roles(files["units"])
    listed = {r["call_sign"]: r["role"] for r in rows(files["call_signs"])}
    assert all(roles.role(sign) == role for sign, role in listed.items())
    sent = {u for r in rows(files["calls"]) for u in r["units"].split(",") if u}
    assert sent <= set(listed)


def test_officers_agree_with_the_duty_report(made, files):
    """Every district's officers are those who took turns in its cars, but empty posts; the rota puts out as many."""
    people = read_strength(files["strength"])
    duty = pd.read_csv(files["duty"], dtype=str)
    patrol = duty[duty["role"] == "patrol"]
    turns = patrol.groupby("district_id")["officer_id"].nunique()
    assert set(people) == set(made.stations["district_id"])
    for district, found in people.items():
        assert 0.5 * turns[district] <= found.assigned <= turns[district]
        assert found.unfit + found.minimum <= found.assigned
    rota = {line.name: line.officers for line in read_rota(files["rota"])}
    a_day = patrol.groupby(patrol["from"].str[11:13]).size() / patrol["from"].str[:10].nunique()
    assert {name[:2]: n[0] for name, n in rota.items()} == a_day.astype(int).to_dict()


def test_calendar_is_of_the_year_after(made, files):
    """Court and training in office hours of weekdays, by district; events of the whole force; leave by the week."""
    entries = read_calendar(files["calendar"])
    assert {e.first.year for e in entries} == {2026}
    assert {e.kind for e in entries} == {"court", "training", "event", "leave"}
    assert {e.sector for e in entries if e.kind != "event"} == set(made.stations["district_id"])
    assert all(e.first.weekday() < 5 for e in entries if e.kind in ("court", "training"))
    assert all(e.sector == "" for e in entries if e.kind == "event")
