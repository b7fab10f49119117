"""Shift design from a project: the requirement of ``shifts`` and shifts on offer; solved and told."""

from __future__ import annotations

import csv
import json

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.project import load
from optimiser.prepare.questions import ask


def test_the_need_is_the_requirement_of_shifts(county):
    """Slot by slot the same officers."""
    project = load(county)
    asked = ask(project, "shift_design", {}).problem
    assert asked.need.tolist() == ask(project, "shifts", {}).problem.requirement.tolist()
    assert len(asked.shift_ids) == 3 * 24


def test_solved_and_told(county, capsys):
    """Few shifts: a plan, in words and as a table; its bound beside it."""
    chosen = ("lengths_h=[8,12]", "start_every_h=2", "shift_price=40")
    code = main(
        [
            "solve", "shift_design", str(county), "--quiet", "--time-limit", "20", "--accept-gap",
            *(x for c in chosen for x in ("--set", c)),
        ]
    )  # fmt: skip
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    assert "different shift" in said.out
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    assert json.loads((run / "result.json").read_text())["status"] in ("optimal", "feasible")
    rows = list(csv.DictReader((run / "plan.csv").read_text().splitlines()))
    assert {r["day"] for r in rows} == {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
    assert (run / "workbook.xlsx").exists()
