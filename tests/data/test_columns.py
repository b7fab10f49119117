"""Which column is which: the guess, the file a planner corrects, the settings."""

import csv
from pathlib import Path

import pytest

from optimiser.data.columns import guess_columns, is_personal, unit_of
from optimiser.data.columns_file import ColumnMap, read_column_map, write_column_map
from optimiser.data.settings import Settings, Source, read_settings, write_settings
from optimiser.errors import InputError

CATALOGUE = (
    Path(__file__).parents[3] / "shared" / "data" / "calls" / "schema_samples" / "column_catalogue.csv"
)
ROLES = {
    "call_datetime": {"received"}, "call_date": {"received_date", "received"}, "call_time": {"received_time"},
    "dispatched": {"dispatched"}, "arrived": {"arrived"}, "cleared": {"cleared"}, "lat": {"y"}, "lon": {"x"},
    "reporting_area": {"area_id"}, "priority": {"priority"}, "self_initiated": {"origin"}, "unit": {"unit"},
    "duration_on_scene": {"on_scene"}, "response_seconds": {"response"},
}  # fmt: skip


@pytest.mark.skipif(
    not CATALOGUE.exists(), reason="the catalogue of agencies' columns is not beside the repository"
)
def test_columns_of_sixteen_agencies():
    """Every column of these roles is recognised in each agency's own table (SOURCES: 16 agencies, 158 columns)."""
    with CATALOGUE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    tables = {(r["agency"], r["dataset"]) for r in rows}
    asked, wrong = 0, []
    for agency, dataset in sorted(tables):
        mine = [r for r in rows if (r["agency"], r["dataset"]) == (agency, dataset)]
        guess = guess_columns([r["column"] for r in mine])
        ours = {theirs: name for name, theirs in guess.columns.items()}
        for r in mine:
            if r["role"] in ROLES:
                asked += 1
                if ours.get(r["column"]) not in ROLES[r["role"]]:
                    wrong.append((agency, r["column"], ours.get(r["column"])))
    assert asked > 70
    assert wrong == []


def test_given_names_win_and_empty_says_none():
    """The planner's word stands before the guess; "" switches a guess off."""
    header = ["id", "created", "Grid", "beat", "priority"]
    guess = guess_columns(header, given={"received": "created", "priority": ""})
    assert guess.columns == {"received": "created", "call_id": "id", "area_id": "Grid"}
    assert guess.dropped == ("beat", "priority")


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Response Time Seconds", "s"),
        ("Total Service Time (s)", "s"),
        ("on_scene_min", "min"),
        ("totaltime", ""),
    ],
)
def test_units_only_from_the_name(name, unit):
    """A unit is read from a name that states it, and never assumed."""
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    "name", ["Caller Name", "blkaddr", "block_location", "Remarks", "officerName", "phone", "LatLonText"]
)
def test_personal_columns_are_called_out(name):
    """Names, addresses and free text are named as such when they are dropped."""
    assert is_personal(name)


def test_columns_file_round_trip(tmp_path):
    """What is written is what is read; codes nobody has mapped are markers, not numbers."""
    stated = ColumnMap(
        areas={"area_id": "PDGrid"}, calls={"received": "when", "travel": "t"}, duration_units={"travel": "min"},
        date_order="DMY", default_cap_h=8.0, cap_h={"HOMICIDE": 48.0}, priority={"P1": 1}, origin={"OV": "officer"},
    )  # fmt: skip
    path = tmp_path / "columns.toml"
    write_column_map(path, stated, priority_codes=("P1", "P 2"))
    assert read_column_map(path) == stated
    assert '"P 2" = "FILL IN' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[calls]\ndate_ordr = 'MDY'", "did you mean 'date_order'"),
        ("[call]\n", "unknown section 'call'"),
        ("[calls]\ndate_order = 'YMD'", "none of MDY, DMY"),
        ("[calls.priority]\nP1 = 'high'", "whole number"),
        ("[calls.cap_h]\nA = 0\nB = 500", "cap of A.*cap of B"),
        ("[calls.origin]\nX = 'police'", "none of public, officer, other"),
        ("[calls.duration_units]\ntravel = 'hours'", "none of s, min, h"),
        ("[calls", "cannot be read"),
    ],
)
def test_bad_columns_file(tmp_path, text, words):
    """165, 166: unknown keys and bad values are named, with a hint."""
    path = tmp_path / "columns.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_column_map(path)


def test_settings_round_trip(tmp_path):
    """Minutes and km/h in the file, seconds and m/s inside: 10 min is 600 s, 50 km/h is 13.888... m/s."""
    settings = Settings(
        name="Springfield \u00c9", crs="EPSG:32617", timezone="America/Toronto", response_time="received_to_arrived",
        priority_targets_s={1: 600.0, 2: 1200.0}, privacy_threshold=15, default_speed_m_per_s=50 / 3.6, n_weeks=76.4,
        default_service_s=1500.0, roads="../roads.osm.pbf", sources=(Source("calls", "../c.csv", "ab", 7),),
        given=frozenset({"privacy_threshold", "default_speed_kmh", "workload_weeks", "default_service_min"}),
    )  # fmt: skip
    path = tmp_path / "project.toml"
    write_settings(path, settings)
    back = read_settings(path)
    for name in Settings.__dataclass_fields__:
        if name not in ("given", "default_speed_m_per_s"):
            assert getattr(back, name) == getattr(settings, name), name
    assert back.default_speed_m_per_s == pytest.approx(50 / 3.6)
    assert settings.given < back.given


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("crs = 'EPSG:99'", "EPSG:99 is no known coordinate system"),
        ("time_zone = 'x'", "did you mean 'timezone'"),
        ("timezone = 'Canada/Nowhere'", "not known here"),
        ("response_time = 'fast'", "none of received_to_arrived"),
        ("workload_weeks = -1", "must be positive"),
        ("privacy_threshold = 'many'", "should be int"),
        ("[priority_targets_min]\nA = 10", "a priority from 1"),
        ("name = 'a'\nname = 'b'", "cannot be read"),
    ],
)
def test_bad_settings(tmp_path, text, words):
    """102, 165, 166: each wrong key or value is named with what would be right."""
    path = tmp_path / "project.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_settings(path)


def test_a_marker_is_no_answer(tmp_path):
    """The marker that init leaves for the response time reads as not given."""
    path = tmp_path / "project.toml"
    write_settings(path, Settings())
    assert "FILL IN" in path.read_text(encoding="utf-8")
    assert read_settings(path).response_time == ""
    assert "response_time" not in read_settings(path).given
