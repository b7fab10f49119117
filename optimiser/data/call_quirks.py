"""What is peculiar about a call file though nothing in it is wrong: things that change what its figures mean."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from optimiser.data.call_units import UnitRoles
from optimiser.data.columns import ColumnGuess
from optimiser.data.labels import sayable
from optimiser.data.quality import Notes
from optimiser.units import percent_text

LARGE_TYPE_FRAC = 0.10
FEWEST_OF_A_TYPE = 100
FEWEST_OF_A_UNIT = 100
HARDLY_FRAC = 0.10
_SPLIT = re.compile(r"[,;/|\s]+")
_PLACED = ("x", "y")


def table_quirks(frame: pd.DataFrame, guess: ColumnGuess, notes: Notes, said: list[str]) -> None:
    """Note columns that hold nothing, and say it where calls carry no coordinates."""
    empty = [theirs for ours, theirs in guess.columns.items() if (frame[ours].str.strip() == "").all()]
    action = "nothing is read from them: was the report made without, or did the export lose them?"
    notes.add("columns without a single value", len(empty), len(guess.columns), action, examples=empty)
    if not set(_PLACED) <= set(frame):
        said.append(f"No coordinates: all {len(frame):,} calls are placed by their area label alone.")


def desk_quirks(frame: pd.DataFrame, roles: UnitRoles, notes: Notes) -> None:
    """Note calls that only units take which hardly ever drive to one: a desk, or dispatch itself.

    Driving shows in a call that was dispatched and arrived at later. Where roles are given the planner has decided.
    """
    column = next((c for c in ("unit", "units") if c in frame), None)
    sent, came = (_has(frame, which) for which in ("dispatched", "arrived"))
    if column is None or roles.patterns or sent is None or came is None:
        return
    drove = sent & came
    unit = frame[column].str.upper().str.split(_SPLIT.pattern, regex=True)
    rows = pd.DataFrame({"call": np.arange(len(frame)), "unit": unit.to_numpy(), "drove": drove}).explode(
        "unit"
    )
    rows = rows[rows["unit"].fillna("") != ""]
    by_unit = rows.groupby("unit")["drove"].agg(["size", "mean"])
    still = by_unit.index[(by_unit["size"] >= FEWEST_OF_A_UNIT) & (by_unit["mean"] < HARDLY_FRAC)]
    if len(still):
        at_desk = rows["unit"].isin(still).groupby(rows["call"]).all()
        shown = sayable({str(u): int(by_unit.loc[u, "size"]) for u in still})
        action = (
            f"{len(still)} call signs: a desk, or dispatch? Patrol until the units file gives them a role"
        )
        rule = "calls taken by units alone that hardly ever drive"
        notes.add(rule, int(at_desk.sum()), len(frame), action, examples=shown)


def call_quirks(calls: pd.DataFrame, notes: Notes) -> None:
    """Note calls of several units, and types that are a large part of all calls."""
    n = len(calls)
    several = int((calls["n_units"] > 1).sum())
    mean = float(calls["n_units"].mean()) if n else 0.0
    action = f"{mean:.2f} units a call on average; the time of every unit counts"
    notes.add("calls with several units", several, n, action, fact=True)
    counts = calls.loc[calls["call_type"] != "", "call_type"].value_counts()
    large = counts[(counts > LARGE_TYPE_FRAC * n) & (counts >= FEWEST_OF_A_TYPE)]
    if len(large):
        told = ", ".join(f"{t} {percent_text(c / n)}" for t, c in large.items())
        action = (
            f"{told}: is it patrol's work? If not, leave it out ([calls.leave_out]) or give its units a role"
        )
        notes.add(
            "calls of a type that is over a tenth of all", int(large.sum()), n, action, examples=large.index
        )


def _has(frame: pd.DataFrame, which: str) -> np.ndarray | None:
    found = [c for c in (which, f"{which}_time") if c in frame]
    return (frame[found[0]].str.strip() != "").to_numpy(dtype=bool) if found else None
