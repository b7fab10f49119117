"""``compare``: plans side by side; for sector plans what moves, who gains and who loses, and whether it is so."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.cli.options import choices_option
from optimiser.report.phrases import broken_rule, planner_value, shown_value
from optimiser.units import minutes, percent, percent_text

_MOST_ROWS = 12
_MOST_BROKEN = 20


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    compare = commands.add_parser(
        "compare", parents=[common], help="plans side by side, by the same rules and data"
    )
    compare.add_argument("folder", type=Path, help="the project folder")
    compare.add_argument(
        "plans",
        nargs="+",
        help="runs, current (beats in use), districts (districts in use), names in plans/, or CSV files",
    )
    choices_option(compare)
    compare.add_argument(
        "--samples",
        type=values.whole(0, 1000),
        default=0,
        metavar="N",
        help="draw the weeks anew so often, to tell whether the difference is larger than their chance (0)",
    )
    compare.add_argument("--workbook", type=Path, metavar="FILE", help="write a workbook (.xlsx)")
    compare.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help="draw what moves from the first plan to the second (.png, .pdf)",
    )
    compare.set_defaults(run=run_compare)


def run_compare(a: argparse.Namespace) -> int:
    """Print plans side by side; the first is the baseline."""
    from optimiser.cli.plans_compared import sector_entries
    from optimiser.data.project import load
    from optimiser.data.read import is_table
    from optimiser.problems.sectors.faults import faults

    project = load(a.folder)
    entries = sector_entries(project, a.plans, a.set)
    if entries is None:
        return _others(a, project)
    found = _compared(a, project, entries)
    if a.workbook:
        _workbook(a, project, entries, found)
    if a.map:
        _map(a, project, entries, found)
    names = [e.name for e in entries]
    if a.json:
        show_json(_as_json(found) | {"notes": [e.note for e in entries if e.note]})
        return Exit.DONE
    show(table([_row(r, names) for r in found.judged.rows()], ["measure", "unit", "better", *names]))
    for change in found.changes:
        show("")
        _show_change(entries[0].name, change, [g for g in found.gains if g.name == change.name])
        _show_groups([g for g in found.groups if g.name == change.name], project.settings.privacy_threshold)
    show("")
    for entry in entries:
        if entry.note:
            show(f"- {entry.note}")
    if not a.set and all(n == "districts" or n in project.plans or is_table(n) for n in a.plans):
        show(
            "- No run among them says what counts most: judged by least driving, each district from its best place. "
            'Otherwise: --set objective="cover then travel", --set centres=stations.'
        )
    for proof in found.proofs:
        show(f"- {proof.in_words()}")
    if found.proofs and not a.samples and project.calls is not None:
        say("How much of it is the chance of the weeks: add --samples 30.")
    for entry, judged in zip(entries, found.judged.judgements, strict=True):
        _show_broken(judged.name, [f.words for f in faults(entry.problem, entry.plan, judged.violations)])
    return Exit.DONE


def _show_broken(name: str, sentences: Sequence[str]) -> None:
    """Print the first broken rules of a plan, and how many are not printed."""
    for words in sentences[:_MOST_BROKEN]:
        show(f"- {name}: {words}")
    if len(sentences) > _MOST_BROKEN:
        show(f"- {name}: and {len(sentences) - _MOST_BROKEN} more broken rules; plan check lists them all.")


def _others(a: argparse.Namespace, project: Any) -> int:
    """Compare plans of another family: measures, broken rules, proof."""
    from optimiser import registry
    from optimiser.cli.plans import question_and_plans
    from optimiser.cli.plans_compared import judged_otherwise
    from optimiser.compare import compare

    question, plans, results = question_and_plans(project, a.plans, a.set)
    notes = judged_otherwise(project, a.plans, results)
    found = compare(registry.family(question.family), question.problem, plans, results)
    if a.json:
        violations = {j.name: [asdict(v) for v in j.violations] for j in found.judgements}
        show_json(
            {
                "measures": found.rows(),
                "violations": violations,
                "proof": found.distinguishable(),
                "notes": notes,
            }
        )
        return Exit.DONE
    show(table([_row(row, list(plans)) for row in found.rows()], ["measure", "unit", "better", *plans]))
    show("")
    for note in notes:
        show(f"- {note}")
    show(found.distinguishable())
    for judged in found.judgements:
        _show_broken(judged.name, [f"{broken_rule(v)}." for v in judged.violations])
    return Exit.DONE


def _compared(a: argparse.Namespace, project: Any, entries: Any) -> Any:
    from optimiser.compare_sectors import compare_sectors
    from optimiser.demand.workload import from_project

    samples: Any = ()
    if a.samples:
        from optimiser.cli.plans_compared import asked_again
        from optimiser.studies.weeks import resampled_questions

        _, again = asked_again(project, a.plans, a.set)
        samples = resampled_questions(project, again, a.samples)
    row = {str(i): k for k, i in enumerate(project.areas["area_id"])}
    at = [row[i] for i in entries[0].problem.area_ids]
    return compare_sectors(
        entries,
        people=project.areas["population"].to_numpy(dtype=float)[at],
        n_weeks=from_project(project).n_weeks,
        hide_below=float(project.settings.privacy_threshold),
        samples=samples,
        groups={group: residents[at] for group, residents in project.groups.items()},
    )


def _row(row: dict[str, Any], names: list[str]) -> list[Any]:
    """Return a row of the comparison in planner's units."""
    _, unit = shown_value(0.0, str(row["unit"]))
    cells = [None if row.get(n) is None else shown_value(float(row[n]), str(row["unit"]))[0] for n in names]
    return [row["measure"], unit, row["better"], *cells]


def _show_change(base: str, change: Any, gains: list[Any]) -> None:
    shares = ", ".join(f"{percent_text(v)} of the {k}" for k, v in change.shares.items())
    people = "" if change.people is None else f" and {change.people:,.0f} residents"
    show(f"{base} to {change.name}: {len(change.areas)} areas change hands, with {shares}{people}.")
    other = {d: b for d, b in change.renamed.items() if d != b}
    if other:
        pairs = ", ".join(f"{d} is {b}" for d, b in list(other.items())[:_MOST_ROWS])
        show(f"Districts matched by the work they share: {pairs}{' ...' if len(other) > _MOST_ROWS else ''}.")
    areas = [g for g in gains if g.kind == "area"]
    told = [g for g in areas if not g.hidden]
    better = [g for g in told if g.after_s < g.before_s]
    hidden = len(areas) - len(told)
    show(
        f"{len(better)} areas are reached sooner, {len(told) - len(better)} later"
        + (f"; {hidden} more with too few calls or residents to be told." if hidden else ".")
    )
    places = [g for g in gains if g.kind != "area"]
    rows = [_gain_row(g) for g in places if not g.hidden][:40]
    if rows:
        show(table(rows, ["by", "place", "areas", "calls a week", "min before", "min after", "change"]))


def _show_groups(groups: list[Any], threshold: int) -> None:
    """Print what residents of each census group have before and after; nothing where no group is known."""
    rows = [
        [g.group, g.residents, minutes(g.before_s), minutes(g.after_s), *_shares(g)]
        for g in groups
        if not g.hidden
    ]
    if rows:
        show("By where residents live (shown only, never aimed at):")
        show(
            table(
                rows, ["group", "residents", "min before", "min after", "% covered before", "% covered after"]
            )
        )
    hidden = [g.group for g in groups if g.hidden]
    if hidden:
        show(f"Fewer than {threshold} residents, not told: {', '.join(hidden)}.")


def _shares(g: Any) -> list[float | None]:
    return [None if x is None else percent(x) for x in (g.before_frac, g.after_frac)]


def _gain_row(gain: Any) -> list[Any]:
    was, now = minutes(gain.before_s), minutes(gain.after_s)
    return [gain.kind, gain.place, gain.n_areas, gain.calls_per_week, was, now, now - was]


def _as_json(found: Any) -> dict[str, Any]:
    judged = found.judged
    return {
        "measures": judged.rows(),
        "violations": {j.name: [asdict(v) for v in j.violations] for j in judged.judgements},
        "proof": " ".join(p.in_words() for p in found.proofs) or judged.distinguishable(),
        "proofs": [asdict(p) for p in found.proofs],
        "moved": [
            asdict(c) | {"areas": {i: {"from": b, "to": n} for i, (b, n) in c.areas.items()}}
            for c in found.changes
        ],
        "gains": [asdict(g) for g in found.gains if not g.hidden],
        "not_told": sum(g.hidden for g in found.gains),
        "groups": [asdict(g) for g in found.groups],
    }


def _workbook(a: argparse.Namespace, project: Any, entries: Any, found: Any) -> None:
    from optimiser.report.workbook import write_workbook

    names = [j.name for j in found.judged.judgements]
    measures = []
    for row in found.judged.rows():
        shown = {
            n: None if row.get(n) is None else planner_value(float(row[n]), row["unit"])[0] for n in names
        }
        unit = planner_value(0.0, row["unit"])[1]
        unit = "fraction (0-1)" if unit == "frac" else unit
        measures.append({"measure": row["measure"], "unit": unit, "better": row["better"], **shown})
    moved = [
        {"plan": c.name, "area_id": i, "from": b, "to": n}
        for c in found.changes
        for i, (b, n) in c.areas.items()
    ]
    few = f"fewer than {project.settings.privacy_threshold}"
    gains = [
        {
            "plan": g.name,
            "by": g.kind,
            "place": g.place,
            "areas": g.n_areas,
            "calls a week": few if g.hidden else g.calls_per_week,
            "minutes before": None if g.hidden else minutes(g.before_s),
            "minutes after": None if g.hidden else minutes(g.after_s),
        }
        for g in found.gains
    ]
    groups = [
        {
            "plan": g.name,
            "group": g.group,
            "residents": few if g.hidden else g.residents,
            "minutes before": None if g.hidden else minutes(g.before_s),
            "minutes after": None if g.hidden else minutes(g.after_s),
            "calls covered before": g.before_frac,
            "calls covered after": g.after_frac,
        }
        for g in found.groups
    ]
    shares = [
        {"plan": c.name, "what": k, "share that moves": v} for c in found.changes for k, v in c.shares.items()
    ]
    matched = [{"plan": c.name, "district": d, "is": b} for c in found.changes for d, b in c.renamed.items()]
    notes = {f"Compared {k + 1}": p.in_words() for k, p in enumerate(found.proofs)}
    notes |= {f"Judged {e.name}": e.note for e in entries if e.note}
    notes["Small numbers"] = f"Means over {few} calls or residents are not told."
    sheets = {
        "Measures": measures, "What moves": moved, "Shares that move": shares, "Who gains": gains, "Districts": matched,
    }  # fmt: skip
    if groups:
        sheets["Residents by group"] = groups
    say(f"Workbook: {write_workbook(_fit(a.workbook, '.xlsx'), sheets, notes)}")


def _map(a: argparse.Namespace, project: Any, entries: Any, found: Any) -> None:
    from optimiser.errors import UsageError
    from optimiser.report.map_moved import moved_map
    from optimiser.report.sheet import MapStyle, save

    if not found.changes:
        raise UsageError("A map of what moves needs two plans.")
    first, second, change = entries[0], entries[1], found.changes[0]
    weight = dict(zip(first.problem.area_ids, first.problem.calls.tolist(), strict=True))
    after = {i: change.renamed[d] for i, d in second.plan.district_of.items()}
    figure = moved_map(
        project.areas,
        dict(first.plan.district_of),
        after,
        weight=weight,
        style=MapStyle(place=project.settings.name),
        names=(first.name, second.name),
    )
    say(f"Map: {save(figure, _fit(a.map, '.png', '.pdf', '.svg'))}")


def _fit(path: Path, *kinds: str) -> Path:
    from optimiser.errors import InputError, UsageError

    if path.suffix.lower() not in kinds:
        raise UsageError(f"{path} should end in {' or '.join(kinds)}.")
    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: the folder {path.parent} is missing.")
    return path
