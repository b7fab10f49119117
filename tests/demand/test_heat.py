"""Heat matrices: hand-made counts by day and hour, filters, a season, and nothing that fits."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from optimiser.demand.heat import Category, heat
from optimiser.demand.period import Period
from optimiser.errors import InputError
from tests.demand.test_workload import calls


def project(table):
    return SimpleNamespace(calls=table, settings=SimpleNamespace(timezone="UTC"), folder="town")


@pytest.fixture
def town():
    """Eight weeks: a collision every Friday at 17:10 and 17:50, a burglary every Tuesday at 03:00."""
    fridays = pd.date_range("2024-01-05", periods=8, freq="7D")
    tuesdays = pd.date_range("2024-01-02", periods=8, freq="7D") + pd.Timedelta(hours=3)
    times = [*(fridays + pd.Timedelta(minutes=1030)), *(fridays + pd.Timedelta(minutes=1070)), *tuesdays]
    table = calls(times)
    return project(
        table.assign(
            call_type=["COLLISION"] * 16 + ["BURG"] * 8, priority=[2] * 16 + [1] * 8,
            area_id=["A"] * 16 + ["B"] * 8, origin=["public"] * 20 + ["officer"] * 4,
        )
    )  # fmt: skip


def test_counts_and_means_by_hand(town):
    """Two collisions an hour on Friday at 17, one burglary on Tuesday at 3; 16 calls in area A."""
    found = heat(town, Category())
    assert found.n_calls == 24
    assert (found.counts[4, 17], found.counts[1, 3]) == (16, 8)
    assert found.counts.sum() == 24
    assert found.per_hour[4, 17] == pytest.approx(2.0)
    assert found.peak() == (4, 17)
    assert found.by_area == {"A": 16, "B": 8}


@pytest.mark.parametrize(
    ("category", "n", "words"),
    [
        (Category(types=("coll*",)), 16, "coll*"),
        (Category(priorities=frozenset({1})), 8, "all calls, priority 1"),
        (Category(origin="officer"), 4, "all calls, begun by officers"),
        (Category("Night burglaries", types=("BURG",), origin="public"), 4, "Night burglaries"),
    ],
)
def test_any_category(town, category, n, words):
    """Types by pattern whatever their case, priorities, who began them, and all of it together."""
    assert heat(town, category).n_calls == n
    assert category.words == words


def test_a_part_of_the_year(town):
    """February 2024 has four Fridays with collisions, on whose days alone hours are averaged."""
    found = heat(town, Category(types=("COLLISION",)), Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29)))
    assert found.counts[4, 17] == 8
    assert found.per_hour[4, 17] == pytest.approx(2.0)


def test_nothing_that_fits(town):
    """A category without a call is named; totals have no category."""
    with pytest.raises(InputError, match="No call is of this category"):
        heat(town, Category(types=("TORNADO",)))
    with pytest.raises(InputError, match="holds totals"):
        heat(project(None), Category())
    with pytest.raises(InputError, match="holds no call at all"):
        heat(project(town.calls.iloc[:0]), Category())
    assert np.isfinite(heat(town, Category()).per_hour).all()
