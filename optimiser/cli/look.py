"""``runs`` and ``app``: look at what there is."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    runs = commands.add_parser("runs", parents=[common], help="the runs of a project")
    runs.add_argument("folder", type=Path, help="the project folder")
    runs.set_defaults(run=run_runs)
    app = commands.add_parser("app", parents=[common], help="open the planner's app on a project")
    app.add_argument("folder", type=Path, help="the project folder")
    app.add_argument("--port", type=values.whole(1, 65535), help="port on this machine (a free one)")
    app.add_argument("--no-browser", action="store_true", help="only print the address")
    app.set_defaults(run=run_app)


def run_runs(a: argparse.Namespace) -> int:
    """List the runs of a project."""
    from optimiser.batch.runner import store_of
    from optimiser.data.settings import require_project

    require_project(a.folder)
    rows = [_run_row(run) for run in store_of(a.folder).runs()]
    header = ["run", "title", "formulation", "status", "proof"]
    if a.json:
        show_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        show(table(rows, header) if rows else "No runs yet. Make one with: optimiser solve sectors FOLDER")
    return Exit.DONE


def _run_row(run: Any) -> list[Any]:
    """Return what is known of a run; one that cannot be read says so and hides no other."""
    from optimiser.errors import OptimiserError

    try:
        row = [run.id, run.request["title"], run.request["formulation"], run.status, ""]
    except OptimiserError as error:
        return [run.id, "", "", "damaged", str(error)]
    if row[3] in ("done", "failed"):
        try:
            row[4] = run.result().in_words()
        except OptimiserError as error:
            row[4] = str(error)
    return row


def run_app(a: argparse.Namespace) -> int:
    """Open the app."""
    from optimiser.data.settings import require_project

    require_project(a.folder)
    return open_app(a.folder, a.port, browser=not a.no_browser)


def open_app(folder: Path, port: int | None = None, *, browser: bool = True) -> int:
    """Start the app in a process of its own and wait for it; a missing extra is said in one line."""
    if importlib.util.find_spec("streamlit") is None or importlib.util.find_spec("optimiser_apps") is None:
        say("The app needs its extra: pip install 'police-optimiser[app]'.")
        return Exit.USAGE
    command = [sys.executable, "-m", "optimiser_apps.launch", str(folder)]
    command += ["--port", str(port)] if port else []
    command += [] if browser else ["--no-browser"]
    return subprocess.call(command)
