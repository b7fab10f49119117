"""``dispatch live``: a feed followed event by event, with advice on all open incidents together after each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import dispatch_board, values
from optimiser.cli.console import Exit, as_json, say, show, show_json, stop_on_interrupt

if TYPE_CHECKING:
    from optimiser.prepare.dispatch_advice import Advice, Solve

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
    live.set_defaults(run=run_live)


def run_live(a: argparse.Namespace) -> int:
    """Follow the feed; print and write the advice after each event."""
    from optimiser.prepare.dispatch_advice import LiveDesk
    from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER
    from optimiser.report.words_desk import advice_lines, advice_record, terms, terms_line

    opened = dispatch_board.opened(a)
    for sentence in opened.said:
        say(f"! {sentence}")
    path = a.out or a.folder / DISPATCH_FOLDER / f"advice-{opened.path.stem}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    records = []
    before: Advice | None = None
    with solver(a) as solve, path.open("w", encoding="utf-8") as file, stop_on_interrupt() as asked:
        desk = LiveDesk(opened.board, solve, exact=a.exact, most=a.choices)
        events = dispatch_board.until(opened, a.until)
        for event, following in zip(events, [*events[1:], None], strict=True):
            advice = desk.event(event, more_now=following is not None and following.at == event.at)
            record = as_json(advice_record(advice))
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()
            records.append(record)
            if not a.json:
                for line in advice_lines(advice, before):
                    show(line)
                if a.terms and advice.renewed:
                    show(f"  {terms_line(terms(advice))}")
            if advice.renewed:
                before = advice
            if asked():
                say("Stopped; the advice so far is written.")
                break
    counted = summary(records, len(opened.feed.bad))
    if a.json:
        show_json(
            {"advice_file": str(path), "summary": counted, "left_out": list(opened.said), "advice": records}
        )
        return Exit.DONE
    say(_in_words(counted))
    say(f"Advice after each event: {path}. It advises only: the dispatcher decides.")
    return Exit.DONE


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


def summary(records: list[dict[str, Any]], n_bad: int) -> dict[str, Any]:
    """Count what was followed and how good the answers are."""
    renewed = [r for r in records if r["renewed"]]
    gaps = [r["gap_frac"] for r in renewed if r.get("gap_frac") is not None]
    return {
        "events": len(records),
        "lines_left_out": n_bad,
        "findings": sum(len(r["findings"]) for r in records),
        "answers": len(renewed),
        "proved": sum(r.get("status") == "optimal" for r in renewed),
        "kept": sum(bool(r.get("kept")) for r in renewed),
        "largest_gap_frac": max(gaps, default=None),
    }


def _in_words(counted: dict[str, Any]) -> str:
    return (
        f"{counted['events']} events, {counted['lines_left_out']} lines left out, {counted['findings']} findings; "
        f"{counted['answers']} joint answers, {counted['proved']} of them proved best, {counted['kept']} left as "
        "before because nothing was better by enough."
    )
