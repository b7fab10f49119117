"""``patterns``: the catalogue of shift patterns, beside a project's requirement where one is named."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli.console import Exit, show, show_json, table

if TYPE_CHECKING:
    from optimiser.data.pattern_catalogue import CataloguePattern
    from optimiser.studies.pattern_fit import PatternFit


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    patterns = commands.add_parser(
        "patterns",
        parents=[common],
        help="the catalogue of shift patterns, and what each takes to meet a project's requirement",
    )
    patterns.add_argument(
        "folder", type=Path, nargs="?", help="a project folder: its requirement is set beside each pattern"
    )
    patterns.add_argument("--pattern", metavar="ID", help="one pattern, with the days of every squad")
    patterns.set_defaults(run=run_patterns)


def run_patterns(a: argparse.Namespace) -> int:
    """List the catalogue, or one pattern."""
    from optimiser.data.pattern_catalogue import pattern_catalogue, pattern_named

    chosen = (pattern_named(a.pattern),) if a.pattern else pattern_catalogue()
    fits = {} if a.folder is None else _fits(a.folder, chosen)
    if a.json:
        show_json([_as_json(p, fits.get(p.id)) for p in chosen])
        return Exit.DONE
    if a.pattern:
        _show_one(chosen[0], fits.get(chosen[0].id))
        return Exit.DONE
    head = ["pattern", "shift h", "cycle", "h a week", "weekends off", "days on", "off", "teams 24/7"]
    head += ["officers", "starts moved", "surplus h a week"] if fits else []
    show(table([[*_cells(p), *(_fit_cells(fits[p.id]) if fits else [])] for p in chosen], head))
    if fits:
        show(
            "Officers: squads of one size that meet the requirement in every hour of every week, before relief for "
            "leave and sickness; starts moved by the hours that suit best."
        )
    show("One pattern with its squads: optimiser patterns --pattern ID. One made for a need: solve patterns.")
    return Exit.DONE


def _fits(folder: Path, chosen: tuple[CataloguePattern, ...]) -> dict[str, PatternFit]:
    from optimiser.data.project import load
    from optimiser.prepare.shifts import shifts_problem
    from optimiser.studies.pattern_fit import fit

    required = shifts_problem(load(folder)).requirement
    return {p.id: fit(p, required) for p in chosen}


def _cells(p: CataloguePattern) -> list[str]:
    from optimiser.units import percent_text

    lengths = sorted({hours for _, hours in p.shifts.values()})
    return [
        p.id,
        "/".join(f"{h:g}" for h in lengths),
        f"{p.cycle_days} days",
        f"{p.week_h:.1f}",
        percent_text(p.weekends_off, 0),
        str(p.longest_work),
        str(p.longest_off),
        p.teams_24_7,
    ]


def _fit_cells(f: PatternFit) -> list[str]:
    if f.bare_h:
        return ["-", "-", f"{f.bare_h} hours without a squad"]
    return [str(f.officers), f"{f.moved_h} h", f"{f.surplus_h:,.0f}"]


def _show_one(p: CataloguePattern, f: PatternFit | None) -> None:
    from optimiser.units import SECONDS_PER_MINUTE, percent_text

    show(
        f"{p.name}: {p.cycle_days} days, {p.week_h:.1f} hours a week, {percent_text(p.weekends_off, 0)} of weekends "
        "off."
    )
    for letter, (start, hours) in p.shifts.items():
        show(f"- {letter}: {int(start):02d}:{round(start % 1 * SECONDS_PER_MINUTE):02d}, {hours:g} hours")
    for k, squad in enumerate(p.squads, start=1):
        show(f"- squad {k}: {' '.join(squad)}")
    show(f"Fatigue: {p.fatigue}.")
    show(f"Source: {p.source}.")
    if f is not None and not f.bare_h:
        show(
            f"To meet the requirement it takes {f.officers} officers in squads of {f.squad}, with starts moved by "
            f"{f.moved_h} hours; {f.surplus_h:,.0f} officer-hours a week are beyond it."
        )
    elif f is not None:
        show(f"{f.bare_h} hours a week that need officers have no squad.")


def _as_json(p: CataloguePattern, f: PatternFit | None) -> dict[str, Any]:
    own = {
        "cycle_days": p.cycle_days,
        "week_h": p.week_h,
        "weekends_off_frac": p.weekends_off,
        "longest_work_days": p.longest_work,
        "longest_off_days": p.longest_off,
    }
    return asdict(p) | own | ({} if f is None else {"fit": asdict(f)})
