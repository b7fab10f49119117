"""``optimiser route``: turns that add up, classes side by side, closures that make the way longer, slips refused."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest

from optimiser.cli.console import Exit
from optimiser.cli.main import places_joined


def test_turns_add_up_to_the_way(told, county, tmp_path):
    """Metres and seconds of the turns are those of the way; on foot it takes longer; the line has its length."""
    out = tmp_path / "way.gpkg"
    code, text, err = told("route", county, "--driver", "standard", "--driver", "foot", "--out", out)
    assert code == Exit.DONE, err
    assert "start on" in text
    _, text, _ = told("route", county, "--driver", "standard", "--driver", "foot", "--json")
    fast, foot = json.loads(text)["ways"]
    assert sum(s["length_m"] for s in fast["steps"]) == pytest.approx(fast["length_m"])
    assert sum(s["time_s"] for s in fast["steps"]) == pytest.approx(fast["time_s"], abs=0.01)
    assert foot["time_s"] > fast["time_s"]
    lines = gpd.read_file(out)
    assert lines["driver"].tolist() == ["standard", "foot"]
    assert lines.geometry.length.iloc[0] == pytest.approx(fast["length_m"], rel=0.01)


def test_a_closed_street_turns_the_way(told, county, tmp_path):
    """The longest street of the way closed: it is no longer driven, and the way is no shorter in time."""
    _, text, _ = told("route", county, "--json")
    before = json.loads(text)["ways"][0]
    named = [s for s in before["steps"] if s["street"]]
    street = max(named, key=lambda s: s["length_m"])["street"]
    path = tmp_path / "incidents.csv"
    path.write_text(f"id,kind,street\nx,closed,{street}\n")
    code, text, err = told("route", county, "--incidents", path, "--json")
    assert code == Exit.DONE, err
    after = json.loads(text)
    assert f"{street} closed" in after["said"][0]
    way = after["ways"][0]
    assert way["time_s"] is None or way["time_s"] >= before["time_s"]
    inner = [
        s["street"] for s in way["steps"][1:-1]
    ]  # a place on a closed street can still be left and entered
    assert street not in inner


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--from", "nowhere"], Exit.USAGE, "neither LON,LAT nor a station nor an area"),
        (["--to", "east,1"], Exit.USAGE, "longitude and latitude in degrees"),
        (["--to", "12.0,48.0"], Exit.INPUT, "km from every street"),
        (["--driver", "pilot"], Exit.USAGE, "no driver class"),
        (["--traffic", "nowhere.csv"], Exit.INPUT, "nowhere.csv"),
        (["--out", "way.txt"], Exit.USAGE, "should end in .gpkg"),
    ],
)
def test_slips(told, county, options, code, message):
    """One line, the right exit code."""
    got, out, err = told("route", county, *options)
    assert (got, out) == (code, ""), err
    assert message in err


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["--at", "-1.5,52.4"], ["--at=-1.5,52.4"]),
        (["--from", "-1,-2.5", "--to", "ST1"], ["--from=-1,-2.5", "--to", "ST1"]),
        (["--at", "1.5,52.4"], ["--at", "1.5,52.4"]),
        (["--seed", "-1"], ["--seed", "-1"]),
        (["folder", "-1.5,52.4"], ["folder", "-1.5,52.4"]),
    ],
)
def test_a_place_west_of_greenwich_belongs_to_its_option(given, read):
    """The command line would take -1.5,52.4 for an option; nothing else is changed."""
    assert places_joined(given) == read
