"""``demo``: a made-up county, planned end to end in about a minute and a half."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt

QUESTIONS: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("sectors", "Six districts around today's stations", 25.0, {}),
    ("shifts", "A week of shifts against the workload", 15.0, {"max_start_times": 6}),
    ("assignment", "The busiest hour: who goes where", 10.0, {"coverage_min": 5}),
)
"""Question, title, time limit in seconds, and choices in planner's units."""
GAP_PCT = {"sectors": 0.01}
"""What is near enough where a proof would take longer than anybody watches; the others are proved."""


LEAST_AREAS = 60
"""Fewer hold no six districts with two beats each."""


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    demo = commands.add_parser("demo", parents=[common], help="plan a made-up county and open the app on it")
    demo.add_argument("folder", type=Path, nargs="?", default=Path("demo"), help="where to make it (demo)")
    demo.add_argument(
        "--seed", type=values.whole(0, 2**31 - 1), default=1, help="another seed, another county (1)"
    )
    demo.add_argument(
        "--areas", type=values.whole(LEAST_AREAS, 5000), default=700, help="number of reporting areas (700)"
    )
    demo.add_argument("--no-app", action="store_true", help="end after printing what was found")
    demo.set_defaults(run=run_demo)


def run_demo(a: argparse.Namespace) -> int:
    """Make the county, solve the three questions, say what was found, open the app."""
    from optimiser.data.project import load

    began = time.monotonic()
    warm = threading.Thread(target=_warm_up, daemon=True)
    warm.start()
    home = a.folder / "county"
    if not (home / "project.toml").exists():
        say(f"Making up a county of {a.areas} reporting areas and a year of calls (seed {a.seed}) ...")
        make_county(a.folder, a.seed, a.areas)
    project = load(home)
    say(
        f"Read {home}: {len(project.areas)} areas, {0 if project.calls is None else len(project.calls):,} calls."
    )
    warm.join()
    answers = {}
    code = Exit.DONE
    with stop_on_interrupt() as asked:
        for family, title, limit_s, chosen in QUESTIONS:
            run, question, result = _solve(project, family, title, limit_s, chosen, asked, quiet=a.quiet)
            answers[family] = {
                "run": run.id,
                "status": str(result.status),
                "gap_frac": result.gap_frac,
                "confirmed_by": result.confirmed_by,
            }
            if not a.json:
                _tell(title, run, question, result)
            if result.plan is None:
                code = Exit.NO_PLAN
    if a.json:
        show_json(answers)
    say(
        f"Done in {time.monotonic() - began:.0f} s. The runs with their maps, charts and tables: {home / 'runs'}"
    )
    return _open(a, home) if code is Exit.DONE else code


def make_county(folder: Path, seed: int, n_areas: int) -> None:
    """Write the raw files of a made-up county under ``folder/raw`` and import them into ``folder/county``."""
    from dataclasses import replace

    from optimiser.data import synthetic
    from optimiser.data.init import init
    from optimiser.data.settings import PROJECT_FILE, read_settings, write_settings
    from optimiser.prepare.call_spots import junctions

    county = synthetic.county(seed, n_areas)
    files = synthetic.write(county, folder / "raw")
    given = synthetic.settings(county)
    init(
        folder / "county",
        files["areas"],
        files["calls"],
        roads=files["roads"],
        stations=files["stations"],
        units=files["units"],
        adjacency_edits=files["edits"],
        hard_lines=files["hard_lines"],
        columns=files["columns"],
        name=given.name,
        crs=given.crs,
        timezone=given.timezone,
        response_time=given.response_time,
        again=(folder / "county").exists(),
        junctions=junctions,
    )
    for role in ("strength", "calendar", "published", "places", "sites", "growth"):
        shutil.copyfile(files[role], folder / "county" / files[role].name)
    path = folder / "county" / PROJECT_FILE
    written = read_settings(path)
    write_settings(
        path,
        replace(
            written,
            priority_targets_s=given.priority_targets_s,
            given=written.given | {"priority_targets_min"},
        ),
    )


def _solve(
    project: Any, family: str, title: str, limit_s: float, chosen: dict[str, Any], asked: Any, *, quiet: bool
) -> tuple[Any, Any, Any]:
    from optimiser.batch import runner
    from optimiser.batch.scenario import from_table
    from optimiser.units import minutes

    solve = {"time_limit_min": minutes(limit_s), "gap_pct": GAP_PCT.get(family, 0.0)}
    scenario = from_table({"name": title, "question": family, family: chosen, "solve": solve}, "demo")
    run, question = runner.create(project, scenario)
    with Line(family, quiet=quiet) as line:
        result = runner.work(run, project=project, scene=question.scene, on_progress=line, should_stop=asked)
    return run, question, result


def _tell(title: str, run: Any, question: Any, result: Any) -> None:
    from optimiser.report.words import findings

    show("")
    show(title)
    for sentence in findings(question.family, question.problem, result):
        show(f"- {sentence}")
    show(f"  {run.folder}")


def _warm_up() -> None:
    """Let a worker import its solvers and compile its loops while the county is being made."""
    from optimiser import registry
    from optimiser.cli.canaries import small_case
    from optimiser.solve.warm import WarmWorker

    with WarmWorker() as worker:
        for family, *_ in QUESTIONS:
            small_case(worker, registry.default(family))


def _open(a: argparse.Namespace, home: Path) -> int:
    from optimiser.cli.look import open_app

    if a.no_app:
        return Exit.DONE
    display = sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if not (sys.stdout.isatty() and display):
        say(f"Open the app on it with: optimiser app {home}")
        return Exit.DONE
    return open_app(home)
