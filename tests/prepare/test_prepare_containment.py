"""Containment from a project: units by table or station, a suspect, exits, real roads; what is wrong is told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.travel import network
from optimiser.roads import snap, times_between


def test_times_are_those_of_the_roads(county):
    """A unit at a station arrives when the road says, plus half a minute to set up; the suspect left 3 minutes ago."""
    project = load(county)
    area = str(project.areas["area_id"].iloc[30])
    question = ask(project, "containment", {"seen_at": area, "horizon_min": 3, "seen_ago_min": 1})
    problem, roads = question.problem, network(project)
    k = problem.unit_ids.index("ST2")
    at = next(
        p
        for s, p in zip(project.stations["station_id"], project.stations.geometry, strict=True)
        if s == "ST2"
    )
    start = snap(roads, np.array([[at.x, at.y]]), driver="standard")
    junction = np.array([int(p.rsplit("(J", 1)[1][:-1]) for p in problem.place_ids])
    told = times_between(roads, start, junction, driver="standard")[0] + 30.0
    assert problem.arrive_s[k] == pytest.approx(told, abs=1e-3)
    assert problem.bands[0] == "fast"
    assert problem.suspect_s[0][problem.start].min() < -50  # a minute ago, less the way to the first junction
    drive_s = (problem.suspect_s[0] + 60.0) * 1.3
    assert ((drive_s > 180 * 1.3) == problem.exits)[
        ~problem.start
    ].mean() > 0.95  # beyond the horizon, or the map's rim


def test_solved_and_told(county, capsys):
    """A unit at every area: proved; each post in words; the plan as a table."""
    project = load(county)
    areas = [str(a) for a in project.areas["area_id"]]
    rows = "".join(f"U{k},{a},advanced,0\n" for k, a in enumerate(areas))
    (county / "units.csv").write_text("unit_id,area_id,driver,free_in_min\n" + rows)
    options = [f"seen_at={areas[30]}", "horizon_min=4", "seen_ago_min=0.5", "units=units.csv", "band=slow"]
    sets = [x for o in options for x in ("--set", o)]
    code = main(["solve", "containment", str(county), *sets, "--quiet"])
    said = capsys.readouterr()
    assert code in (Exit.DONE, Exit.INFEASIBLE), said.err
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    result = json.loads((run / "result.json").read_text())
    if code == Exit.INFEASIBLE:
        assert "cannot be cut" in said.out
    else:
        assert result["status"] == "optimal"
        assert "Post 1: U" in said.out
        assert (run / "plan.csv").read_text().splitlines()[0] == "post,unit,minutes"


def test_a_blockade_of_named_exits(county, capsys):
    """Three exits at areas' places, one unit a station: the last arrival is proved smallest."""
    areas = [str(a) for a in load(county).areas["area_id"]]
    (county / "exits.csv").write_text(
        "exit_id,area_id\n" + "".join(f"X{k},{areas[k * 17]}\n" for k in range(3))
    )
    code = main(
        ["solve", "containment", str(county), "--set", "aim=block", "--set", "exits=exits.csv", "--quiet"]
    )
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "at X0 after" in said.out
    assert "proved best" in said.out
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    assert (run / "map.png").stat().st_size > 20_000


@pytest.mark.parametrize(
    ("choices", "files", "message"),
    [
        ({}, {}, "last place"),
        ({"aim": "block"}, {}, "needs exits"),
        ({"seen_at": "nowhere"}, {}, "neither longitude"),
        ({"seen_at": "12.0,48.0"}, {}, "km from every street"),
        (
            {"seen_at": "AREA", "units": "units.csv"},
            {"units.csv": "unit_id,lon,lat\nA,,\nB,500,1\n,1,1\n"},
            r"line 2: A has no place|line 2.*line 3.*line 4",
        ),
        (
            {"seen_at": "AREA", "units": "units.csv"},
            {"units.csv": "unit_id,area_id,driver\nA,AREA,expert\n"},
            "no driver class expert",
        ),
        (
            {"seen_at": "AREA", "units": "units.csv"},
            {"units.csv": "unit_id,area_id\nA,AREA\nA,AREA\n"},
            "stands twice",
        ),
        (
            {"aim": "block", "exits": "exits.csv"},
            {"exits.csv": "exit_id,area_id\nA,AREA\nB,AREA\n"},
            "same junction",
        ),
    ],
)
def test_bad_input_is_named(county, choices, files, message):
    """What, where, what to do; nothing is solved."""
    project = load(county)
    area = str(project.areas["area_id"].iloc[5])
    for name, text in files.items():
        (county / name).write_text(text.replace("AREA", area))
    chosen = {k: v.replace("AREA", area) for k, v in choices.items()}
    with pytest.raises(InputError, match=message):
        ask(project, "containment", chosen)


def test_what_if_a_post_is_lost(county, capsys):
    """A unit at every area: each post lost in turn is planned anew without it, or it is said why not."""
    areas = [str(a) for a in load(county).areas["area_id"]]
    rows = "".join(f"U{k},{a},advanced,0\n" for k, a in enumerate(areas))
    (county / "units.csv").write_text("unit_id,area_id,driver,free_in_min\n" + rows)
    options = [
        f"seen_at={areas[30]}",
        "horizon_min=4",
        "seen_ago_min=0.2",
        "units=units.csv",
        "band=slow",
        "setup_min=0.1",
    ]
    assert (
        main(["lost-posts", str(county), *[x for o in options for x in ("--set", o)], "--json"]) == Exit.DONE
    )
    told = json.loads(capsys.readouterr().out)
    assert [r["unit"] for r in told["lost"]]
    assert {r["unit"] for r in told["lost"]} == set(told["posts"])
    for row in told["lost"]:
        assert row["status"] in ("optimal", "feasible", "infeasible")
        assert all(unit != row["unit"] for unit, _, _ in row["moves"])
