"""``dispatch live``: a feed followed event by event, with advice on all open incidents together after each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from optimiser.cli import dispatch_board, dispatch_follow, values
from optimiser.cli.console import Exit, as_json, say, show, show_json, stop_on_interrupt

if TYPE_CHECKING:
    from optimiser.data.dispatch_feed import FeedEvent
    from optimiser.prepare.dispatch_advice import Advice, Solve
    from optimiser.prepare.dispatch_desk import Answer

    Source = dispatch_follow.Finished | dispatch_follow.Growing

LIMIT_S, EXACT_LIMIT_S = 2.0, 60.0


def add(within: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    live = within.add_parser(
        "live", parents=[common], help="follow a feed of events, with advice on all open incidents after each"
    )
    dispatch_board.add_board(live)
    live.add_argument(
        "--exact", action="store_true", help="for audits: prove every answer, keep none that is hardly worse"
    )
    live.add_argument(
        "--no-joint", action="store_true", help="no joint answers: one incident after another, at once"
    )
    live.add_argument(
        "--time-limit",
        type=values.seconds,
        metavar="SECONDS",
        help=f"longest time of each joint answer ({LIMIT_S:g}; with --exact {EXACT_LIMIT_S:g})",
    )
    live.add_argument("--choices", type=values.whole(1, 20), default=3, help="choices of each incident (3)")
    live.add_argument(
        "--terms", action="store_true", help="every term of each joint answer, in weighted minutes"
    )
    live.add_argument(
        "--out", type=Path, metavar="FILE", help="write the advice after each event here, as JSON lines"
    )
    dispatch_follow.add_follow(live)
    live.set_defaults(run=run_live)


def run_live(a: argparse.Namespace) -> int:
    """Follow the feed, finished or growing; print and write the advice after each event."""
    from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER

    source = dispatch_follow.Growing(a) if a.follow else dispatch_follow.Finished(a)
    for sentence in source.said:
        say(f"! {sentence}")
    path = a.out or a.folder / DISPATCH_FOLDER / f"advice-{source.path.stem}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with solver(a) as solve, path.open("w", encoding="utf-8") as file, stop_on_interrupt() as asked:
        told = _Told(a, file)
        _advise(a, source, solve, told, asked)
    counted = told.tally.summary(source.n_bad)
    if a.json:
        show_json(
            {"advice_file": str(path), "summary": counted, "left_out": source.said, "advice": told.records}
        )
        return Exit.DONE
    say(_in_words(counted))
    say(f"Advice after each event: {path}. It advises only: the dispatcher decides.")
    return Exit.DONE


def _advise(
    a: argparse.Namespace, source: Source, solve: Solve | None, told: _Told, asked: Callable[[], bool]
) -> None:
    """Advise after each event; one that no advice can be given after is told, and the next goes on."""
    from optimiser.errors import OptimiserError
    from optimiser.prepare.dispatch_advice import LiveDesk
    from optimiser.prepare.dispatch_at_once import BoardDesk

    desk = LiveDesk(
        source.board,
        solve,
        exact=a.exact,
        most=a.choices,
        quick=None if solve is None else BoardDesk(source.board),
        tell=told.at_once,
    )
    for event, more_now in source.events(asked, lambda: None):
        try:
            advice = desk.event(event, more_now=more_now)
        except OptimiserError as fault:
            told.fault(event, fault)
        else:
            told.advice(advice)


class _Told:
    """Advice as it is printed and written, and what is counted of it."""

    def __init__(self, a: argparse.Namespace, file: TextIO) -> None:
        self._a, self._file = a, file
        self._before: Advice | None = None
        self.tally = Tally()
        self.records: list[dict[str, Any]] = []

    def advice(self, advice: Advice) -> None:
        """Print what is new, write the record."""
        from optimiser.report.words_desk import advice_lines, advice_record, terms, terms_line

        self._record(as_json(advice_record(advice)))
        if not self._a.json:
            for line in advice_lines(advice, self._before):
                show(line)
            if self._a.terms and advice.renewed:
                show(f"  {terms_line(terms(advice))}")
        if advice.renewed:
            self._before = advice

    def at_once(self, incident: str, answer: Answer) -> None:
        """Print the answer to a new call that is there before the joint one."""
        from optimiser.report.words_choices import choice_lines

        if not self._a.json:
            best = choice_lines(answer.problem, incident, answer.choices)[0]
            show(f"  at once, {incident}: {best.removeprefix('1. ')}")

    def fault(self, event: FeedEvent, fault: Exception) -> None:
        """Say that there is no advice after an event, and why."""
        self._record(
            {
                "at": str(event.at),
                "line": event.line,
                "event": "",
                "findings": [f"no advice: {fault}"],
                "renewed": False,
            }
        )
        say(f"! {event.at:%H:%M:%S} line {event.line}: no advice after it: {fault}")

    def _record(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()
        self.tally.add(record)
        if self._a.json:
            self.records.append(record)


@contextmanager
def solver(a: argparse.Namespace) -> Iterator[Solve | None]:
    """Yield what gives joint answers: a warm worker; None with ``--no-joint``."""
    from optimiser import registry
    from optimiser.solve.options import SolveOptions
    from optimiser.solve.warm import WarmWorker

    if a.no_joint:
        yield None
        return
    limit_s = a.time_limit or (EXACT_LIMIT_S if a.exact else LIMIT_S)
    options = SolveOptions(time_limit_s=limit_s, confirm=bool(a.exact))
    name = registry.default("assignment")
    with WarmWorker() as worker:
        yield lambda problem, before: worker.solve(problem, name, options, start=before)


@dataclass
class Tally:
    """What was followed and how good the answers are, counted as they come: a day may be long."""

    events: int = 0
    findings: int = 0
    answers: int = 0
    proved: int = 0
    kept: int = 0
    largest_gap_frac: float | None = None

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record."""
        self.events += 1
        self.findings += len(record["findings"])
        if not record["renewed"]:
            return
        self.answers += 1
        self.proved += record.get("status") == "optimal"
        self.kept += bool(record.get("kept"))
        if record.get("gap_frac") is not None:
            self.largest_gap_frac = max(self.largest_gap_frac or 0.0, record["gap_frac"])

    def summary(self, n_bad: int) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self) | {"lines_left_out": n_bad}


def _in_words(counted: dict[str, Any]) -> str:
    return (
        f"{counted['events']} events, {counted['lines_left_out']} lines left out, {counted['findings']} findings; "
        f"{counted['answers']} joint answers, {counted['proved']} of them proved best, {counted['kept']} left as "
        "before because nothing was better by enough."
    )
