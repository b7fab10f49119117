"""How many units to send first: by hand from a handful of calls."""

from __future__ import annotations

import pandas as pd
import pytest

from optimiser.errors import InputError
from optimiser.prepare.dispatch_first import LEAN_ON, first_dispatch


def calls(rows):
    """Rows of (type, priority, units, how often)."""
    return pd.DataFrame(
        [(t, p, n) for t, p, n, times in rows for _ in range(times)],
        columns=["call_type", "priority", "n_units"],
    )


def test_the_newsvendor_by_hand():
    """One type: 60 % need one, 30 % two, 10 % four. 3 : 1 asks for 75 %: two (90 %). 1 : 1 asks for 50 %: one."""
    table = calls([("fight", 1, 1, 600), ("fight", 1, 2, 300), ("fight", 1, 4, 100)])
    (three,) = first_dispatch(table)
    assert (three.units, three.n_calls) == (2, 1000)
    assert three.enough_frac == pytest.approx(0.9)
    assert three.expected_missing == pytest.approx(0.1 * 2)
    assert three.expected_idle == pytest.approx(0.6 * 1)
    assert three.more_than_one_frac == pytest.approx(0.4)
    assert first_dispatch(table, late_price=1.0)[0].units == 1
    assert first_dispatch(table, late_price=19.0)[0].units == 4


def test_a_rare_type_leans_on_its_priority():
    """One call of a type, with five units, does not send five: 1 against 20 of 1000 calls that need one or two."""
    table = calls([("common", 1, 1, 900), ("common", 1, 2, 100), ("rare", 1, 5, 1)])
    rare = next(f for f in first_dispatch(table) if f.call_type == "rare")
    assert rare.units == 1
    of_priority = (900 + LEAN_ON * 900 / 1001) / 1021  # of 1,001 calls, leaning on all calls
    assert rare.enough_frac == pytest.approx(LEAN_ON * of_priority / 21)
    many = calls([("common", 1, 1, 900), ("rare", 1, 5, 200)])
    assert next(f for f in first_dispatch(many) if f.call_type == "rare").units == 5


def test_says_it_and_refuses():
    """A sentence with the numbers; prices and calls that cannot be."""
    assert first_dispatch(calls([("fight", 2, 1, 10)]))[0].in_words() == (
        "fight, priority 2: send 1 first; enough in 100 % of cases (10 recorded calls, 0 % of them with more than one "
        "unit)."
    )
    with pytest.raises(InputError, match="above 0"):
        first_dispatch(calls([("fight", 2, 1, 10)]), idle_price=0.0)
    with pytest.raises(InputError, match="No recorded call"):
        first_dispatch(calls([("fight", 2, 0, 10)]))
