"""Real files with known faults, end to end. Skipped where they are not beside the repository."""

from pathlib import Path

import pytest

from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import write_squares

SHARED = Path(__file__).parents[3] / "shared" / "data"
CARROLLTON = SHARED / "sectors" / "carrollton_tx"
SLO = SHARED / "calls" / "san_luis_obispo_ca" / "police_log.csv.gz"
SAMPLES = SHARED / "calls" / "schema_samples"
needs_data = pytest.mark.skipif(not SHARED.exists(), reason="the real data are not beside the repository")


@pytest.fixture(scope="module")
def carrollton(tmp_path_factory):
    """Carrollton from its raw files, with the link 1326-1333 (2C47-2C48) that the authors add by hand."""
    base = tmp_path_factory.mktemp("carrollton")
    edits = base / "edits.csv"
    edits.write_text("area_a,area_b,action,reason\n2C47,2C48,add,link 1326-1333 of the authors\n")
    report = init(
        base / "town", CARROLLTON / "reporting_areas.geojson", roads=CARROLLTON / "street_centerlines.parquet",
        adjacency=CARROLLTON / "contiguity_published.csv.gz", adjacency_edits=edits, timezone="America/Chicago",
        plans=[CARROLLTON / "PMed_Results1.csv.gz", CARROLLTON / "GLPK_Output5hours.csv.gz"],
    )  # fmt: skip
    return report, load(base / "town")


@needs_data
@pytest.mark.parametrize(
    ("quirk", "rule", "count"),
    [
        (1, "implausible minutes in minutes_raw_corrupt", 226),
        (2, "areas with no beat", 5),
        (3, "areas with no calls", 12),
        (4, "published neighbours the polygons do not show", 14),
        (5, "areas of several parts", 3),
        (7, "streets with SpeedLimit 0 or missing", 359),
        (7, "streets with Enabled = 0", 201),
        (8, "pieces of the street graph", 47),
        (8, "streets between two junctions that have one already", 19),
        (9, "plan PMed_Results1: areas left out", 5),
        (9, "plan PMed_Results1: districts in pieces", 3),
    ],
)
def test_quirks_of_carrollton(carrollton, quirk, rule, count):
    """Each fault listed in its SOURCES.md, by number, with the count given there.

    (4) gives 6 missing pairs for exact contact; here a border under 10 m is a corner, which leaves 14.
    """
    report, _ = carrollton
    found = report.quality.by_rule(rule)
    assert found is not None, report.quality.text()
    assert found.count == count, quirk


@needs_data
def test_carrollton_as_a_project(carrollton):
    """Totals, links and words as in SOURCES.md and FORMATS.md 8: 129,082 calls, 3,696,943 minutes, 764 + 1 pairs."""
    report, project = carrollton
    project.require_ready()
    assert len(project.areas) == 325
    assert project.workload["calls"].sum() == pytest.approx(129_082)
    assert project.workload["unit_s"].sum() / 60 == pytest.approx(3_696_943, abs=1)
    assert len(project.graph.edges) == 765
    assert len(project.graph.components()) == 1
    assert report.quality.by_rule("areas that hang on one link").examples == ("2C48",)
    assert "3 pieces" in report.quality.by_rule("areas with no beat").action
    assert "1,548 calls" in report.quality.by_rule("plan PMed_Results1: areas left out").action
    assert "96.7 %" in report.quality.by_rule("pieces of the street graph").action
    assert set(report.quality.by_rule("plan PMed_Results1: areas left out").examples) == {
        "2G11", "2G12", "2I15", "2I10", "2I21",
    }  # fmt: skip
    assert len(set(project.plans["current"].values())) == 12
    assert len(project.plans["current"]) == 320
    assert any("No call-level file" in a for a in project.assumptions)
    assert {"2E15", "2C48"} <= set(project.areas["area_id"])
    assert project.roads_file == (project.folder / "roads" / "street_centerlines.parquet").resolve()
    assert project.roads_file.is_file()


@needs_data
@pytest.mark.parametrize("listed", [True, False])
def test_carrollton_without_the_edit(tmp_path, listed):
    """The published pairs alone leave 2C48 cut off with 0.002 % of the work: red. The polygons join it to 2C47."""
    report = init(
        tmp_path / "town", CARROLLTON / "reporting_areas.geojson", crs="EPSG:32614",
        adjacency=CARROLLTON / "contiguity_published.csv.gz" if listed else None,
    )  # fmt: skip
    cut = report.quality.by_rule("pieces of the map cut off")
    assert [f.rule for f in report.quality.red] == (["pieces of the map cut off"] if listed else [])
    assert (cut.examples if cut else ()) == (("2C48",) if listed else ())
    assert listed or ("2C47", "2C48") in load(tmp_path / "town").graph.pairs()


@needs_data
def test_carrollton_by_label(tmp_path):
    """(6) 5,438 calls without a label; 1,849 calls under labels of no polygon (81 of them, and the empty one)."""
    report = init(
        tmp_path / "town", CARROLLTON / "reporting_areas.geojson",
        workload=CARROLLTON / "calls_by_ra_label.csv.gz", crs="EPSG:32614",
    )  # fmt: skip
    assert report.quality.by_rule("calls with no area label").count == 5438
    assert report.quality.by_rule("calls whose label matches no area").count == 1849
    assert report.quality.by_rule("labels that match no area").count == 81
    assert report.understood["workload"]["minutes"] == "Sum_Minu_1"
    assert report.quality.by_rule("implausible minutes in Sum_Minute").count > 226


@needs_data
def test_san_luis_obispo(tmp_path):
    """Its SOURCES.md and profile: repeats, rolls past midnight, 67 arrivals before dispatch, p50/p90 of 10/34 min."""
    areas = write_squares(tmp_path / "areas.geojson", [f"PN{k}" for k in range(1, 15)])
    report = init(
        tmp_path / "town", areas, SLO, timezone="America/Los_Angeles", response_time="received_to_arrived",
        crs="EPSG:32617",
    )  # fmt: skip
    assert report.n_rows["calls"] == 20_076
    count = {f.rule: f.count for f in report.quality.findings}
    assert count["rows that repeat another row"] == 1_011  # 20,076 rows, 19,065 different ones
    assert count["calls whose id stands again with other contents"] == 2  # 19,063 case numbers
    assert count["arrival before dispatch"] == 67
    assert count["arrived: time of day past midnight"] > 100
    project = load(tmp_path / "town")
    assert len(project.calls) == 19_063 - count["test calls"] - count["cancelled calls"]
    minutes = project.calls["response_s"].quantile([0.5, 0.9]) / 60
    assert minutes.tolist() == [10.0, 34.0]
    # its n_units averages 1.54 and counts "P1,P1" as two; different call signs average 1.51
    assert project.calls["n_units"].mean() == pytest.approx(1.508, abs=0.001)
    assert project.calls.loc[project.calls["n_units"] > 0, "unit_s"].isna().all()


CUT = ("berkeley_cfs", "cincinnati_cfs", "cincinnati_cfs_2014_16", "lapd_cfs_2021")


@needs_data
@pytest.mark.parametrize(
    ("name", "n_calls"),
    [
        ("berkeley_cfs", 3), ("cincinnati_cfs", 1), ("cincinnati_cfs_2014_16", 4), ("dallas_active", 1),
        ("howard_cfs", 3), ("lapd_cfs_2021", 9), ("sfpd_cfs", 3), ("stpete_cfs", 2),
    ],
)  # fmt: skip
def test_samples_of_agencies(tmp_path, name, n_calls):
    """Each sample imports; one cut inside a cell is refused with its line, and read when the planner drops that row.

    Rows counted by hand; one of Cincinnati's is CAN - CANCEL and was never dispatched.
    """
    areas = write_squares(tmp_path / "areas.geojson", ["253", "122", "252"])
    path = SAMPLES / f"{name}.csv"
    columns = tmp_path / "columns.toml"
    received = (
        'received_date = "dispatch_date"\nreceived_time = "dispatch_time"\n'
        if name.startswith("lapd")
        else ""
    )
    columns.write_text(f"[calls]\ndrop_cut_row = true\n[calls.columns]\n{received}")
    if name in CUT:
        with pytest.raises(InputError, match=r"line \d+: a quoted cell opens here"):
            init(tmp_path / "town", areas, path, timezone="America/Chicago", crs="EPSG:32617")
        assert not (tmp_path / "town").exists()
    report = init(
        tmp_path / "town", areas, path, timezone="America/Chicago", columns=columns, crs="EPSG:32617"
    )
    calls = load(tmp_path / "town").calls
    assert len(calls) == n_calls
    assert calls["hour_of_week"].between(0, 167).all()
    personal = {"block_location", "address_x", "location", "address", "display_address", "block"}
    assert not personal & set(report.understood["calls"].values())
