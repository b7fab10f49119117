"""``tables``: what a dispatch system and a sergeant need of a plan of beats, as text tables, pages and a map layer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt
from optimiser.cli.options import limit_option
from optimiser.report.phrases import broken_rule, count, listed

WHAT = ("configuration", "nearest", "folds", "labels")
DEFAULT_LIMIT_S = 20.0
_SHORT_S = 3.0


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    tables = commands.add_parser(
        "tables",
        parents=[common],
        help="nearest beats, fold tables and street labels of a plan, for the dispatch system",
    )
    tables.add_argument("folder", type=Path, help="the project folder")
    tables.add_argument(
        "--plan",
        default="current",
        help="the plan of beats: a run, current (beats in use), a name in plans/, a CSV file",
    )
    tables.add_argument(
        "--districts",
        help="the plan of districts above the beats, named alike, or none (those in use where each beat lies in one)",
    )
    tables.add_argument(
        "--what",
        nargs="+",
        choices=WHAT,
        default=None,
        help="only these; others made before are taken out of the folder (all that can be made)",
    )
    tables.add_argument("--out", type=Path, help="folder to write (FOLDER/tables/PLAN)")
    tables.add_argument(
        "--template", type=Path, help="layout of the text tables (TOML); comma-separated without"
    )
    tables.add_argument(
        "--part",
        action="append",
        default=[],
        metavar="NAME=FROM-TO",
        help="a part of the day, as night=23-07 (repeatable; day, evening and night)",
    )
    nearest = tables.add_argument_group("nearest beats")
    nearest.add_argument(
        "--places",
        type=values.whole(1, 99),
        default=5,
        help="how many nearest beats (5)",
    )
    nearest.add_argument("--driver", default="basic", help="driver class of the drive times")
    nearest.add_argument(
        "--traffic",
        choices=("commuter", "free"),
        default="commuter",
        help="hours that slow the main roads, or none",
    )
    nearest.add_argument(
        "--nearest-edits",
        type=Path,
        metavar="FILE",
        help="changes by hand: part, beat, place, nearest, reason",
    )
    folds = tables.add_argument_group("fold tables")
    folds.add_argument(
        "--fewest-cars", type=values.whole(1, 999), default=1, help="fewest cars of a district (1)"
    )
    folds.add_argument(
        "--most-beats", type=values.whole(0, 999), default=0, help="most beats one car takes (0: any)"
    )
    folds.add_argument(
        "--apart",
        nargs=2,
        action="append",
        default=[],
        metavar=("BEAT", "BEAT"),
        help="never with one car (repeatable)",
    )
    folds.add_argument(
        "--work-on", choices=("unit hours", "calls"), default="unit hours", help="what is shared evenly"
    )
    limit_option(folds, DEFAULT_LIMIT_S, "for each fold table (20)")
    folds.add_argument(
        "--accept-gap", action="store_true", help="exit 0 also where a fold table is not proved"
    )
    folds.add_argument("--black-and-white", action="store_true", help="pages without colour")
    folds.add_argument(
        "--fold-edits",
        type=Path,
        metavar="FILE",
        help="changes by hand: part, cars, beat, joins (the beat whose car takes it), reason",
    )
    tables.add_argument(
        "--no-kept-edits",
        action="store_true",
        help="leave out the changes by hand kept in FOLDER/table_edits/PLAN (read for each table whose changes are not "
        "given as a file)",
    )
    labels = tables.add_argument_group("street labels")
    labels.add_argument(
        "--no-split", action="store_true", help="mark streets that cross a border, do not cut them"
    )
    labels.add_argument(
        "--offset",
        type=float,
        default=15.0,
        metavar="METRES",
        help="how far beside a street its sides are looked up (15)",
    )
    labels.add_argument(
        "--label-repairs", type=Path, metavar="FILE", help="repairs by hand: segment_id, side, label, reason"
    )
    tables.set_defaults(run=run_tables)


def run_tables(a: argparse.Namespace) -> int:
    """Make the tables; nothing is written before all of them are made."""
    from optimiser.batch.tables import districts_above, make
    from optimiser.batch.tables_write import plain_name, write
    from optimiser.cli.plans import assignment_of, levels_of
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.solve.result import Status
    from optimiser.studies.fold_edits import broken as broken_folds
    from optimiser.studies.fold_tables import NoFoldTable

    setup = _setup(a)
    project = load(a.folder)
    project.require_ready()
    beat_of, above = levels_of(project, a.plan)
    kept = {} if a.no_kept_edits else _kept_edits(project, a.plan, setup)
    setup = replace(setup, **kept)
    told = ""
    if a.districts == "none":
        above = None
    elif a.districts is not None:
        above = assignment_of(project, a.districts)
    elif above is None:
        above, told = districts_above(project, beat_of)
    try:
        with stop_on_interrupt() as asked, _Solver(a, asked) as solver:
            made = make(project, beat_of, above, setup, solver.solve, _quiet if a.quiet else say)
    except NoFoldTable as error:
        say(f"optimiser: {error}")
        return Exit.INFEASIBLE if error.status is Status.INFEASIBLE else Exit.NO_PLAN
    except InputError as error:
        if any(str(path) in str(error) for path in kept.values()):
            raise InputError(f"{error} Leave out what is kept by hand with --no-kept-edits.") from error
        raise
    made.left_out += [f"{told} Name others with --districts."] if told else []
    read = [path for choice, path in kept.items() if _was_made(made, choice)]
    folder = a.out or project.folder / "tables" / plain_name(Path(a.plan).stem)
    before = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    files = write(folder, made, place=project.settings.name, colour=not a.black_and_white)
    if a.json:
        show_json({"folder": str(folder), "files": files, "edits": list(map(str, read))} | made.to_json())
    else:
        if read:
            named = ", ".join(path.name for path in read)
            show(f"- Changes by hand as kept in {read[0].parent}: {named} (without them: --no-kept-edits).")
        for sentence in made.in_words():
            show(f"- {sentence}")
        for violation in made.broken:
            show(f"- nearest beats break {broken_rule(violation)}")
        for table, violation in broken_folds(made.folds):
            where = ", ".join(x for x in (table.district, table.part) if x)
            show(f"- fold table {where} breaks {broken_rule(violation)}")
        gone = sorted(name for name in before - set(files) if not (folder / name).exists())
        if gone:
            say(f"Taken out of {folder}, since not asked for this time: {listed(gone, most=12)}.")
        say(f"{count(len(files), 'file')}: {folder}")
    unproved = [t for t in made.folds if t.result.status is not Status.OPTIMAL]
    return Exit.GAP_MISSED if unproved and not a.accept_gap else Exit.DONE


def _setup(a: argparse.Namespace) -> Any:
    """Return the choices; a slip is told before anything is loaded."""
    from optimiser.batch.tables import TablesSetup
    from optimiser.demand.day_parts import DAY_EVENING_NIGHT, day_parts
    from optimiser.problems.fold import FoldParams
    from optimiser.roads.speeds import driver_named
    from optimiser.studies.street_sides import SideParams

    parts = tuple(a.part) or DAY_EVENING_NIGHT
    day_parts(parts)
    driver_named(a.driver)
    apart = tuple((one, other) for one, other in a.apart)
    return TablesSetup(
        what=tuple(a.what or ()),
        parts=parts,
        template=a.template,
        places=a.places,
        driver=a.driver,
        traffic=a.traffic == "commuter",
        nearest_edits=a.nearest_edits,
        fold_edits=a.fold_edits,
        label_repairs=a.label_repairs,
        folds=FoldParams(fewest_cars=a.fewest_cars, most_beats=a.most_beats, apart=apart),
        work_on=a.work_on,
        sides=SideParams(offset_m=a.offset, split=not a.no_split),
    )


def _kept_edits(project: Any, plan: str, setup: Any) -> dict[str, Path]:
    """Return the files of changes that the project keeps for a plan, of tables whose changes are not given."""
    from optimiser.batch.tables_hand import hand_files, hand_folder
    from optimiser.data.canonical import PLANS_FOLDER
    from optimiser.data.read import is_table

    if plan not in project.plans and is_table(plan):
        path = Path(plan).resolve()
        if path.parent != (project.folder / PLANS_FOLDER).resolve():
            return {}
        plan = path.stem
    there = hand_files(hand_folder(project.folder, plan))
    return {choice: path for choice, path in there.items() if getattr(setup, choice) is None}


def _was_made(made: Any, choice: str) -> bool:
    """Return whether the table that a file of changes is for was made."""
    tables = {"nearest_edits": made.nearest is not None, "fold_edits": bool(made.folds)}
    return tables.get(choice, made.labels is not None)


def _quiet(text: str) -> None:
    """Say nothing."""


class _Solver:
    """Solves one fold question after another in a warm worker, with a progress line; the worker starts when needed."""

    def __init__(self, a: argparse.Namespace, asked: Callable[[], bool]) -> None:
        self._a, self._asked = a, asked
        self._worker: Any = None

    def __enter__(self) -> _Solver:
        return self

    def __exit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.close()

    def solve(self, problem: Any, where: str) -> Any:
        """Solve one question; where it takes no time there is no progress line."""
        from optimiser import registry
        from optimiser.solve.options import SolveOptions
        from optimiser.solve.warm import WarmWorker

        if self._worker is None:
            self._worker = WarmWorker()
        with Line(f"fold table, {where}", quiet=self._a.quiet) as line:
            return self._worker.solve(
                problem,
                registry.default("fold"),
                SolveOptions(time_limit_s=self._a.time_limit),
                on_progress=lambda p: line(p) if p.seconds >= _SHORT_S else None,
                should_stop=self._asked,
            )
