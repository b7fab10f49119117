"""``optimiser reach``: bands in the planner's units, a GeoPackage, incidents told, slips refused in one line."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit


def test_reach_of_all_stations(county, capsys, tmp_path):
    """More minutes reach more street; the GeoPackage holds the same kilometres; JSON is in metres and seconds."""
    out = tmp_path / "reach.gpkg"
    assert main(["reach", str(county), "--minutes", "2,4", "--out", str(out)]) == Exit.DONE
    assert "km of street" in capsys.readouterr().out
    assert main(["reach", str(county), "--minutes", "2,4", "--json"]) == Exit.DONE
    bands = json.loads(capsys.readouterr().out)["bands"]
    assert [b["limit_s"] for b in bands] == [120, 240]
    assert 0 < bands[0]["street_m"] < bands[1]["street_m"]
    assert 0 < bands[0]["area_frac"] <= bands[1]["area_frac"] <= 1
    streets, areas = gpd.read_file(out, layer="streets"), gpd.read_file(out, layer="reach")
    assert streets["length_m"].sum() == pytest.approx(bands[1]["street_m"], rel=0.01)
    assert streets["to_min"].max() <= 4
    assert areas.geometry.area.is_monotonic_increasing
    assert areas.geometry.is_valid.all()


def test_reach_with_a_road_closed(county, capsys, tmp_path):
    """A named street that is not there is said and left out; the rest goes on."""
    path = tmp_path / "incidents.csv"
    path.write_text("id,kind,street\nx1,closed,No Such Street\n")
    code = main(["reach", str(county), "--station", "ST1", "--incidents", str(path), "--hour", "Mon 08:00"])
    assert code == Exit.DONE
    assert "no street called 'No Such Street'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--station", "ST99"], Exit.USAGE, "no station ST99"),
        (["--at", "north"], Exit.USAGE, "longitude and latitude"),
        (["--minutes", "5,-1"], Exit.USAGE, "numbers above 0"),
        (["--hour", "Someday 8"], Exit.USAGE, "no hour of the week"),
        (["--driver", "expert"], Exit.USAGE, "no driver class"),
        (["--at", "12.0,48.0"], Exit.INPUT, "km from every street"),
        (["--traffic", "nowhere.csv"], Exit.INPUT, "nowhere.csv"),
    ],
)
def test_slips(county, capsys, options, code, message):
    """One line, the right exit code."""
    assert main(["reach", str(county), *options]) == code
    assert message in capsys.readouterr().err


def test_a_time_with_an_offset_is_told_while_the_line_is_read(county, capsys):
    """Incidents hold by the force's own wall clock; exit 2 before any work."""
    with pytest.raises(SystemExit, match="2"):
        main(["reach", str(county), "--time", "2026-03-02T08:00+01:00"])
    assert "without an offset" in capsys.readouterr().err
