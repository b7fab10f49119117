"""Strength from a project: districts hand over their work, a table says who is where, the answer is told and kept."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.demand.queueing import erlang_c
from optimiser.demand.workload import from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from optimiser.prepare.strength import service_curves


@pytest.fixture
def asked(county):
    """A county whose beats hand over their work, eleven officers in each, two unfit in the first."""
    project = load(county)
    ids = sorted({d for d in project.areas["beat_id"] if d} or {d for d in project.areas["district_id"] if d})
    plan = "beats" if any(project.areas["beat_id"]) else "districts"
    rows = [f"{d},11,{2 if k == 0 else 0},3," for k, d in enumerate(ids)]
    (county / "strength.csv").write_text("district_id,assigned,unfit,minimum,most\n" + "\n".join(rows) + "\n")
    return county, plan, ids


def test_work_is_handed_over(asked):
    """All placed work is some district's; weights of a priority add its hours again."""
    county, plan, ids = asked
    project = load(county)
    problem = ask(project, "strength", {"plan": plan, "new_officers": 4}).problem
    assert list(problem.district_ids) == ids
    assert problem.work_h.sum() == pytest.approx(from_project(project).unit_s.sum() / 3600)
    assert problem.total() == 11 * len(ids) + 4
    heavier = ask(project, "strength", {"plan": plan, "new_officers": 4, "weights": {"1": 3}}).problem
    assert heavier.work_h.sum() > problem.work_h.sum()


def test_service_is_that_of_the_queue():
    """Whole cars on duty give Erlang's delay formula; more officers never give less."""
    load_h = np.tile(np.array([[3.0]]), (1, 168))
    found = service_curves(load_h, np.ones((1, 168)), 40, 42.0)  # four officers keep one car on duty
    for cars in (4, 6, 10):
        assert found[0, 4 * cars] == pytest.approx(1 - erlang_c(cars, 3.0))
    assert found[0, 8] == 0.0
    assert (np.diff(found) >= 0).all()


def test_solved_and_told(asked, capsys):
    """Proved and confirmed; who gets and who gives; the plan as a table that adds up."""
    county, plan, ids = asked
    code = main(
        ["solve", "strength", str(county), "--set", f"plan={plan}", "--set", "new_officers=4", "--quiet"]
    )
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "The lowest service is that of" in said.out
    assert "aims, each among plans as good in those before, are proved best" in said.out
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    assert json.loads((run / "result.json").read_text())["status"] == "optimal"
    with (run / "plan.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [r["district_id"] for r in rows] == ids
    assert (run / "officers.png").exists()
    assert sum(int(r["change"]) for r in rows) == 4


def test_faults_are_named_together(asked):
    """A missing district, one too many, text for a number, more unfit than assigned; a plan that there is not."""
    county, plan, ids = asked
    project = load(county)
    table = county / "strength.csv"
    table.write_text(f"district_id,assigned\n{ids[0]},5\nnowhere,3\n")
    with pytest.raises(InputError, match="nowhere"):
        ask(project, "strength", {"plan": plan})
    table.write_text(f"district_id,assigned,unfit\n{ids[0]},five,0\n{ids[1]},2,3\n")
    with pytest.raises(InputError, match=r"line 2: assigned 'five'.*line 3: 3 unfit of 2"):
        ask(project, "strength", {"plan": plan})
    table.unlink()
    with pytest.raises(InputError, match="missing"):
        ask(project, "strength", {"plan": plan})
    table.write_text(f"district_id,assigned\n{ids[0]},5\n")
    with pytest.raises(UsageError, match="no plan"):
        ask(project, "strength", {"plan": "dreams"})
