"""What the pages of runs and of studies share: choosing one, how long it has been at it, and how to stop it."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping

import streamlit as st

from optimiser.batch.store import CLAIM_FILE, Run
from optimiser.solve.progress import BEFORE_THE_CLOCK, COMPILING, PROGRESS_FILE, STARTING, Progress
from optimiser.units import clock

EVERY_S = 1.0
PATIENCE_S = 15.0
LIVE = ("queued", "running")
PHASES = {
    "": "Starting",
    STARTING: "Starting the solver: not counted as time",
    COMPILING: "Compiling its loops: only on the first run on this machine, and not counted as time",
    "reading": "Reading the question",
    "building model": "Setting up the search",
    "searching": "Looking for a first plan",
    "improving": "Improving the plan",
    "bounding": "Working out how good any plan could be",
    "proving": "Proving how good the plan is",
    "confirming": "Confirming the proof by a second route",
    "checking": "Checking every rule on the plan itself",
}
_NEW = ""


def choose(
    key: str, what: str, new: str, there: Mapping[str, str], now: str, show: Callable[[str], None]
) -> None:
    """Let the planner pick among ``there``, words by id, or something new; ``show`` takes the id, "" for new."""
    if not there:
        return
    there = _told_apart(there)
    ids = [_NEW, *there]
    words = zlib.crc32("".join(there.values()).encode())  # a widget that is kept would show words of before
    picked = st.selectbox(
        what,
        ids,
        index=ids.index(now) if now in there else 0,
        format_func=lambda i: there[i] if i else new,
        key=f"choose.{key}.{now}.{words}",
    )
    if picked != now:
        show(picked)
        st.rerun()


def _told_apart(there: Mapping[str, str]) -> dict[str, str]:
    """Return words by id, with the end of the id where several have the same: a choice is known by its words alone."""
    often = Counter(there.values())
    return {i: f"{words} · {i[-10:]}" if often[words] > 1 else words for i, words in there.items()}


def elapsed_s(run: Run, last: Progress) -> float:
    """Return the seconds that the search has had: its own clock at its last line and what has passed since."""
    if last.phase in BEFORE_THE_CLOCK:
        return last.seconds
    told = run.folder / PROGRESS_FILE
    since = told if told.exists() else run.folder / CLAIM_FILE
    return last.seconds + (max(0.0, time.time() - since.stat().st_mtime) if since.exists() else 0.0)


def bar(used_s: float, limit_s: float) -> None:
    """Show how much of the time is used."""
    st.progress(min(used_s / limit_s, 1.0), text=f"{clock(used_s)} of at most {clock(limit_s)} minutes")


def buttons(run: Run, what: str, stop_label: str, stopped: str) -> None:
    """Offer to stop and to kill; ``what`` names it in the words beside, ``stopped`` says what a stop keeps."""
    stop, kill, link = st.columns([1, 1, 2])
    if stop.button(stop_label, key=f"stop.{run.id}", icon=":material/pause_circle:", width="stretch"):
        run.stop()
        st.toast(f"Asked to stop. {stopped}")
    if kill.button("Kill", key=f"kill.{run.id}", icon=":material/cancel:", width="stretch"):
        run.kill()
        st.rerun(scope="app")
    link.caption(
        f"You may leave this page: the {what} goes on. The address of this page opens it again, also in another window."
    )


def stuck(run: Run, what: str, start: Callable[[], object]) -> None:
    """Say where nobody works on it for long, and offer to start it."""
    age_s = time.time() - (run.folder / "request.json").stat().st_mtime
    if run.status == "queued" and age_s > PATIENCE_S:
        st.warning(f"This {what} waits and nobody works on it yet.")
        if st.button("Start it now", key=f"start.{run.id}"):
            start()
