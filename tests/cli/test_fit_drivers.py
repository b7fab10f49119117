"""``optimiser fit-drivers``: drives of the force's own cars change every later drive time of the project."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.prepare.travel import area_points, network, times_s
from optimiser.roads import snap, times_between
from optimiser.roads.graph import LON_LAT


def write_drives(county, factor: float, n: int = 80) -> None:
    """Drives between areas, as the model has them times a factor."""
    project = load(county)
    roads, points = network(project), area_points(project)
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, len(points), (2, n))
    start, end = snap(roads, points[a], driver="standard"), snap(roads, points[b], driver="standard")
    seconds = np.diag(times_between(roads, start, end, driver="standard")).astype(float) * factor
    lon, lat = Transformer.from_crs(roads.crs, LON_LAT, always_xy=True).transform(points[:, 0], points[:, 1])
    rows = [
        f"{lon[i]:.7f},{lat[i]:.7f},{lon[j]:.7f},{lat[j]:.7f},{s:.2f},standard\n"
        for i, j, s in zip(a, b, seconds, strict=True)
        if s > 30
    ]
    (county / "drives.csv").write_text("from_lon,from_lat,to_lon,to_lat,seconds,driver\n" + "".join(rows))


def test_a_fitted_class_is_kept_and_used(county, capsys):
    """Cars that take 0.8 of the model's time: told, kept, and every later drive is 0.8 as long; basic ones are not."""
    write_drives(county, 0.8)
    project = load(county)
    points = area_points(project)[:8]
    before = {d: times_s(project, points, points, driver=d) for d in ("standard", "basic")}
    command = ["fit-drivers", str(county), "--drives", str(county / "drives.csv")]
    assert main([*command, "--keep"]) == Exit.DONE
    assert "recorded drives of standard" in capsys.readouterr().out
    after = {d: times_s(project, points, points, driver=d) for d in ("standard", "basic")}
    far = before["standard"] > 120
    assert after["standard"][far] / before["standard"][far] == pytest.approx(0.8, abs=0.03)
    assert np.array_equal(after["basic"], before["basic"])


@pytest.mark.parametrize(
    ("text", "options", "code", "message"),
    [
        (
            "from_lon,from_lat,to_lon,to_lat,seconds\n1,2,3,4,-5\n1,200,3,4,5\n",
            [],
            Exit.INPUT,
            "line 2.*line 3",
        ),
        (
            "from_lon,from_lat,to_lon,to_lat,seconds,driver\n1,2,3,4,5,van\n",
            [],
            Exit.INPUT,
            "no drive of driver class",
        ),
        ("from_lon,from_lat,to_lon,to_lat,seconds\n", ["--model", "wild"], Exit.INPUT, "no model 'wild'"),
        ("from_lon,from_lat,to_lon,to_lat,seconds\n", ["--driver", "expert"], Exit.USAGE, "no driver class"),
    ],
)
def test_slips(county, capsys, text, options, code, message):
    """One line, the right exit code."""
    import re

    (county / "drives.csv").write_text(text)
    assert main(["fit-drivers", str(county), "--drives", str(county / "drives.csv"), *options]) == code
    assert re.search(message, capsys.readouterr().err)


def test_a_damaged_drivers_file_is_told(county, capsys):
    """By class and key."""
    (county / "drivers.toml").write_text("[standard]\nboulevard = 0.9\n")
    assert main(["reach", str(county), "--minutes", "3"]) == Exit.INPUT
    assert "boulevard" in capsys.readouterr().err
