"""How many units to send first to a call, from how many its like needed before.

Too few, and a second wave comes late; too many, and units are away for nothing. With the chance P(N <= s) that s
units are enough, taken from recorded calls of the same type and priority, the best first number is the smallest s with

    P(N <= s) >= late / (late + idle)

where ``late`` is what a unit that comes in a second wave costs and ``idle`` what a unit sent for nothing costs (the
newsvendor rule). Types with few calls lean on all calls of their priority, and these on all calls.

Records tell units *sent*, not units needed: a force that always sends two will find that two are needed. The share of
calls with more units than one is given beside each number so that this can be seen.

Source: Ignall, Carter, Rider (1982), An algorithm for the initial dispatch of fire companies, Management Science 28.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import percent_text

LEAN_ON = 20.0
"""Calls of the wider group that count as much as those of the type itself."""
MOST_UNITS = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FirstDispatch:
    """What to send first to one type of call.

    Parameters
    ----------
    n_calls
        Recorded calls of this type and priority.
    units
        Units to send first.
    enough_frac
        Chance that they are enough.
    more_than_one_frac
        Share of the recorded calls to which more than one unit went.
    expected_missing, expected_idle
        Units that a second wave must bring, and units sent for nothing, on average.
    """

    call_type: str
    priority: int
    n_calls: int
    units: int
    enough_frac: float
    more_than_one_frac: float
    expected_missing: float
    expected_idle: float

    def in_words(self) -> str:
        """Say it in one sentence."""
        return (
            f"{self.call_type or 'any call'}, priority {self.priority}: send {self.units} first; enough in "
            f"{percent_text(self.enough_frac, 0)} of cases ({self.n_calls} recorded calls, "
            f"{percent_text(self.more_than_one_frac, 0)} of them with more than one unit)."
        )


def first_dispatch(
    calls: pd.DataFrame, *, late_price: float = 3.0, idle_price: float = 1.0
) -> tuple[FirstDispatch, ...]:
    """Return the first number for every type and priority recorded, the most frequent first.

    Parameters
    ----------
    calls
        Columns ``call_type``, ``priority``, ``n_units``; calls without a unit are left out.
    late_price, idle_price
        What a unit missing at first costs against one sent for nothing; only their ratio matters.

    Raises
    ------
    InputError
        If a price is not above 0, or no call has a unit.
    """
    if not (late_price > 0 and idle_price > 0):
        raise InputError(f"late_price and idle_price must be above 0, got {late_price} and {idle_price}.")
    used = calls[calls["n_units"] >= 1]
    if used.empty:
        raise InputError("No recorded call has a unit; how many to send first cannot be learnt from them.")
    n = np.minimum(used["n_units"].to_numpy(dtype=np.int64), MOST_UNITS)
    priority = used["priority"].to_numpy(dtype=np.int64)
    kind = used["call_type"].astype(str).to_numpy()
    overall = _shares(n)
    wider = {int(p): _leaning(n[priority == p], overall) for p in np.unique(priority)}
    found = [
        _decide(
            str(t),
            int(p),
            n[(kind == t) & (priority == p)],
            wider[int(p)],
            late_price / (late_price + idle_price),
        )
        for t, p in sorted(set(zip(kind.tolist(), priority.tolist(), strict=True)))
    ]
    return tuple(sorted(found, key=lambda f: (-f.n_calls, f.call_type, f.priority)))


def _shares(n: NDArray[np.int64]) -> Floats:
    """Share of calls with 0, 1, 2 ... units. Shape (MOST_UNITS + 1,)."""
    return np.bincount(n, minlength=MOST_UNITS + 1) / max(1, n.size)


def _leaning(n: NDArray[np.int64], wider: Floats) -> Floats:
    return np.asarray((n.size * _shares(n) + LEAN_ON * wider) / (n.size + LEAN_ON))


def _decide(kind: str, priority: int, n: NDArray[np.int64], wider: Floats, critical: float) -> FirstDispatch:
    share = _leaning(n, wider)
    enough = np.cumsum(share)
    units = max(1, int(np.argmax(enough >= critical - 1e-12)))
    need = np.arange(share.size)
    return FirstDispatch(
        call_type=kind,
        priority=priority,
        n_calls=int(n.size),
        units=units,
        enough_frac=float(enough[units]),
        more_than_one_frac=float((n > 1).mean()),
        expected_missing=float(share @ np.maximum(0, need - units)),
        expected_idle=float(share @ np.maximum(0, units - need)),
    )
