"""Published figures beside ours: totals and times traced to the planted filters, and nothing explained away."""

import datetime as dt

import pytest

from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.data.published import read_published
from optimiser.demand.reconcile import AGREES, EXPLAINED, OPEN, UNKNOWN, reconcile
from optimiser.errors import InputError
from tests.data.made_up import ZONE, write_squares

HEADER = "call_id,received,dispatched,arrived,cleared,priority,call_type,area_id,origin,disposition"
FIRST = dt.datetime(2025, 1, 1, 12)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """2025: 365 calls of the public (5 min to dispatch, 10 min drive), 100 by officers, 50 cancelled, 7 tests.

    30 repeats, and 365 rows of 2024 besides. 20 of the public calls lie outside every area.
    """
    folder = tmp_path_factory.mktemp("reconcile")
    rows = []

    def call(key, day, origin="public", kind="ALARM", outcome="RPT", area="A1", delay=5, sent=True):
        at = FIRST + dt.timedelta(days=day)
        gone = at + dt.timedelta(minutes=delay)
        there, clear = gone + dt.timedelta(minutes=10 if delay else 0), gone + dt.timedelta(minutes=40)
        times = f"{gone},{there},{clear}" if sent else ",,"
        rows.append(f"{key},{at},{times},1,{kind},{area},{origin},{outcome}")

    for d in range(365):
        call(f"a{d}", d, area="A1" if d >= 20 else "ZZ")
        call(f"o{d}", d - 365)
    for d in range(100):
        call(f"b{d}", d, origin="officer", kind="STOP", delay=0)
    for d in range(50):
        call(f"c{d}", d, outcome="CANCELLED", sent=False)
    for d in range(7):
        call(f"t{d}", d, kind="TEST CALL")
    rows += rows[:30:2] * 2  # 15 rows, each twice more
    path = folder / "calls.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    areas = write_squares(folder / "areas.geojson", ["A1", "A2"])
    init(
        folder / "town", areas, path, timezone=ZONE, crs="EPSG:32617", priority={"1": 1},
        response_time="received_to_arrived",
    )  # fmt: skip
    return load(folder / "town")


def told(town, tmp_path, *rows, header="figure,value,year,priority"):
    path = tmp_path / "published.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return reconcile(town, read_published(path))


@pytest.mark.parametrize(
    ("value", "filters", "verdict"),
    [
        ("365", [], AGREES),
        ("465", ["with work that officers began themselves"], EXPLAINED),
        ("415", ["with cancelled calls"], EXPLAINED),
        ("345", ["without calls outside every area"], EXPLAINED),
        ("515", ["with work that officers began themselves", "with cancelled calls"], EXPLAINED),
        (
            "522",
            ["with work that officers began themselves", "with cancelled calls", "with test calls"],
            EXPLAINED,
        ),
    ],
)
def test_totals_are_traced(town, tmp_path, value, filters, verdict):
    """365 ours of 2025; +100 officers', +50 cancelled, +7 tests, -20 outside: each sum is told by its filters."""
    (found,) = told(town, tmp_path, f"calls,{value},2025,")
    assert found.ours == 365
    assert sorted(s.filter for s in found.steps) == sorted(filters)
    assert found.verdict == verdict
    assert found.rest == 0
    assert found.ours + sum(s.change for s in found.steps) == found.published.value


def test_what_no_filter_explains_is_said(town, tmp_path):
    """5,000 calls cannot come of 365: the nearest filters are shown, and the rest stands open."""
    (found,) = told(town, tmp_path, "calls,5000,2025,")
    assert found.verdict == OPEN
    assert found.rest > 4000


def test_another_year_and_one_not_covered(town, tmp_path):
    """2024 has its own 365 calls and no cancelled ones; 2023 is not in the extract; both are told."""
    (found, lacking) = told(town, tmp_path, "calls,365,2024,", "calls,300,2023,")
    assert (found.ours, found.verdict) == (365, AGREES)
    assert "1 days of it have no call" in found.note  # 2024 has 366 days
    assert lacking.verdict == UNKNOWN
    assert "they run from 2024-01-02 to 2025-12-31" in lacking.note


def test_times_are_traced_to_their_clock(town, tmp_path):
    """15 minutes from receipt, 10 from dispatch, 5 to dispatch; with officers' own (0) a mean of 365 x 15 / 465."""
    ours, drive, delay, all_ = told(
        town, tmp_path, "median minutes,15.0,2025,1", "mean minutes,10.0,2025,1", "p90 minutes,5,2025,1",
        "mean minutes,11.8,2025,1",
    )  # fmt: skip
    assert (ours.verdict, ours.ours) == (AGREES, 15)
    assert [s.filter for s in drive.steps] == ["by the clock dispatched to arrived"]
    assert [s.filter for s in delay.steps] == ["by the clock received to dispatched"]
    assert [s.filter for s in all_.steps] == ["with work that officers began themselves"]
    assert all_.steps[0].then == pytest.approx(365 * 15 / 465)
    assert "ours is received to arrived" in ours.note


def test_strength_needs_its_file(town, tmp_path):
    """Officers are not in a project: said, and compared where they are given."""
    path = tmp_path / "published.csv"
    path.write_text("figure,value,year\nofficers,64,2025\n")
    (found,) = reconcile(town, read_published(path))
    assert found.verdict == UNKNOWN
    (found,) = reconcile(town, read_published(path), {"D1": 30, "D2": 34})
    assert found.verdict == AGREES
    (found,) = reconcile(town, read_published(path), {"D1": 30, "D2": 30})
    assert (found.verdict, found.rest) == (OPEN, 4)


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("figure,value", "calls,3", "it needs figure, value and year"),
        ("figure,value,year", "murders,3,2025", "line 2: 'murders' is none of calls"),
        ("figure,value,year", "calls,many,2025", "line 2: 'many' is no number"),
        ("figure,value,year", "calls,-3,2025", "line 2: '-3' is no number"),
        ("figure,value,year", "calls,3,25", "line 2: '25' is no year"),
        ("figure,value,year,priority", "calls,3,2025,P1", "priority 'P1'"),
        ("figure,value,first_day,last_day", "calls,3,2025-02-01,2025-01-01", "lies before"),
    ],
)
def test_bad_files(tmp_path, header, row, words):
    """Each fault is named with its line."""
    path = tmp_path / "published.csv"
    path.write_text(f"{header}\n{row}\n")
    with pytest.raises(InputError, match=words):
        read_published(path)


def test_thousands_and_decimals(tmp_path):
    """61,234 is a number; 5.1 minutes agrees with anything from 5.05 to 5.15."""
    path = tmp_path / "published.csv"
    path.write_text('figure,value,year\ncalls,"61,234",2025\nmedian minutes,5.1,2025\n')
    calls, time = read_published(path)
    assert (calls.value, calls.half_unit) == (61234, 0)
    assert time.half_unit == pytest.approx(0.05)
