"""What the parts of ``dispatch`` share: a board from a feed, or from a made-up hour where no feed is named."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.cli import values
from optimiser.cli.options import choices_option
from optimiser.units import minutes

if TYPE_CHECKING:
    from optimiser.data.dispatch_feed import Feed, FeedEvent
    from optimiser.prepare.dispatch_board import Board


@dataclass(frozen=True, eq=False)
class Opened:
    """An empty board with its feed, and what is to be said of where it comes from."""

    board: Board
    feed: Feed
    path: Path
    made_up: bool
    said: tuple[str, ...]


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the board is made of."""
    parser.add_argument("folder", type=Path, help="the project folder")
    parser.add_argument(
        "--feed",
        type=Path,
        metavar="FILE",
        help="events as JSON lines or CSV: time,event,unit,incident,lon,lat,area_id,status,until,grade,officers,...; "
        "an hour is made up if left out",
    )
    parser.add_argument("--until", type=values.time, metavar="TIME", help="stop at this time of the feed")
    parser.add_argument(
        "--traffic",
        type=Path,
        metavar="FILE",
        help="road_class,days,from,until,factor: how slow roads are by hour",
    )
    parser.add_argument(
        "--statuses",
        type=Path,
        metavar="FILE",
        help="status,means: what each status of the dispatch system means",
    )
    choices_option(parser, "choices, as of solve assignment")
    parser.add_argument(
        "--seed", type=values.whole(0, 2**31 - 1), default=1, help="seed of a made-up hour (1)"
    )
    parser.add_argument("--units", type=values.whole(1, 500), default=20, help="units of a made-up hour (20)")
    parser.add_argument("--calls", type=values.whole(1, 200), default=12, help="calls of a made-up hour (12)")


def opened(a: argparse.Namespace) -> Opened:
    """Return the board asked for and its feed; without a feed an hour is made up and written beside the project."""
    from optimiser.data.dispatch_feed import read_feed
    from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER, MADE_UP, made_up_feed, write_feed

    board, said = empty(a)
    path = a.feed
    if path is None:
        path = a.folder / DISPATCH_FOLDER / f"{MADE_UP}{a.seed}.jsonl"
        rows = made_up_feed(
            board.project, board.params, seed=a.seed, n_units=a.units, n_calls=a.calls, travel=board.travel
        )
        write_feed(path, rows)
        cover = (
            f"cover within {minutes(board.params.coverage_s):g} minutes is asked for (--set coverage_min=...)"
        )
        said = (
            f"No feed is named: an hour was made up (seed {a.seed}) and written to {path}; {cover}.",
            *said,
        )
        board = replace(board)
    feed = read_feed(path, board.project.settings.timezone)
    said += tuple(f"{path}, {bad}" for bad in feed.bad)
    if feed.unknown_columns:
        said += (f"{path}: not understood and not used: {', '.join(feed.unknown_columns)}.",)
    return Opened(board, feed, path, a.feed is None, said)


def empty(a: argparse.Namespace) -> tuple[Board, tuple[str, ...]]:
    """Return the board asked for before any event, and what is to be said of its roads."""
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.prepare.dispatch_board import Board, desk_params
    from optimiser.prepare.dispatch_live import STATUS_WORDS, read_statuses
    from optimiser.prepare.travel import road_assumptions
    from optimiser.roads import factors_from

    project = load(a.folder)
    params = desk_params(project, settings_of(a.set, "assignment"), made_up=a.feed is None)
    factors = None if a.traffic is None else factors_from(a.traffic)
    words = STATUS_WORDS if a.statuses is None else read_statuses(a.statuses)
    said = tuple(f"Roads: {sentence}" for sentence in road_assumptions(project))
    return Board(project, params, factors, words), said


def until(opened: Opened, asked: datetime | None) -> list[FeedEvent]:
    """Return the events of a feed up to a time, all of them if None."""
    return [e for e in opened.feed.events if asked is None or e.at <= asked]
