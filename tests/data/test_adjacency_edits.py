"""The edits file: what is applied, and how faults are told."""

import geopandas as gpd
import pytest
from shapely import box

from optimiser.data.adjacency_edits import read_edits
from optimiser.data.areas import build_graph
from optimiser.errors import InputError

AREAS = gpd.GeoDataFrame(
    {"area_id": ["a", "b", "c"]},
    geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100), box(300, 0, 400, 100)],
    crs="EPSG:32618",
)


def test_add_and_remove(tmp_path):
    """A bridge joins c to b, the motorway parts a from b; both are noted with their reason."""
    path = tmp_path / "adjacency_edits.csv"
    path.write_text(
        "\ufeffarea_a,area_b,action,reason\nc,b,add,Mill Bridge\n\na,b,remove,motorway\n", encoding="utf-8"
    )
    graph = build_graph(AREAS, edits=read_edits(path, AREAS["area_id"]))
    assert graph.pairs() == (("b", "c"),)
    assert graph.shared_m.tolist() == [0.0]
    assert any("added by hand: c - b (Mill Bridge)" in n for n in graph.notes)
    assert any("removed by hand: a - b (motorway)" in n for n in graph.notes)


def test_faults_are_named_by_row_together(tmp_path):
    """An unknown id, an unknown action, a self link and a contradiction, each with its row."""
    path = tmp_path / "edits.csv"
    path.write_text(
        "area_a,area_b,action,reason\na,zz,add,\na,b,join,\nb,b,add,\nb,c,add,\nc,b,remove,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as error:
        read_edits(path, AREAS["area_id"])
    for part in (
        "row 2: area_b 'zz'",
        "row 3: action 'join'",
        "row 4: area 'b' is linked",
        "row 6: 'remove', but row 5",
    ):
        assert part in str(error.value)


def test_missing_column_and_file(tmp_path):
    """A header without action, and no file at all."""
    path = tmp_path / "edits.csv"
    path.write_text("area_a,area_b\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column action"):
        read_edits(path, ["a", "b"])
    with pytest.raises(InputError, match="cannot be read"):
        read_edits(tmp_path / "none.csv", ["a"])


@pytest.mark.parametrize(
    "text", ["", "\n", "area_a,area_b,action,reason\n", "area_a,area_b,action,reason\n,,,\n"]
)
def test_a_file_without_rows(tmp_path, text):
    """The header alone, as init writes it, or an emptied file: no edits."""
    path = tmp_path / "adjacency_edits.csv"
    path.write_text(text, encoding="utf-8")
    assert read_edits(path, ["a"]) == ()
