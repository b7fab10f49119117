"""``doctor``: can this machine do the work? Versions, extras, rights, browser, solvers, no network, tiny cases."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, say, show, show_json, table

LEAST_FREE_MIB = 2048
_IMPORT_LIMIT_S = 120.0
_EXTRAS = {
    "report": ("matplotlib", "xlsxwriter"),
    "app": ("streamlit", "altair", "pydeck"),
    "cluster": ("distributed",),
}
_SOLVERS = ("highspy", "ortools.sat.python.cp_model", "pyomo.environ")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge", "firefox")
_AT_ONCE = 4
_OFFLINE = "without a network"
_BEFORE = {
    "browser": "Solvers are loaded in every order, each time in a fresh process: some seconds ...",
    _OFFLINE: "Each formulation solves a tiny case. The first time on a machine its loops are compiled for it, once: "
    "that can take some minutes ...",
}
"""What is said after a finding where the next ones take their time."""
_NO_NETWORK = """
import socket
def refuse(self, address, *rest):
    raise OSError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = refuse
from optimiser import registry
from optimiser.cli.canaries import case_of
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
problem, optimum = case_of("sectors.cuts")
found = solve(problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=30, confirm=False))
assert abs(found.objectives[0].value - optimum) < 1e-6
"""


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``fault`` where work cannot go on as it is."""

    what: str
    found: str
    note: str = ""
    fault: bool = False


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    doctor = commands.add_parser(
        "doctor",
        parents=[common],
        help="what this machine has and can do: versions, extras, solvers, rights, memory, no network",
    )
    doctor.add_argument(
        "folder", type=Path, nargs="?", default=Path(), help="where projects will lie (the current folder)"
    )
    doctor.set_defaults(run=run_doctor)


def run_doctor(a: argparse.Namespace) -> int:
    """Examine the machine, and solve one tiny case with each formulation."""
    findings = []
    for finding in examine(a.folder):
        findings.append(finding)
        if not a.quiet:
            say(f"{finding.what}: {finding.found}")
            if finding.what in _BEFORE:
                say(_BEFORE[finding.what])
    if a.json:
        show_json([{"what": f.what, "found": f.found, "note": f.note} for f in findings])
    else:
        show(table([[f.what, f.found, f.note] for f in findings], ["what", "found", "note"]))
    return Exit.INTERNAL if any(f.fault for f in findings) else Exit.DONE


def examine(folder: Path) -> Iterator[Finding]:
    """Yield what was found, the quick looks first."""
    from optimiser.solve.provenance import versions

    for name, number in versions().items():
        yield Finding(name, number, "missing: install police-optimiser again" if number == "absent" else "")
    yield from _extras()
    yield _memory()
    yield _rights("project folder", folder)
    yield _rights("temporary folder", Path(tempfile.gettempdir()))
    yield _browser()
    yield from _in_fresh_interpreters()
    yield from _tiny_cases()


def _extras() -> Iterator[Finding]:
    for extra, modules in _EXTRAS.items():
        absent = [m for m in modules if importlib.util.find_spec(m) is None]
        how = f"without {', '.join(absent)}: pip install 'police-optimiser[{extra}]'" if absent else ""
        yield Finding(f"extra {extra}", "incomplete" if absent else "there", how)


def _memory() -> Finding:
    import psutil

    free_mib = psutil.virtual_memory().available / 2**20
    little = free_mib < LEAST_FREE_MIB
    note = f"less than {LEAST_FREE_MIB / 1024:g} GiB: large solves may be stopped" if little else ""
    return Finding("free memory", f"{free_mib:,.0f} MiB", note)


def _rights(what: str, folder: Path) -> Finding:
    """Write, rename and read a file there; what a run's store needs."""
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".doctor-") as made:
            draft, kept = Path(made) / "draft", Path(made) / "kept"
            draft.write_text("kept", encoding="utf-8")
            draft.replace(kept)
            kept.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(what, "not writable", f"{folder}: {why}; runs cannot be kept there", fault=True)
    return Finding(what, "writable", f"{shutil.disk_usage(folder).free / 2**30:,.1f} GiB free")


def _browser() -> Finding:
    found = next((b for b in _BROWSERS if shutil.which(b)), "")
    if not found and sys.platform in ("win32", "darwin"):
        return Finding("browser", "the system's own")
    note = "" if found else "none on the search path: open the app's address from another machine"
    return Finding("browser", found or "not found", note)


def _in_fresh_interpreters() -> Iterator[Finding]:
    """Import every ordered pair of solvers (some releases cannot share a process), and solve without a network.

    Each in a process of its own, several at once.
    """
    looks = [partial(_together, first, second) for first, second in permutations(_SOLVERS, 2)]
    with ThreadPoolExecutor(max(1, min(_AT_ONCE, os.cpu_count() or 1))) as pool:
        yield from pool.map(lambda look: look(), [*looks, _offline])


def _together(first: str, second: str) -> Finding:
    fault = _fails(f"import {first}\nimport {second}")
    name = f"{first.split('.')[0]}, then {second.split('.')[0]}"
    return Finding(name, "cannot be imported together" if fault else "together", fault, bool(fault))


def _offline() -> Finding:
    fault = _fails(_NO_NETWORK)
    return Finding(_OFFLINE, "fails" if fault else "solves", fault, bool(fault))


def _fails(program: str) -> str:
    """Run a program in a fresh interpreter; return the last line of its complaint, "" if it has none."""
    try:
        ran = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=_IMPORT_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_IMPORT_LIMIT_S:g} s"
    said = ran.stderr.strip().splitlines()
    return "" if ran.returncode == 0 else (said[-1] if said else f"exit code {ran.returncode}")


def _tiny_cases() -> Iterator[Finding]:
    from optimiser import registry
    from optimiser.cli.canaries import small_case
    from optimiser.solve.warm import WarmWorker

    with WarmWorker() as worker:
        for name in registry.names():
            fault = small_case(worker, name)
            yield Finding(name, "wrong" if fault else "right", fault, bool(fault))
