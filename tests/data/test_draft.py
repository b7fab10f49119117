"""A project folder is put in place whole: what another import keeps, and what a crash or a full disk leaves."""

import subprocess
import sys

import geopandas as gpd
import pytest
import shapely

from optimiser.data import draft as drafts
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.errors import InputError
from tests.data.made_up import ROWS, SIDE, SOUTH, WEST, csv_text, make, write_squares
from tests.data.test_project import stored_text

CRS = "EPSG:4326"


def layer(path, *shapes, **columns):
    """Write shapes as a GeoPackage in degrees."""
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS).to_file(path)
    return path


def border(k, south=-0.1, north=1.1):
    """A line along the border between squares k - 1 and k."""
    x = WEST + k * SIDE
    return shapely.LineString([(x, SOUTH + south * SIDE), (x, SOUTH + north * SIDE)])


def with_everything(tmp_path):
    """A project with streets, a station, a hard line and a hard polygon."""
    street = shapely.LineString([(WEST, SOUTH), (WEST + 6 * SIDE, SOUTH)])
    block = shapely.box(WEST, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE)
    return make(
        tmp_path,
        csv_text(),
        roads=layer(tmp_path / "streets.gpkg", street, speed_mph=[30]),
        stations=layer(tmp_path / "stations.gpkg", shapely.Point(WEST, SOUTH), station_id=["S1"]),
        hard_lines=layer(tmp_path / "lines.gpkg", border(3)),
        hard_polygons=layer(tmp_path / "blocks.gpkg", block),
    )


def test_another_import_keeps_what_it_is_not_given(tmp_path):
    """New calls alone: roads, station and boundaries stay, and it is said; a new station takes the old one's place."""
    with_everything(tmp_path)
    before = load(tmp_path / "town")
    make(tmp_path, csv_text(*ROWS[:2]), again=True)
    after = load(tmp_path / "town")
    assert len(after.calls) == 2
    assert after.roads_file == before.roads_file
    assert after.roads_file.is_file()
    assert after.stations["station_id"].tolist() == ["S1"]
    assert after.graph.pairs() == before.graph.pairs()
    assert after.graph.groups == before.graph.groups == (("A1", "007"),)
    assert "Kept from the import before: roads, stations, hard lines, hard polygons." in after.assumptions
    kinds = ["areas", "calls", "hard_lines", "hard_polygons", "roads", "stations"]
    assert sorted(s.kind for s in after.settings.sources) == kinds
    new = layer(tmp_path / "new.gpkg", shapely.Point(WEST + SIDE, SOUTH), station_id=["S2"])
    make(tmp_path, csv_text(), again=True, stations=new)
    again = load(tmp_path / "town")
    assert again.stations["station_id"].tolist() == ["S2"]
    assert [s.path for s in again.settings.sources if s.kind == "stations"] == ["../new.gpkg"]
    assert "Kept from the import before: roads, hard lines, hard polygons." in again.assumptions


def test_a_damaged_map_can_be_imported_again(tmp_path):
    """The older map may be what is wrong: the import goes on, and says what went with it."""
    with_everything(tmp_path)
    (tmp_path / "town" / "areas.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    make(tmp_path, csv_text(), again=True)
    project = load(tmp_path / "town")
    assert len(project.stations) == 0
    assert project.roads_file is not None
    assert any(a.startswith("Stations and boundaries of before are gone: ") for a in project.assumptions)


def test_an_import_that_dies_half_way_says_so(tmp_path, monkeypatch):
    """Killed between two files the folder is half new: no reading of it, until the import is run again."""
    make(tmp_path, csv_text())

    def die(draft, folder):
        (folder / ".importing").touch()
        (draft / "calls.parquet").replace(folder / "calls.parquet")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("optimiser.data.init.put_in_place", die)
        with pytest.raises(KeyboardInterrupt):
            make(tmp_path, csv_text(*ROWS[:2]), again=True)
    with pytest.raises(InputError, match="an import was broken off"):
        load(tmp_path / "town")
    make(tmp_path, csv_text(*ROWS[:3]), again=True)
    assert len(load(tmp_path / "town").calls) == 3


def test_the_mark_stands_while_files_are_moved(tmp_path, monkeypatch):
    """The real move sets the mark before the first file and takes it away after the last."""
    make(tmp_path, csv_text())
    seen = []
    move = type(tmp_path).replace

    def watched(self, target):
        seen.append((tmp_path / "town" / ".importing").exists())
        return move(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", watched)
    make(tmp_path, csv_text(), again=True)
    assert seen
    assert all(seen)
    assert not (tmp_path / "town" / ".importing").exists()
    assert drafts.Kept().said() == []


FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from optimiser.data.init import init
from optimiser.errors import InputError
raw = Path(sys.argv[2])
try:
    init(raw / "town", raw / "areas.geojson", raw / "calls.csv", crs="EPSG:32617")
except InputError as error:
    print("refused:", error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("most_bytes", [1_000, 100_000])
def test_a_full_disk(tmp_path, most_bytes):
    """A file that cannot grow (the map's at 1 kB, the calls' at 100 kB) ends in words and leaves nothing."""
    write_squares(tmp_path / "areas.geojson")
    rows = [
        f"c{k},2025-03-{1 + k % 28:02d} {k % 24:02d}:{k % 60:02d}:00,,,,1,T{k % 9},A1" for k in range(20_000)
    ]
    (tmp_path / "calls.csv").write_text(csv_text(*rows), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(most_bytes), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"refused: {tmp_path / 'town'} cannot be written")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["areas.geojson", "calls.csv"]


def test_edits_come_in_by_their_columns(tmp_path):
    """A column of the edits file that is none of ours is not stored."""
    edits = tmp_path / "e.csv"
    edits.write_text("area_a,area_b,action,reason,by\nA1,b2,add,bridge,Quackenbush\n", encoding="utf-8")
    make(tmp_path, csv_text(), adjacency_edits=edits)
    assert "Quackenbush" not in stored_text(tmp_path / "town")
    assert ("A1", "b2") in load(tmp_path / "town").graph.pairs()


def test_what_boundaries_and_edits_did_is_reported(tmp_path):
    """A line between NA and 2E14 cuts one link; one edit adds, one removes, one finds nothing to remove."""
    edits = tmp_path / "e.csv"
    rows = ("A1,b2,add,tunnel", "A1,007,remove,river", "A1,NA,remove,wall")
    edits.write_text("\n".join(["area_a,area_b,action,reason", *rows]), encoding="utf-8")
    lines = layer(tmp_path / "lines.gpkg", border(3))
    report = make(tmp_path, csv_text(), adjacency_edits=edits, hard_lines=lines).quality
    assert report.by_rule("links cut by hard boundaries").examples == ("NA - 2E14",)
    assert report.by_rule("links added by hand").examples == ("A1 - b2 (tunnel)",)
    assert report.by_rule("links removed by hand").examples == ("A1 - 007 (river)",)
    assert report.by_rule("edits that change nothing").examples == ("A1 - NA (wall)",)


def test_boundaries_that_miss_the_map_are_told(tmp_path):
    """A line and a polygon a degree away do nothing, and that is found; half a line leaves its link, and is found."""
    far = shapely.LineString([(WEST - 1, SOUTH), (WEST - 1, SOUTH + SIDE)])
    block = shapely.box(WEST - 1, SOUTH, WEST - 1 + SIDE, SOUTH + SIDE)
    report = make(
        tmp_path,
        csv_text(),
        hard_lines=layer(tmp_path / "far.gpkg", far),
        hard_polygons=layer(tmp_path / "block.gpkg", block),
    ).quality
    assert report.by_rule("hard boundaries that change nothing").count == 2
    half = layer(tmp_path / "half.gpkg", border(3, north=0.5))
    report = make(tmp_path, csv_text(), again=True, hard_lines=half).quality
    assert report.by_rule("links kept beside a hard boundary").examples == ("NA - 2E14",)
    through = shapely.LineString([(WEST + 2.5 * SIDE, SOUTH - SIDE), (WEST + 2.5 * SIDE, SOUTH + 2 * SIDE)])
    across = layer(tmp_path / "through.gpkg", through)
    report = make(tmp_path, csv_text(), again=True, hard_lines=across).quality
    assert report.by_rule("areas on both sides of a hard boundary").examples == ("NA",)


def test_boundaries_where_no_map_reaches(tmp_path):
    """Metres that are said to be degrees are refused by the file's name, and nothing is written."""
    line = shapely.LineString([(630000, 4830000), (630000, 4840000)])
    table = tmp_path / "w.csv"
    table.write_text("area_id,calls\nA1,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"lines\.gpkg: feature 1 lies where"):
        init(
            tmp_path / "t",
            write_squares(tmp_path / "a.geojson"),
            workload=table,
            hard_lines=layer(tmp_path / "lines.gpkg", line),
            crs="EPSG:32617",
        )
    assert not (tmp_path / "t").exists()
