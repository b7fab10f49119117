"""Officers of the made-up county: who is assigned where, today's rota, and next year's court, training, events, leave.

All agree with the duty report: so many officers take turns in each seat of a district's patrol cars.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimiser.data.synthetic.call_signs import SHIFTS
from optimiser.data.synthetic.duty import OFFICERS_A_SEAT, SEATS, SHIFT_H, START_H, days_of
from optimiser.units import DAY_NAMES

if TYPE_CHECKING:
    from optimiser.data.synthetic.county import County

STRENGTH_COLUMNS = ("district_id", "assigned", "unfit", "minimum", "most")
_VACANT_FRAC, _UNFIT_FRAC = 0.27, 0.04
"""More posts are empty than the requirement can bear: what one more officer buys is then worth asking."""
_LEAST_CARS = 1
"""Cars that a district always keeps on duty: its minimum is the officers who take turns in them."""
_EVENTS = (
    ("Spring fair", 4, 18, 2, 8, "12:00", "20:00"),
    ("National day", 7, 4, 1, 30, "16:00", "24:00"),
    ("Harvest fair", 9, 19, 2, 12, "10:00", "22:00"),
    ("New Year's Eve", 12, 31, 1, 30, "18:00", "24:00"),
)
"""What, month, day, days, officers, from, to."""
_SUMMER, _LEAVE_FRAC, _SUMMER_LEAVE_FRAC = (6, 7, 8), 0.06, 0.11


def strength_table(county: County) -> pd.DataFrame:
    """Return the officers of each district: assigned, unfit for a while, fewest at work, no limit of room."""
    rng = _random(county)
    rows = []
    for district, cars in _cars(county).items():
        posts = cars * sum(SEATS.values()) * OFFICERS_A_SEAT
        assigned = posts - int(rng.binomial(posts, _VACANT_FRAC))
        unfit = int(rng.binomial(assigned, _UNFIT_FRAC))
        least = min(_LEAST_CARS * len(SHIFTS) * OFFICERS_A_SEAT, assigned - unfit)
        rows.append((district, str(assigned), str(unfit), str(least), ""))
    return pd.DataFrame(rows, columns=list(STRENGTH_COLUMNS), dtype="str")


def rota_table(county: County) -> pd.DataFrame:
    """Return today's rota: three equal shifts, the same officers every day, as the duty report shows them."""
    cars = sum(_cars(county).values())
    rows = [
        (f"{START_H[s]:02d}:00", str(SHIFT_H), *([str(cars * SEATS[s])] * len(DAY_NAMES))) for s in SHIFTS
    ]
    return pd.DataFrame(rows, columns=["start", "hours", *DAY_NAMES], dtype="str")


def calendar_table(county: County) -> pd.DataFrame:
    """Return what takes officers away in the year after the calls' first: rows by date, court and training by district.

    Court sits on weekdays but Friday, training on two days a week outside summer and December, events are the whole
    force's; leave is highest in summer.
    """
    rng = _random(county)
    year = days_of(county)[0].astype("datetime64[Y]").astype(int) + 1970 + 1
    cars = _cars(county)
    rows: list[tuple[str, ...]] = []
    monday = dt.date(year, 1, 1) + dt.timedelta(days=(7 - dt.date(year, 1, 1).weekday()) % 7)
    while (monday + dt.timedelta(days=6)).year == year:
        for district, n in cars.items():
            rows += _week(rng, monday, district, n)
        monday += dt.timedelta(days=7)
    for _, month, day, days, officers, begin, end in _EVENTS:
        first = dt.date(year, month, day)
        last = first + dt.timedelta(days=days - 1)
        asked = max(1, round(officers * sum(cars.values()) / 24))
        rows.append((str(first), str(last), "event", str(asked), begin, end, ""))
    rows.sort(key=lambda r: (r[0], r[2], r[6]))
    return pd.DataFrame(
        rows, columns=["from", "to", "kind", "officers", "from_time", "to_time", "sector"], dtype="str"
    )


def _week(rng: np.random.Generator, monday: dt.date, district: str, cars: int) -> list[tuple[str, ...]]:
    """Return one week of a district: two court days, a training day, and leave from Monday to Sunday."""
    rows: list[tuple[str, ...]] = []
    for day in sorted(rng.choice(4, 2, replace=False).tolist()):
        date, n = str(monday + dt.timedelta(days=day)), 1 + int(rng.integers(0, max(1, cars // 2)))
        rows.append((date, date, "court", str(n), "09:00", "13:00", district))
    if monday.month not in (*_SUMMER, 12):
        date = str(monday + dt.timedelta(days=1 + int(rng.integers(0, 3))))
        rows.append((date, date, "training", str(max(1, cars // 2)), "08:00", "16:00", district))
    share = _SUMMER_LEAVE_FRAC if monday.month in _SUMMER else _LEAVE_FRAC
    on_leave = int(rng.binomial(cars * sum(SEATS.values()) * OFFICERS_A_SEAT, share))
    if on_leave:
        rows.append(
            (str(monday), str(monday + dt.timedelta(days=6)), "leave", str(on_leave), "", "", district)
        )
    return rows


def _cars(county: County) -> dict[str, int]:
    """Return how many cars each district has, one a beat."""
    patrol = county.units[county.units["role"] == "patrol"]
    counted = patrol.groupby("district_id")["beat_id"].nunique()
    return {str(d): int(n) for d, n in counted.sort_index().items()}


def _random(county: County) -> np.random.Generator:
    return np.random.default_rng([county.seed, 78])
