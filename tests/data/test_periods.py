"""Weeks of a table of totals, from the periods of its rows; and a map of any size is walked in bounded steps."""

import pytest
from shapely import box

from optimiser.data import borders
from optimiser.data.init import init
from optimiser.data.periods import weeks_of
from optimiser.data.project import load
from optimiser.demand.workload import from_project
from tests.data.made_up import AREA_IDS, write_squares


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2025-01", "2025-02", "2025-02"], 59),  # 31 + 28, each once
        (["202402"], 29),
        (["2025/12"], 31),
        (["3/2025", "03/2025"], 31),
        (["Jan 2025", "FEBRUARY 2025"], 59),
        (["2025-mar"], 31),
        (["2025-03-09", "2025-03-10"], 2),
        (["2025-03-09 00:00:00"], 1),
        (["2025-W11", "2025W12"], 14),
        (["2025 Q1", "Q2-2025"], 90 + 91),
        (["2024", "2025"], 366 + 365),
    ],
)
def test_periods(texts, days):
    """Days by the calendar."""
    assert weeks_of(texts) == pytest.approx(days / 7)


@pytest.mark.parametrize(
    "texts", [["2025-01", "2025"], ["13/2025"], ["spring"], [""], ["2025-02-30"], ["2025-W54"], ["0025"], []]
)
def test_no_periods(texts):
    """Mixed kinds overlap; anything else is no period: nothing is guessed."""
    assert weeks_of(texts) is None


def town(tmp_path, table, **options):
    path = tmp_path / "w.csv"
    path.write_text(table, encoding="utf-8")
    return init(
        tmp_path / "town",
        write_squares(tmp_path / "areas.geojson"),
        workload=path,
        crs="EPSG:32617",
        **options,
    )


def test_a_table_by_month(tmp_path):
    """62 calls in January and 56 in February of A1 are 118 in 59 days: 14 a week. --weeks decides over it."""
    table = "area_id,month,calls,minutes\nA1,2025-01,62,620\nA1,2025-02,56,560\n"
    report = town(tmp_path, table)
    assert report.quality.by_rule("workload table without its weeks") is None
    assert from_project(load(tmp_path / "town")).week_calls().sum() == pytest.approx(14.0)
    assert any(
        "covers 8.4 weeks: 2 periods in column 'month'" in a for a in load(tmp_path / "town").assumptions
    )
    town(tmp_path, table, weeks=59.0, again=True)
    assert from_project(load(tmp_path / "town")).week_calls().sum() == pytest.approx(2.0)


def test_periods_that_are_none(tmp_path):
    """Seasons: the weeks are asked for, loudly."""
    report = town(tmp_path, "area_id,period,calls\nA1,spring,62\n")
    assert report.quality.by_rule("periods that are not understood").count == 1
    assert report.quality.by_rule("workload table without its weeks") is not None


def test_the_years_of_a_map_are_no_periods(tmp_path):
    """A map that carries its calls and the year of its census: the weeks are still asked for."""
    n = len(AREA_IDS)
    areas = write_squares(tmp_path / "areas.geojson", calls=[10] * n, year=[2020] * n)
    report = init(tmp_path / "town", areas, crs="EPSG:32617")
    assert report.quality.by_rule("workload table without its weeks").count == 10 * n


def test_open_borders_are_walked_in_bounded_steps(monkeypatch):
    """20 km of coast in at most 100 steps: their lengths still add up to it."""
    monkeypatch.setattr(borders, "MOST_STEPS", 100)
    owner, points, metres = borders._walk([box(0, 0, 5000, 5000).boundary], 2.5)
    assert len(points) == len(owner) <= 101
    assert metres.sum() == pytest.approx(20_000)
