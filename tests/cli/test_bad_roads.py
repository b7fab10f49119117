"""A road file without speeds or in pieces: a project is made of it, and says what was assumed or cut off."""

from __future__ import annotations

import geopandas as gpd
import pytest

from optimiser.cli.console import Exit


def without_speeds(streets):
    """Lines alone: no class, speed or direction."""
    return streets[["geometry"]]


def in_pieces(streets):
    """Every street that crosses the middle left out."""
    box = streets.geometry.bounds
    middle = box.minx.median()
    return streets[(box.minx > middle) | (box.maxx < middle)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_speeds, ("Streets without a speed limit: 48.3 km/h", "streets without a direction")),
        (in_pieces, ("the street graph falls into 2 pieces", "junctions cut off from the largest")),
    ],
)
def test_bad_roads_are_named_and_answered(told, made_once, tmp_path, spoil, said):
    """Explained when the project is made; a call is answered on what is left."""
    raw = made_once / "raw"
    spoil(gpd.read_file(raw / "streets.gpkg")).to_file(tmp_path / "roads.gpkg")
    files = (
        ("--areas", "areas.gpkg"),
        ("--calls", "calls.csv"),
        ("--columns", "columns.toml"),
        ("--stations", "stations.gpkg"),
    )
    given = [part for name, file in files for part in (name, raw / file)]
    code, out, err = told(
        "init", tmp_path / "p", *given, "--roads", tmp_path / "roads.gpkg", "--timezone", "Europe/London"
    )
    assert code == Exit.DONE, err
    for words in said:
        assert words in out + err, words
    code, out, err = told("dispatch", "call", tmp_path / "p", "--units", "8", "--calls", "3", "--quiet")
    assert code == Exit.DONE, err
    assert "there in" in out
