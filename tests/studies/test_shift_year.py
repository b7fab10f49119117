"""A rota through the dated weeks of a year."""

import datetime as dt

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.prepare.calendar_file import Abstraction
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan
from optimiser.studies.shift_year import by_sector, through_the_year
from tests.oracles.shifts_cases import FREE, SLOTS, week

DAY = dt.date(2026, 7, 15)
"""A Wednesday."""


@pytest.fixture
def rota():
    problem = week(
        ShiftsParams(**FREE), {"D": (8, 8)}, {d * 24 + h: 2 for d in range(7) for h in range(8, 16)}
    )
    return problem, ShiftsPlan({f"D@{d}": 2 for d in range(7)})


def weeks(rota, entries, **more):
    return {w.monday: w for w in through_the_year(*rota, entries, **more)}


def test_court_takes_from_its_own_week_only(rota):
    # one of two at court from 9 to 12: three officer-hours short, in that week and no other
    found = weeks(rota, [Abstraction(DAY, DAY, "court", 1, 9 * 3600.0, 12 * 3600.0)])
    assert len(found) == 53  # 2026 begins on a Thursday
    hit = found[dt.date(2026, 7, 13)]
    assert (hit.away_h, hit.short_h, hit.more_short_h, hit.unmet_h) == (3, 3, 3, 0)
    assert sum(w.more_short_h for w in found.values()) == 3


def test_nobody_there_to_be_sent(rota):
    # three to an event where two are on the rota, from 8 to 16: eight hours unmet
    hit = weeks(rota, [Abstraction(DAY, DAY, "event", 3, 8 * 3600.0, 16 * 3600.0)])[dt.date(2026, 7, 13)]
    assert (hit.unmet_h, hit.more_short_h) == (8, 16)


def test_room_for_leave(rota):
    # 112 h a week of 4 officers' 160: 48 h are six days of eight hours; leave of two from Monday to Friday takes ten
    entries = [Abstraction(dt.date(2026, 7, 13), dt.date(2026, 7, 17), "leave", 2)]
    hit = weeks(rota, entries, strength=4, leave_cap=1)[dt.date(2026, 7, 13)]
    assert (hit.room_days, hit.leave_days, hit.most_on_leave) == (6, 10, 2)
    assert len(hit.over_cap) == 5
    assert hit.away_h == 0


def test_a_month_that_asks_for_more(rota):
    # July asks for three where two are: 56 h short without anybody away, January is met
    more = np.where(rota[0].requirement > 0, 3, 0)
    found = weeks(rota, [Abstraction(DAY, DAY, "court", 1, 0.0, 3600.0)], need_of_month={7: more})
    assert found[dt.date(2026, 7, 6)].short_h == 56
    assert found[dt.date(2026, 1, 5)].short_h == 0
    assert more.size == SLOTS


def test_what_cannot_be(rota):
    # no year, a negative strength, a week without hours
    entry = [Abstraction(DAY, DAY, "court", 1)]
    for entries, more, said in (
        ([], {}, "no entry"),
        (entry, {"strength": -1}, "0 or more"),
        (entry, {"week_h": 0.0}, "above 0"),
    ):
        with pytest.raises(InputError, match=said):
            through_the_year(*rota, entries, **more)


def test_the_year_by_sector():
    # two of D1 at court for four hours on each of two days; three of D1 and one of D2 on leave for a day
    after = DAY + dt.timedelta(days=1)
    found = by_sector(
        [
            Abstraction(DAY, after, "court", 2, 9 * 3600.0, 13 * 3600.0, "D1"),
            Abstraction(DAY, DAY, "leave", 2, sector="D1"),
            Abstraction(after, after, "leave", 1, sector="D1"),
            Abstraction(DAY, DAY, "leave", 1, sector="D2"),
            Abstraction(DAY, DAY, "event", 1),
        ]
    )
    told = [(s.sector, s.away_h, s.leave_days, s.most_on_leave, s.busiest) for s in found]
    assert told == [("", 24, 0, 0, None), ("D1", 16, 3, 2, DAY), ("D2", 0, 1, 1, DAY)]
    assert by_sector([Abstraction(DAY, DAY, "leave", 1)]) == ()


def test_caps_on_leave_by_sector(rota):
    # two of D1 and three of D2 on leave: D1's cap of one is broken, D2's of three kept; no D9 is known
    entries = [Abstraction(DAY, DAY, "leave", 2, sector="D1"), Abstraction(DAY, DAY, "leave", 3, sector="D2")]
    caps = {"D1": 1, "D2": 3}
    hit = weeks(rota, entries, leave_cap=9, leave_cap_by_sector=caps)[dt.date(2026, 7, 13)]
    assert hit.over_cap == ()
    assert hit.over_cap_by_sector == {"D1": (DAY,)}
    assert [(s.sector, s.cap, s.over_cap) for s in by_sector(entries, caps)] == [
        ("D1", 1, (DAY,)),
        ("D2", 3, ()),
    ]
    with pytest.raises(InputError, match=r"sector D9.*its sectors are D1, D2"):
        weeks(rota, entries, leave_cap_by_sector={"D9": 1})
