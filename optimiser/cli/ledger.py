"""``ledger``: the time split measured, planned and simulated, side by side, by sector, and what a point costs."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table
from optimiser.cli.studies import SOLVES_FOLDER, STUDIES_FOLDER


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    ledger = commands.add_parser(
        "ledger", parents=[common], help="time split of a shift plan: measured, planned, simulated"
    )
    ledger.add_argument("folder", type=Path, help="the project folder")
    ledger.add_argument("--plan", help="a run of shifts, or rota (today's); a plan is made where left out")
    ledger.add_argument(
        "--sectors",
        metavar="PLAN",
        help="by sector: districts, current or a plan's name; each planned by itself",
    )
    ledger.add_argument(
        "--lend",
        action="store_true",
        help="with --sectors: the same weeks with sectors lending units, besides",
    )
    ledger.add_argument("--weeks", type=values.whole(4, 1000), default=28, help="weeks to simulate (28)")
    ledger.add_argument(
        "--points", action="store_true", help="officers that each further point on calls costs"
    )
    ledger.add_argument(
        "--protected",
        type=values.whole(0, 8),
        default=0,
        metavar="N",
        help="proactive half-hours planned in every tour that only the most urgent grade ends (0)",
    )
    ledger.add_argument(
        "--chart", type=Path, metavar="FILE", help="draw it (.png, .pdf); by sector one picture each"
    )
    ledger.add_argument(
        "--workbook", type=Path, metavar="FILE", help="write all of it into a workbook (.xlsx)"
    )
    ledger.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="choices of the question"
    )
    ledger.add_argument(
        "--time-limit", type=values.seconds, default=30.0, metavar="SECONDS", help="of each plan (30)"
    )
    ledger.set_defaults(run=run_ledger)


def run_ledger(a: argparse.Namespace) -> int:
    """Plan or take the plan, simulate it, and print the split."""
    from optimiser.data.project import load
    from optimiser.errors import UsageError
    from optimiser.report.figures_ledger import ledger_sheets
    from optimiser.solve.options import SolveOptions
    from optimiser.studies.ledger import ledger_of, lending_of
    from optimiser.studies.series import NoPlanError, Series

    if a.plan and a.sectors:
        raise UsageError("--sectors plans every sector anew: leave out --plan.")
    if a.lend and not a.sectors:
        raise UsageError("--lend is between sectors: name them with --sectors PLAN.")
    project = load(a.folder)
    with stop_on_interrupt() as asked, Line("ledger", quiet=a.quiet) as line:
        options = SolveOptions(time_limit_s=a.time_limit, confirm=False)
        series = Series(
            "shifts",
            options=options,
            budget_s=math.inf,
            folder=a.folder / STUDIES_FOLDER / SOLVES_FOLDER,
            on_progress=line,
            should_stop=asked,
        )
        with series:
            try:
                parts, sector_of = _parts(a, project, series)
                ledgers, found = [], []
                for part in parts:
                    one = ledger_of(
                        part, project, series, weeks=a.weeks, protected=a.protected, points=a.points
                    )
                    ledgers.append(one)
                    found.append(_one(a, one))
                lent = lending_of(parts, project, sector_of, a.weeks) if a.lend else None
            except NoPlanError as none:
                say(str(none))
                return Exit.INFEASIBLE if none.impossible else Exit.NO_PLAN
    told: Any = found if lent is None else {"sectors": found, "lending": _lend(a, ledgers[0], lent)}
    if a.workbook:
        _write(a, project, ledger_sheets(ledgers, lent), told)
    _keep(a, project, ledgers, lent)
    if a.json:
        show_json(told)
    return Exit.DONE


def _parts(a: argparse.Namespace, project: Any, series: Any) -> tuple[list[Any], Any]:
    """Return the whole, or each sector, and the sector of each area."""
    from optimiser.cli.plans import ROTA, assignment_of, question_and_plans, settings_of
    from optimiser.errors import InputError
    from optimiser.studies.ledger_parts import by_sector, whole

    table_ = settings_of(a.set, "shifts")
    if a.sectors:
        sector_of = assignment_of(project, a.sectors)
        return by_sector(project, series, table_, sector_of), sector_of
    if a.plan and a.plan != ROTA:
        question, plans, _ = question_and_plans(project, [a.plan], [])
        if question.family != "shifts":
            raise InputError(f"Run {a.plan} is about {question.family}, not shifts.")
        return [whole(project, series, table_, planned=(question.problem, plans[a.plan]))], {}
    return [whole(project, series, table_, rota=a.plan == ROTA)], {}


def _keep(a: argparse.Namespace, project: Any, ledgers: list[Any], lent: Any) -> None:
    """Keep the answer as a study of the project, which the app draws."""
    import json

    from optimiser.batch.runner import input_digests
    from optimiser.batch.study_ledger import ledger_answer, title_of
    from optimiser.cli.kept import keep
    from optimiser.cli.plans import settings_of

    given = {"plan": a.plan or "", "sectors": a.sectors or "", "lend": a.lend, "weeks": a.weeks}
    keep(
        a.folder,
        ledger_answer(ledgers, lent),
        family="shifts",
        title=title_of(given),
        content=json.dumps(input_digests(project), sort_keys=True),
        choices=settings_of(a.set, "shifts"),
        given=given | {"points": a.points, "protected": a.protected},
    )


def _write(a: argparse.Namespace, project: Any, book: Any, found: Any) -> None:
    """Write the workbook: sheets of all sectors, the sentences as notes."""
    from optimiser.report.workbook import write_workbook
    from optimiser.studies.ledger_parts import WHOLE

    lines = found if isinstance(found, list) else found["sectors"]
    notes = [f"{project.settings.name}, {a.weeks} simulated weeks."]
    for line in lines:
        name = "" if line["sector"] == WHOLE else f"Sector {line['sector']}: "
        notes += [f"{name}{sentence}" for sentence in line["in_words"]]
    if isinstance(found, dict):
        notes += found["lending"]["in_words"]
    path = a.workbook if a.workbook.suffix == ".xlsx" else a.workbook.with_name(f"{a.workbook.name}.xlsx")
    say(f"Workbook: {write_workbook(path, book, notes)}")


def _lend(a: argparse.Namespace, first: Any, found: Any) -> Any:
    """Show the sectors with lending; return it as JSON holds it."""
    from optimiser.report import words_ledger
    from optimiser.report.figures_ledger import ceiling_frac

    said = words_ledger.lending_said(found, ceiling_frac(first))
    if not a.json:
        show("")
        show(table(words_ledger.lending_rows(found), list(words_ledger.LENDING_HEADER)))
        for sentence in said:
            show(f"- {sentence}")
    return asdict(found) | {"in_words": [s.replace("\u00a0", " ") for s in said]}


def _one(a: argparse.Namespace, found: Any) -> Any:
    """Show one part's ledger; return it as JSON holds it."""
    from optimiser.problems.shifts.ledger import CLASSES
    from optimiser.problems.shifts.measures import shortage_h, surplus_h
    from optimiser.report import words_ledger
    from optimiser.report.figures_ledger import part_said
    from optimiser.studies.ledger_parts import WHOLE
    from optimiser.studies.split_ledger import best_reachable

    problem, duty = found.part.problem, found.duty
    sentences = part_said(found)
    if not a.json:
        show("" if found.name == WHOLE else f"Sector {found.name}")
        show(table(words_ledger.rows(found.lines), list(words_ledger.HEADER)))
        for sentence in sentences:
            show(f"- {sentence}")
    return {
        "picture": _picture(a, found.name, found.lines),
        "planned_by_hour_h": found.split.by_hour_of_week().tolist(),
        "simulated_by_hour_h": found.weeks.by_hour.tolist(),
        "classes": list(CLASSES),
        "sector": found.name,
        "split": [asdict(line) for line in found.lines],
        "best_of_required_hours": found.reach,
        "officers_today": None if found.now is None else found.now.officers,
        "best_of_today": found.of_today,
        "points": [asdict(p) for p in found.points or ()],
        "short_h": shortage_h(problem, duty),
        "surplus_h": surplus_h(problem, duty),
        "best_of_planned_hours": best_reachable(problem, float(duty.sum()) * problem.slot_h)
        if duty.any()
        else {},
        "rules": [asdict(r) for r in found.rules],
        "besides": [asdict(o) for o in found.others],
        "weeks": a.weeks,
        "in_words": [s.replace("\u00a0", " ") for s in sentences],
    }


def _picture(a: argparse.Namespace, name: str, lines: Any) -> str:
    """Draw the ledger of one sector into the file asked for; "" where none is."""
    if not a.chart:
        return ""
    from optimiser.report.chart_ledger import ledger_chart
    from optimiser.report.sheet import save
    from optimiser.studies.ledger_parts import WHOLE

    path = a.chart if name == WHOLE else a.chart.with_stem(f"{a.chart.stem}-{name}")
    return str(save(ledger_chart(lines, "" if name == WHOLE else name, weeks=a.weeks), path))
