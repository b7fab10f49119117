"""Last year's published figures of the made-up county, counted as annual reports often are: not as planners count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimiser.data.synthetic.duty import days_of
from optimiser.data.synthetic.staff import strength_table
from optimiser.units import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from optimiser.data.synthetic.county import County


def published_table(county: County) -> pd.DataFrame:
    """Return the figures as a planner copies them: every row of the extract, a time from dispatch, officers assigned.

    The total counts repeats, tests, cancelled calls and work that officers began; the median leaves the wait for a
    free car out. ``optimiser reconcile`` has to find that.
    """
    calls = county.calls
    urgent = calls[calls["priority"] == "1"]
    travel_s = (urgent["arrived"] - urgent["dispatched"]).to_numpy(dtype=np.float64)
    median_min = float(np.median(travel_s[travel_s > 0])) / SECONDS_PER_MINUTE
    officers = int(strength_table(county)["assigned"].astype(int).sum())
    first, last = days_of(county)
    days = (str(first), str(last - np.timedelta64(1, "D")))
    rows = [
        ("calls", str(len(calls)), *days, "", "annual report, page 4"),
        ("median minutes", f"{median_min:.1f}", *days, "1", "annual report, page 9"),
        ("officers", str(officers), *days, "", "annual report, page 2"),
    ]
    names = ["figure", "value", "first_day", "last_day", "priority", "source"]
    return pd.DataFrame(rows, columns=names, dtype="str")
