"""Facilities from a project and two small tables; what is wrong with these is told together."""

from __future__ import annotations

import json

import numpy as np
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare.questions import ask

SITES = "site_id,area_id,lon,lat,cost,opens,existing\nST1,,,,4,,yes\nST2,,,,3,,yes\nnew,{area},,,5,2035,\n"


@pytest.fixture
def asked(county):
    """A county with a growth table and three sites: two stations that may close, a new one from 2035."""
    project = load(county)
    area = str(project.areas["area_id"].iloc[3])
    (county / "growth.csv").write_text(f"area_id,year,factor\n{area},2030,1.5\n{area},2040,6\n")
    (county / "sites.csv").write_text(SITES.format(area=area))
    return county, area


def test_calls_grow_and_sites_are_placed(asked):
    """The area's calls by year; stations of the project that the list leaves out stay and are kept."""
    county, area = asked
    project = load(county)
    problem = ask(project, "facilities", {"target_min": 2, "budget": 5}).problem
    calls = from_project(project).calls.sum(axis=1)
    i = problem.area_ids.index(area)
    assert problem.years == ("2030", "2040")
    assert problem.calls[:, i] == pytest.approx([1.5 * calls[i], 6 * calls[i]])
    assert np.delete(problem.calls[1], i) == pytest.approx(np.delete(calls, i))
    assert problem.site_ids[:3] == ("ST1", "ST2", "new")
    assert problem.opens.tolist()[:3] == [0, 0, 1]
    assert set(problem.params.kept) == {f"ST{k}" for k in range(3, 7)}
    assert problem.reaches[2, i]


def test_solved_and_told(asked, capsys):
    """Proved; in words what opens when; the plan as a table; within the budget."""
    county, _ = asked
    code = main(["solve", "facilities", str(county), "--set", "target_min=2", "--set", "budget=5", "--quiet"])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "2030: " in said.out
    assert "within reach" in said.out
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    assert json.loads((run / "result.json").read_text())["status"] == "optimal"
    rows = (run / "plan.csv").read_text().splitlines()
    assert rows[0] == "year,site_id"
    assert {r.split(",")[1] for r in rows[1:] if r.startswith("2040")} >= {"ST3", "ST4", "ST5", "ST6"}
    assert (run / "workbook.xlsx").exists()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "growth.csv",
            "area_id,year,factor\nnowhere,2030,2\n1,20,2\n1,2030,-1\n",
            r"line 2: 'nowhere' is not an area; line 3: '20' is no year; line 4: '-1' is no factor",
        ),
        ("growth.csv", "place,year,factor\nAtlantis,2030,2\n", "'Atlantis' is no place of places.csv"),
        ("growth.csv", "area_id,factor\nx,1\n", "no column year"),
        ("sites.csv", "site_id,cost\nhill,4\n", "Sites without a place: hill"),
        ("sites.csv", "site_id,cost,lon,lat\na,x,1,1\nb,1,500,1\nb2,1,5,\n", r"line 2: 'x'.*line 3.*line 4"),
        ("sites.csv", "site_id,cost\nST1,4\nST1,4\n", "line 3: site 'ST1' stands twice"),
    ],
)
def test_bad_tables_are_told_together(asked, file, content, message):
    """By line, all together, before anything is solved."""
    county, _ = asked
    (county / file).write_text(content)
    with pytest.raises(InputError, match=message):
        ask(load(county), "facilities", {"target_min": 2})


@pytest.mark.parametrize("file", ["sites.csv", "growth.csv"])
def test_a_table_that_is_not_there_is_described(asked, file):
    """A new user has neither: what each holds is said, not only that it is missing."""
    county, _ = asked
    (county / file).unlink()
    with pytest.raises(InputError, match=rf"{file}: there is no such table.*area_id.*year.*factor.*site_id"):
        ask(load(county), "facilities", {"target_min": 2, "budget": 5})


def test_growth_by_place_and_an_area_of_its_own(asked):
    """A place grows by two, one of its areas by three: its own row goes first."""
    county, area = asked
    project = load(county)
    ids = [str(a) for a in project.areas["area_id"]]
    (county / "places.csv").write_text("area_id,ward\n" + "".join(f"{a},West\n" for a in ids[:6]))
    (county / "growth.csv").write_text(f"area_id,place,year,factor\n,West,2030,2\n{area},,2030,3\n")
    project = load(county)
    problem = ask(project, "facilities", {"target_min": 2}).problem
    factor = problem.calls[0] / from_project(project).calls.sum(axis=1)
    assert factor[3] == pytest.approx(3)
    assert np.delete(factor[:6], 3) == pytest.approx([2] * 5)
    assert factor[6:] == pytest.approx([1] * (len(ids) - 6))
