"""``plan``: a planner's own plan, in and out, checked, and what one move does to it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.cli.options import choices_option
from optimiser.report.phrases import broken_rule, shown_value

PLAN_HELP = "a run, current (beats in use), districts (districts in use), a name in plans/, or a CSV file"
SEPARATORS = {",": ",", "comma": ",", ";": ";", "semicolon": ";", "tab": "\t", "|": "|", "pipe": "|"}
_MOST_SAID = 20
_ROUNDING = 1e-9
"""A figure that changes by less, against itself, has not changed."""


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    plan = commands.add_parser(
        "plan", help="a plan of your own: import, export, check, move, complete, repair, polish"
    )
    actions = plan.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str, run: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=text)
        made.add_argument("folder", type=Path, help="the project folder")
        made.set_defaults(run=run)
        return made

    _add_files(action)
    check = action("check", "what a plan breaks, where, and its measures", run_check)
    check.add_argument("plan", help=PLAN_HELP)
    choices_option(check)
    move = action("move", "what moving areas to another district does", run_move)
    move.add_argument("plan", help=PLAN_HELP)
    move.add_argument("areas", nargs="+", metavar="AREA", help="areas to move")
    move.add_argument("--to", required=True, metavar="DISTRICT", help="the district they go to")
    move.add_argument("--keep-centres", action="store_true", help="centres stay where they are")
    choices_option(move)
    add_save(move)
    from optimiser.cli import plan_solve

    plan_solve.add(action)


def _add_files(action: Any) -> None:
    read = action("import", "take a plan file into the project", run_import)
    read.add_argument("file", type=Path, help="area_id and district_id, perhaps beat_id; , ; tab or |")
    read.add_argument("--name", help="name of the plan (the file's)")
    read.add_argument("--again", action="store_true", help="replace a plan of that name")
    write = action("export", "write a plan as a table", run_export)
    write.add_argument("plan", help=PLAN_HELP)
    write.add_argument("file", type=Path, help="the file to write")
    write.add_argument("--beats", help="the plan that gives the column beat_id")
    write.add_argument(
        "--separator", choices=sorted(SEPARATORS), default=",", help="between the columns (a comma)"
    )


def add_save(parser: argparse.ArgumentParser) -> None:
    """Add the options to keep a plan that comes out."""
    parser.add_argument("--save", metavar="NAME", help="keep the plan in the project under this name")
    parser.add_argument("--again", action="store_true", help="replace a plan of that name")


def run_import(a: argparse.Namespace) -> int:
    """Read a plan file, say all that is wrong with it, and keep it if it can be used."""
    from optimiser.data.canonical import PLANS_FOLDER
    from optimiser.data.plans import check_name, keep_plan, other_names, read_plan_file
    from optimiser.data.project import load

    name = a.name or a.file.name.split(".")[0]
    check_name(name)
    project = load(a.folder)
    file = read_plan_file(a.file, other_names(project.areas)).usable()
    path = keep_plan(project.folder / PLANS_FOLDER, name, file.district_of, file.beat_of, again=a.again)
    found = {
        "plan": name,
        "file": str(path),
        "areas": len(file.district_of),
        "districts": len(set(file.district_of.values())),
        "beats": len(set(file.beat_of.values())),
        "missing": list(file.missing),
        "doubled": [{"line": n, "area": i, "first_line": first} for n, i, first in file.doubled],
        "notes": list(file.notes),
    }
    if a.json:
        show_json(found)
        return Exit.DONE
    beats = f" and {found['beats']} beats" if file.beat_of else ""
    show(f"Plan {name}: {found['areas']} areas in {found['districts']} districts{beats}")
    for note in file.notes:
        show(f"- {note}")
    if file.missing:
        show(f"- complete it with: optimiser plan complete {a.folder} {name}")
    say(f"Kept as {path}")
    return Exit.DONE


def run_export(a: argparse.Namespace) -> int:
    """Write a plan as a table that no spreadsheet takes for formulas."""
    from optimiser.cli.plans import assignment_of
    from optimiser.data.plans import BEATS
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.report.plans import write_table

    project = load(a.folder)
    district_of = assignment_of(project, a.plan)
    beats = a.beats or (f"{a.plan}{BEATS}" if f"{a.plan}{BEATS}" in project.plans else "")
    beat_of = assignment_of(project, beats) if beats else {}
    ids = [str(i) for i in project.areas["area_id"]]
    rows = [
        {"area_id": i, "district_id": district_of[i], "beat_id": beat_of.get(i, "")}
        for i in ids
        if district_of.get(i)
    ]
    columns = ("area_id", "district_id", *(["beat_id"] if beats else []))
    try:
        write_table(a.file, columns, rows, SEPARATORS[a.separator])
    except OSError as error:
        raise InputError(f"{a.file} cannot be written: {error.strerror or error}.") from error
    if a.json:
        show_json({"plan": a.plan, "file": str(a.file), "areas": len(rows)})
    else:
        left = len(ids) - len(rows)
        show(f"{a.plan}: {len(rows)} areas to {a.file}" + (f"; {left} have no district" if left else ""))
    return Exit.DONE


def run_check(a: argparse.Namespace) -> int:
    """Print what a plan breaks, and its measures."""
    from optimiser.data.project import load

    return check_plan(load(a.folder), a.plan, a.set, as_json=a.json)


def check_plan(project: Any, name: str, choices: list[str], *, as_json: bool) -> int:
    """Judge one plan: every broken rule and where, in words and as a table, and the measures beside."""
    from optimiser import registry
    from optimiser.cli.plans import question_and_plans
    from optimiser.compare import judge

    question, plans, results = question_and_plans(project, [name], choices)
    judged = judge(registry.family(question.family), question.problem, name, plans[name], results.get(name))
    rows = _broken_rows(question, judged)
    if as_json:
        show_json(
            {
                "plan": name,
                "violations": [asdict(v) | r for v, r in zip(judged.violations, rows, strict=True)],
                "objectives": [asdict(o) for o in judged.objectives],
                "measures": [asdict(m) for m in judged.measures],
            }
        )
        return Exit.INPUT if rows else Exit.DONE
    show(f"{name}: {_rules(len(rows))}")
    for row in rows[:_MOST_SAID]:
        show(f"- {row['words']}")
    if len(rows) > _MOST_SAID:
        show(f"- and {len(rows) - _MOST_SAID} more; all of them:")
        show("")
        header = ["rule", "districts", "areas", "found", "limit", "unit"]
        show(table([_cells(v, r) for v, r in zip(judged.violations, rows, strict=True)], header))
    _say_where_from(question)
    show("")
    show(
        table(
            [[m.name, *shown_value(m.value, m.unit)] for m in judged.measures], ["measure", "value", "unit"]
        )
    )
    return Exit.INPUT if rows else Exit.DONE


def _rules(n_broken: int) -> str:
    from optimiser.report.phrases import count

    return count(n_broken, "broken rule") if n_broken else "every rule is kept"


def _say_where_from(question: Any) -> None:
    """Say where the drives begin, so that figures of the same plan judged from stations are no surprise."""
    from optimiser.report.words_sectors import served_from

    said = served_from(question.problem) if question.family == "sectors" else ""
    if said:
        show(f"- {said} From the stations: --set centres=stations.")


def _broken_rows(question: Any, judged: Any) -> list[dict[str, Any]]:
    if question.family != "sectors":
        return [{"words": f"{broken_rule(v)}."} for v in judged.violations]
    from optimiser.problems.sectors.faults import faults

    return [
        {"words": f.words, "districts": list(f.districts), "areas": list(f.areas)}
        for f in faults(question.problem, judged.plan, judged.violations)
    ]


def _cells(violation: Any, row: dict[str, Any]) -> list[Any]:
    found, unit = shown_value(violation.found, violation.unit)
    limit, _ = shown_value(violation.limit, violation.unit)
    where = row if "districts" in row else {"districts": [violation.where], "areas": []}
    return [violation.rule, ", ".join(where["districts"]), _some(where["areas"]), found, limit, unit]


def _some(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def run_move(a: argparse.Namespace) -> int:
    """Print what a move does to rules, objectives and measures."""
    from optimiser.cli.plans import question_and_plans
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.problems.sectors.moves import Moves

    project = load(a.folder)
    question, plans, _ = question_and_plans(project, [a.plan], a.set)
    if question.family != "sectors":
        raise InputError(
            f"{a.plan} is a plan of {question.family}: only areas of a sector plan can be moved."
        )
    effect = Moves(question.problem, plans[a.plan], follow=not a.keep_centres).preview(a.areas, a.to)
    if a.save:
        save(project, a.save, effect.plan.district_of, again=a.again)
    if a.json:
        show_json(
            {
                "plan": a.plan,
                "moved": list(a.areas),
                "to": a.to,
                "objectives": [asdict(c) for c in effect.objectives],
                "measures": [asdict(c) for c in effect.measures],
                "broken": [asdict(v) for v in effect.broken],
                "mended": [asdict(v) for v in effect.mended],
            }
        )
        return Exit.DONE
    there = [i for i in a.areas if plans[a.plan].district_of.get(i) == a.to]
    if there:
        one = len(there) == 1
        show(
            f"- {', '.join(there)} {'lies' if one else 'lie'} in {a.to} already, and {'stays' if one else 'stay'}."
        )
    _show_effect(question.problem, plans[a.plan], effect)
    return Exit.DONE


def _show_effect(problem: Any, before: Any, effect: Any) -> None:
    from optimiser.problems.sectors.faults import faults

    for said, plan, broken in (("breaks", effect.plan, effect.broken), ("mends", before, effect.mended)):
        for fault in faults(problem, plan, broken):
            show(f"- {said} {fault.violation.rule}: {fault.words}")
    if not effect.broken:
        show("- breaks no rule that was kept")
    if not any(problem.params.centres()):
        show("- Centres are the best place of each district; from the stations: --set centres=stations.")
    show("")
    rows = []
    for c in (*effect.objectives, *effect.measures):
        before_, unit = shown_value(c.before or 0.0, c.unit)
        after, _ = shown_value(c.after or 0.0, c.unit)
        if abs(after - before_) > _ROUNDING * max(1.0, abs(before_)):
            rows.append([c.name, c.part, unit, before_, after, after - before_])
    show(table(rows, ["figure", "of", "unit", "before", "after", "change"]))


def save(project: Any, name: str, district_of: Any, *, again: bool) -> None:
    """Keep a plan in the project."""
    from optimiser.data.canonical import PLANS_FOLDER
    from optimiser.data.plans import keep_plan

    say(f"Kept as {keep_plan(project.folder / PLANS_FOLDER, name, dict(district_of), again=again)}")
