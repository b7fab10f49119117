"""``python -m tests.benchmarks NAME|--all [--smoke|--quick] [--resume] [--state FILE] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks import runner
from tests.benchmarks.spec import ROOT, Mode

for place in (ROOT / "apps", ROOT / "models", ROOT):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", help=f"a suite: {', '.join(runner.suites())}")
    parser.add_argument("--all", action="store_true", help="every suite")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="the rows that fit in two minutes")
    size.add_argument("--smoke", action="store_true", help="tiny rows, no shared data")
    parser.add_argument("--resume", action="store_true", help="keep rows that were finished before")
    parser.add_argument("--state", type=Path, default=runner.STATE, help="where finished rows are kept")
    parser.add_argument("--json", type=Path, help="write rows and summary here too")
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--mode", default="full", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.row and bool(arguments.name) == arguments.all:
        parser.error("name one suite, or ask for --all")
    if arguments.name and arguments.name not in runner.suites():
        parser.error(f"there is no suite {arguments.name!r}; there are {', '.join(runner.suites())}")
    return arguments


def main() -> int:
    """Run, print, and return 1 if any answer was wrong; time alone never fails."""
    arguments = _arguments()
    if arguments.row:
        runner.run_here(*arguments.row, arguments.mode, arguments.out)
        return 0
    mode: Mode = "smoke" if arguments.smoke else "quick" if arguments.quick else "full"
    names = runner.suites() if arguments.all else [arguments.name]
    rows, asked, lines = [], 0, []
    # the smoke asks whether answers are right, so its rows may share the machine; figures need it to themselves
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    pool = ThreadPoolExecutor(mine)
    try:
        ahead = runner.begin_all(pool, names, mode) if mode == "smoke" and not arguments.resume else {}
        for name in names:
            suite, records = runner.run_suite(
                name, mode, resume=arguments.resume, state=arguments.state, ahead=ahead
            )
            asked += len(suite.rows)
            rows += [{"suite": name, **record} for record in records]
            lines.append(runner.summary(name, mode, len(suite.rows), records))
            if arguments.all:
                print(f"SUMMARY {json.dumps(lines[-1])}")
    finally:  # who interrupts waits for the rows that run, not for all that have not begun
        pool.shutdown(cancel_futures=True)
    last = runner.summary("all", mode, asked, rows) if arguments.all else lines[0]
    if arguments.json:
        arguments.json.write_text(json.dumps({"summary": last, "rows": rows}, indent=1), encoding="utf-8")
    print(f"SUMMARY {json.dumps(last)}", flush=True)
    return 1 if last["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
