"""Sector integrity worked by hand, from a table of calls with their units and from unit rows."""

from __future__ import annotations

import pytest

from optimiser.data.columns_file import ColumnMap
from optimiser.data.unit_work import read_homes, read_unit_work
from optimiser.demand.integrity import integrity
from optimiser.errors import InputError

KNOWN = {"A": "A", "B": "B"}
PLAN = {"A": "North", "B": "South"}
HEAD = "incident_number,reporting_area,units,dispatch_datetime,close_datetime\n"


def homes(tmp_path, text="call_sign,beat_id\nn1,North\ns1,South\nsup,\n"):
    path = tmp_path / "homes.csv"
    path.write_text(text)
    return read_homes(path, set(PLAN.values()))


def work(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return read_unit_work(path, homes(tmp_path), KNOWN, ColumnMap(), "UTC")


def test_by_hand(tmp_path):
    """N1 30 min at home and 10 away, S1 20 at home; a supervisor 60, with no home; one call of no known area."""
    rows = (
        "1,A,N1,2025-01-06 10:00,2025-01-06 10:30\n"
        '2,B,"N1,S1",2025-01-06 11:00,2025-01-06 11:10\n'
        "3,B,S1,2025-01-06 12:00,2025-01-06 12:10\n"
        "4,A,SUP,2025-01-06 13:00,2025-01-06 14:00\n"
        "5,Z,N1,2025-01-06 15:00,2025-01-06 15:10\n"
    )
    found = integrity(work(tmp_path, HEAD + rows), PLAN)
    north, south = found.sectors
    assert (north.call_s, north.own_frac, north.unit_s) == (1800.0, 1.0, 2400.0)
    assert north.home_frac == 0.75
    assert (south.call_s, south.own_frac, south.home_frac) == (1800.0, pytest.approx(2 / 3), 1.0)
    assert found.own_frac == pytest.approx(50 / 60)
    assert found.homeless_frac == pytest.approx(0.5)
    assert found.left_out == 1


def test_what_the_report_must_tell(tmp_path):
    """Without units, or without the clear, the report to ask for is named; so are homes of another plan."""
    with pytest.raises(InputError, match=r"does not tell unit.*one row a unit and call"):
        work(
            tmp_path,
            "incident_number,reporting_area,dispatch_datetime,close_datetime\n1,A,2025-01-06,2025-01-06\n",
        )
    good = work(tmp_path, HEAD + "1,A,N1,2025-01-06 10:00,2025-01-06 10:30\n")
    with pytest.raises(InputError, match="homes are North, sectors D1"):
        integrity(good, {"A": "D1"})
    with pytest.raises(InputError, match="two homes"):
        homes(tmp_path, "call_sign,beat_id\nN1,North\nn1,South\n")


def test_the_level_of_the_plan_is_taken(tmp_path):
    """A list with beats and districts serves both levels."""
    text = "call_sign,beat_id,district_id\nN1,B1,North\nS1,B2,South\n"
    assert homes(tmp_path, text) == {"N1": "North", "S1": "South"}
