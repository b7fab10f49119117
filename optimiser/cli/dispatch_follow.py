"""A feed of ``dispatch live`` as events: one that is finished, or with ``--follow`` one that is still being written."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.cli import dispatch_board, values
from optimiser.cli.console import say

if TYPE_CHECKING:
    from optimiser.data.dispatch_feed import FeedEvent
    from optimiser.data.feed_follow import News
    from optimiser.prepare.dispatch_board import Board

POLL_S = 1.0


def add_follow(parser: argparse.ArgumentParser) -> None:
    """Add the options of a feed that is still being written."""
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on with what is added to --feed, until Ctrl-C, --stop, --idle or --until ends it; what has piled up "
        "is taken together",
    )
    parser.add_argument(
        "--poll",
        type=values.between(0.05, 60.0),
        default=POLL_S,
        metavar="SECONDS",
        help=f"look for more so often ({POLL_S:g})",
    )
    parser.add_argument("--stop", type=Path, metavar="FILE", help="end when this file appears")
    parser.add_argument(
        "--idle", type=values.positive, metavar="SECONDS", help="end when nothing new came for so long"
    )


class Finished:
    """Every event of a feed that is read to its end."""

    def __init__(self, a: argparse.Namespace) -> None:
        opened = dispatch_board.opened(a)
        self.board: Board = opened.board
        self.path: Path = opened.path
        self.said = list(opened.said)
        self.n_bad = len(opened.feed.bad)
        self._events = dispatch_board.until(opened, a.until)

    def events(
        self, asked: Callable[[], bool], between: Callable[[], None]
    ) -> Iterator[tuple[FeedEvent, bool]]:
        """Yield each event, and whether another of the same moment follows."""
        for event, following in zip(self._events, [*self._events[1:], None], strict=True):
            yield event, following is not None and following.at == event.at
            if asked():
                say("Stopped; the advice so far is written.")
                return


class Growing:
    """Events of a feed as they are written; what is wrong with lines or file is told at once, and the rest goes on."""

    def __init__(self, a: argparse.Namespace) -> None:
        from optimiser.data.feed_follow import GrowingFeed
        from optimiser.errors import UsageError

        if a.feed is None:
            raise UsageError("--follow needs the file to follow: --feed FILE.")
        if a.stop is not None and a.stop.exists():
            raise UsageError(f"--stop {a.stop} is there already: remove it, or name another file.")
        if not a.feed.resolve().parent.is_dir():
            raise UsageError(f"--feed {a.feed}: there is no folder {a.feed.resolve().parent}.")
        self.board, said = dispatch_board.empty(a)
        self.path: Path = a.feed
        self.said, self.n_bad = list(said), 0
        self._a = a
        self._feed = GrowingFeed(a.feed, self.board.project.settings.timezone)
        self._strange: set[str] = set()

    def events(
        self, asked: Callable[[], bool], between: Callable[[], None]
    ) -> Iterator[tuple[FeedEvent, bool]]:
        """Yield each event as it comes, and whether more have come with it already.

        ``between`` is called whenever nothing new has come.
        """
        heard = time.monotonic()
        why = ""
        while not why:
            news = self._feed.news()
            self._tell(news)
            until = self._a.until
            found = [e for e in news.events if until is None or e.at <= until]
            for k, event in enumerate(found):
                yield event, k + 1 < len(found)
                if asked():
                    break
            if news.events or news.bad:
                heard = time.monotonic()
            why = self._ended(asked(), len(found) < len(news.events), time.monotonic() - heard)
            if not why and not news.events:
                between()
                time.sleep(self._a.poll)
        if self._feed.half:
            self._note(f"{self.path}, {self._feed.half}")
            self.n_bad += 1
        say(f"Ended: {why}. The advice so far is written.")

    def _ended(self, asked: bool, past: bool, silent_s: float) -> str:
        """Return why to end, "" to go on."""
        a = self._a
        if asked:
            return "asked to stop"
        if past:
            return f"the feed is past --until {a.until}"
        if a.stop is not None and a.stop.exists():
            return f"{a.stop} is there"
        return f"nothing new for {a.idle:g} s" if a.idle is not None and silent_s >= a.idle else ""

    def _tell(self, news: News) -> None:
        for sentence in news.said:
            self._note(f"{self.path}: {sentence}.")
        for bad in news.bad:
            self._note(f"{self.path}, {bad}")
        self.n_bad += len(news.bad)
        strange = self._feed.unknown_columns - self._strange
        if strange:
            self._strange |= strange
            self._note(f"{self.path}: not understood and not used: {', '.join(sorted(strange))}.")

    def _note(self, sentence: str) -> None:
        self.said.append(sentence)
        say(f"! {sentence}")
