"""``ledger``: the time split measured, planned and simulated, side by side, by sector, and what a point costs."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table
from optimiser.cli.ledger_parts import WHOLE, Part, parts_of
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
    from optimiser.solve.options import SolveOptions
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
                parts = parts_of(a, project, series)
                both = [_one(a, project, series, part) for part in parts]
                found: Any = [one for one, _ in both]
                if a.lend:
                    found = {"sectors": found, "lending": _lend(a, project, parts)}
            except NoPlanError as none:
                say(str(none))
                return Exit.INFEASIBLE if none.impossible else Exit.NO_PLAN
    if a.workbook:
        _write(a, project, [sheets for _, sheets in both], found)
    if a.json:
        show_json(found)
    return Exit.DONE


def _write(a: argparse.Namespace, project: Any, sheets: list[Any], found: Any) -> None:
    """Write the workbook: sheets of all sectors, the sentences as notes."""
    from optimiser.report.ledger_book import joined, lending_rows
    from optimiser.report.workbook import write_workbook

    lines = found if isinstance(found, list) else found["sectors"]
    notes = [f"{project.settings.name}, {a.weeks} simulated weeks."]
    for line in lines:
        name = "" if line["sector"] == WHOLE else f"Sector {line['sector']}: "
        notes += [f"{name}{sentence}" for sentence in line["in_words"]]
    book = joined(sheets)
    if isinstance(found, dict):
        notes += found["lending"]["in_words"]
        book["Lending"] = lending_rows(found["lending"]["lines"])
    path = a.workbook if a.workbook.suffix == ".xlsx" else a.workbook.with_name(f"{a.workbook.name}.xlsx")
    say(f"Workbook: {write_workbook(path, book, notes)}")


def _lend(a: argparse.Namespace, project: Any, parts: list[Part]) -> Any:
    """Show the sectors with lending; return it as JSON holds it."""
    from optimiser.cli.plans import assignment_of
    from optimiser.prepare.shift_sectors import centre_distances_m
    from optimiser.report import words_ledger
    from optimiser.studies.sector_lending import SectorRota, lending

    far = centre_distances_m(project, assignment_of(project, a.sectors), [p.name for p in parts])
    found = lending([SectorRota(p.name, p.problem, p.plan, p.stream()) for p in parts], far, weeks=a.weeks)
    ceiling = parts[0].problem.params.call_ceiling_frac + parts[0].problem.params.tolerance_frac
    said = words_ledger.lending_said(found, ceiling)
    if not a.json:
        show("")
        show(table(words_ledger.lending_rows(found), list(words_ledger.LENDING_HEADER)))
        for sentence in said:
            show(f"- {sentence}")
    return asdict(found) | {"in_words": [s.replace("\u00a0", " ") for s in said]}


def _one(a: argparse.Namespace, project: Any, series: Any, part: Part) -> tuple[Any, Any]:
    """Show one sector's ledger; return it as JSON holds it, and its sheets."""
    from optimiser.prepare.strength_today import strength_today
    from optimiser.problems.shifts.ledger import CLASSES, time_split
    from optimiser.problems.shifts.measures import shortage_h, surplus_h
    from optimiser.problems.shifts.rules import on_duty
    from optimiser.report import ledger_book, words_ledger
    from optimiser.studies.sector_rules import besides, rules_in
    from optimiser.studies.shift_simulation import simulate_weeks
    from optimiser.studies.split_ledger import best_reachable, side_by_side

    name, problem, plan = part.name, part.problem, part.plan
    duty = on_duty(problem, plan)
    weeks = simulate_weeks(problem, plan, part.stream(), weeks=a.weeks, protected_blocks=a.protected)
    measured, refused = _measured(project, name)
    lines = side_by_side(problem, plan, weeks, measured)
    hours = float(problem.requirement.sum()) * problem.slot_h
    reach = best_reachable(problem, hours)
    now = strength_today(project, part.sector)
    of_today = best_reachable(problem, now.officer_h) if now is not None and now.officer_h > 0 else {}
    points = _points(a, series, problem, of_today.get("calls", reach["calls"]))
    held = rules_in(part.rules, part.sector, problem)
    others = besides(part.rules, part.sector, problem, plan)
    sentences = [
        *words_ledger.cover(problem, plan),
        *words_ledger.away(problem, part.sector),
        *words_ledger.today(problem, now),
        *words_ledger.blocks(problem, plan, weeks),
        *words_ledger.simulated(problem, weeks),
        *_against_rota(a, part, weeks),
        *words_ledger.rules_of_sector(held, others),
        *(words_ledger.points(points) if a.points else ()),
        *refused,
    ]
    if not a.json:
        show("" if name == WHOLE else f"Sector {name}")
        show(table(words_ledger.rows(lines), list(words_ledger.HEADER)))
        for sentence in sentences:
            show(f"- {sentence}")
    planned_h = time_split(problem, plan).by_hour_of_week()
    found = {
        "picture": _picture(a, name, lines),
        "planned_by_hour_h": planned_h.tolist(),
        "simulated_by_hour_h": weeks.by_hour.tolist(),
        "classes": list(CLASSES),
        "sector": name,
        "split": [asdict(line) for line in lines],
        "best_of_required_hours": reach,
        "officers_today": None if now is None else now.officers,
        "best_of_today": of_today,
        "points": [asdict(p) for p in points],
        "short_h": shortage_h(problem, duty),
        "surplus_h": surplus_h(problem, duty),
        "best_of_planned_hours": best_reachable(problem, float(duty.sum()) * problem.slot_h)
        if duty.any()
        else {},
        "rules": [asdict(r) for r in held],
        "besides": [asdict(o) for o in others],
        "weeks": a.weeks,
        "in_words": [s.replace("\u00a0", " ") for s in sentences],
    }
    return found, ledger_book.sector_sheets(name, lines, weeks, planned_h, points, held)


def _against_rota(a: argparse.Namespace, part: Part, weeks: Any) -> list[str]:
    """Say whether a plan of the whole is worse than today's rota in the same simulated weeks."""
    from optimiser.report.words_ledger import against
    from optimiser.studies.shift_simulation import simulate_weeks

    rota = part.problem.existing
    if part.name != WHOLE or rota is None or rota == part.plan:
        return []
    return against("today's rota", weeks, simulate_weeks(part.problem, rota, part.stream(), weeks=a.weeks))


def _picture(a: argparse.Namespace, name: str, lines: Any) -> str:
    """Draw the ledger of one sector into the file asked for; "" where none is."""
    if not a.chart:
        return ""
    from optimiser.report.chart_ledger import ledger_chart
    from optimiser.report.sheet import save

    path = a.chart if name == WHOLE else a.chart.with_stem(f"{a.chart.stem}-{name}")
    return str(save(ledger_chart(lines, "" if name == WHOLE else name, weeks=a.weeks), path))


def _measured(project: Any, name: str) -> tuple[dict[str, float] | None, list[str]]:
    """Return the measured split of a sector, or why there is none."""
    from optimiser.demand.measured import measure
    from optimiser.errors import InputError

    try:
        found = measure(project)
    except InputError as error:
        return None, [str(error)] if name == WHOLE else []
    if name != WHOLE and name not in found.sectors:
        return None, []
    return found.split(name), []


def _points(a: argparse.Namespace, series: Any, problem: Any, today: float) -> Any:
    from optimiser.errors import InputError
    from optimiser.studies.split_ledger import price_of_points
    from optimiser.units import percent

    least = problem.params.call_ceiling_frac
    if not a.points or today <= least:
        return ()
    n = max(1, round(percent(today - least)))
    shares = [least + (today - least) * k / n for k in range(n + 1)]

    def solve(asked: Any) -> Any:
        found = series.solve(asked, "a point")
        if found is None:
            raise InputError(
                "Time is up before every point is priced; give --time-limit more, or leave out --points."
            )
        return found

    return price_of_points(problem, solve, shares)
