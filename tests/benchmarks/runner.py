"""Run rows, each in a process of its own; keep what is finished; print the table and the summary."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from tests.benchmarks.spec import COLUMNS, ROOT, Mode, Suite

STATE = Path.home() / ".cache" / "police-optimiser" / "benchmarks.jsonl"
_NOT_SUITES = {"spec", "runner", "__main__"}
_PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "pyomo",
    "highspy",
    "ortools",
    "networkx",
    "igraph",
    "pandana",
)
_MIB = 1024.0
Record = dict[str, Any]
Ahead = dict[tuple[str, str], "Future[Record]"]
"""Rows that have begun, by suite and name."""


def suites() -> list[str]:
    """Names of all registered suites."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if (
            path.stem not in _NOT_SUITES
            and not path.stem.startswith("test_")
            and "\nSUITE" in path.read_text(encoding="utf-8")
        ):
            found.append(path.stem)
    return found


def load_suite(name: str) -> Suite:
    """Import a suite by its module's name."""
    suite: Suite = importlib.import_module(f"tests.benchmarks.{name}").SUITE
    return suite


def versions() -> dict[str, str]:
    """Versions of what was measured, the number of processors and the load."""
    known = {"python": platform.python_version(), "machine": platform.machine(), "cpus": str(os.cpu_count())}
    for package in _PACKAGES:
        try:
            known[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return known


def peak_rss_mib() -> float:
    """Peak memory of this process plus that of its largest child, in MiB.

    ``VmHWM`` where there is one: ``ru_maxrss`` of a fresh process still counts its parent's memory.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB
    status = Path("/proc/self/status")
    if status.exists():
        lines = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        own = float(lines[0].split()[1]) / _MIB if lines else own
    return own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _MIB


def run_here(suite: str, row: str, mode: Mode, out: Path) -> None:
    """Run one row in this process and write its answer: what the runner starts for each row."""
    chosen = next(r for r in load_suite(suite).rows if r.name == row)
    answer = chosen.run(mode)
    missing = [c for c in COLUMNS if c not in answer]
    if missing:
        raise KeyError(f"row {row} of suite {suite} does not say: {', '.join(missing)}")
    answer["peak_rss_mib"] = round(peak_rss_mib(), 1)
    out.write_text(json.dumps(answer, default=float), encoding="utf-8")


def _environment() -> dict[str, str]:
    places = [str(ROOT), str(ROOT / "models"), str(ROOT / "apps"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in places if p)}


def run_apart(suite: str, row: str, mode: Mode, limit_s: float) -> Record:
    """Run one row in a process of its own; a crash is a wrong answer, running out of time is not."""
    blank: Record = {**dict.fromkeys(COLUMNS), "reached": False, "wrong": "", "peak_rss_mib": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks",
            "--row",
            suite,
            row,
            "--mode",
            mode,
            "--out",
            str(out),
        ]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {**blank, "status": f"stopped after {limit_s:.0f} s"}
        if done.returncode == 0 and out.exists():
            answer: Record = json.loads(out.read_text(encoding="utf-8"))
            return answer
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    reason = lines[-1] if lines else f"exit code {done.returncode}"
    return {**blank, "status": "fault", "wrong": f"no answer: {reason}"}


def read_state(path: Path) -> dict[tuple[str, str, str], Record]:
    """Read finished rows by suite, row and mode; a line that cannot be read is passed over."""
    kept: dict[tuple[str, str, str], Record] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
                kept[record["suite"], record["row"], record["mode"]] = record["answer"]
            except (ValueError, KeyError, TypeError):
                continue
    return kept


def keep(path: Path, suite: str, row: str, mode: Mode, answer: Record) -> None:
    """Append a finished row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"suite": suite, "row": row, "mode": mode, "answer": answer}) + "\n")


def begin_all(pool: Executor, names: list[str], mode: Mode) -> Ahead:
    """Begin the rows of all suites, as many at once as the pool has workers: for answers, not for times."""
    return {
        (name, row.name): pool.submit(run_apart, name, row.name, mode, row.limit_s)
        for name in names
        for row in load_suite(name).rows
        if row.belongs(mode)
    }


def run_suite(
    name: str, mode: Mode, *, resume: bool, state: Path, ahead: Ahead | None = None
) -> tuple[Suite, list[Record]]:
    """Run the rows of a suite that belong to the mode, printing each as it ends; those ``ahead`` have begun."""
    suite = load_suite(name)
    finished = read_state(state) if resume else {}
    print(f"\n{suite.name} ({mode})\n{_line(['row', *COLUMNS[:-1], 'MiB'])}", flush=True)
    records: list[Record] = []
    for row in suite.rows:
        if not row.belongs(mode):
            continue
        answer = finished.get((name, row.name, mode))
        if answer is None:
            begun = (ahead or {}).get((name, row.name))
            answer = run_apart(name, row.name, mode, row.limit_s) if begun is None else begun.result()
            if answer["status"] != "fault":
                keep(state, name, row.name, mode, answer)
        records.append({"row": row.name, **answer})
        _show(records[-1])
    return suite, records


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _line(cells: Iterable[Any]) -> str:
    first, *rest = [_cell(c) for c in cells]
    return f"{first:<34} " + " ".join(f"{c:>12}" for c in rest)


def _show(record: Record) -> None:
    print(_line([record["row"], *(record[c] for c in COLUMNS[:-1]), record["peak_rss_mib"]]), flush=True)
    for key, value in record.items():
        if key in COLUMNS or key in ("row", "peak_rss_mib"):
            continue
        text = (
            ", ".join(f"{k} {_cell(v)}" for k, v in value.items())
            if isinstance(value, dict)
            else _cell(value)
        )
        print(f"    {key}: {text}", flush=True)
    if record["wrong"]:
        print(f"    WRONG: {record['wrong']}", flush=True)


def summary(name: str, mode: Mode, asked: int, records: list[Record]) -> Record:
    """Return the last line's content: ``asked`` counts the rows of the full suite, ``worst`` is the largest gap."""
    gaps = [(r["gap"], r["row"]) for r in records if isinstance(r["gap"], (int, float))]
    worst = max(gaps, default=None)
    return {
        "suite": name,
        "quick": mode != "full",
        "asked": asked,
        "rows": len(records),
        "reached": sum(bool(r["reached"]) for r in records),
        "wrong": sum(bool(r["wrong"]) for r in records),
        "worst": None if worst is None else {"row": worst[1], "gap": worst[0]},
        "peak_rss_mib": max((r["peak_rss_mib"] for r in records), default=0.0),
        "versions": versions(),
    }
