"""Heat matrices and the figures of staffing studies: what stands on them, small numbers, colour and none."""

import datetime as dt

import numpy as np
import pytest

from optimiser.demand.heat import Category, Heat
from optimiser.demand.measured import Measured
from optimiser.report.chart import ChartStyle
from optimiser.report.chart_heat import heat_chart
from optimiser.report.chart_measured import day_chart, day_curves, deployment_chart, saturation_chart
from tests.report.test_figures import PDF, PNG, hues, texts, written


def found_heat():
    """40 calls on Friday at 17, 5 on Tuesday at 3, ten weeks."""
    counts = np.zeros((7, 24), dtype=np.int64)
    counts[4, 17], counts[1, 3] = 40, 5
    return Heat(Category("Collisions"), counts, counts / 10.0, {}, 45, 10.0)


def measured(n_cycles=1):
    """One sector, ten on duty always, three on calls, one on reports, half an officer on their own work."""
    shape = (2, n_cycles, 168)

    def flat(officers):
        array = np.zeros(shape)
        array[0] = officers * 4 * 3600.0
        return array

    spent = {"calls": flat(3.0), "proactive": flat(0.5), "admin": flat(1.0), "community": flat(0.0)}
    return Measured(
        dt.date(2025, 3, 3), dt.date(2025, 3, 31), ("B1",), 28, flat(10.0), spent, flat(0.5),
        np.full((n_cycles, 168), 4.0), 2, 1000, 0, (),
    )  # fmt: skip


def test_a_heat_matrix_hides_small_cells(tmp_path):
    """Five calls are too few at 11: hatched, counted in the foot; at 3 everything is told."""
    figure = heat_chart(found_heat(), 11, style=ChartStyle(place="Town"))
    said = texts(figure)
    assert "Collisions" in said
    assert any("1 hours with fewer than 11 calls are not told" in t for t in said)
    assert {"Monday", "Sunday", "00", "21"} <= set(said)
    assert len(figure.axes[0].patches) == 1
    assert not heat_chart(found_heat(), 3).axes[0].patches
    assert written(figure, tmp_path) == [PNG, PDF]


def test_a_matrix_without_colour():
    """Black and white holds not one coloured pixel."""
    assert hues(heat_chart(found_heat(), 11)) > 500
    assert hues(heat_chart(found_heat(), 11, style=ChartStyle(colour=False))) == 0


def test_figures_of_a_study(tmp_path):
    """On duty, work by class, the index of 45 % and the target of 60 % stand on the sheets, none for publication."""
    found = measured()
    assert found.saturation() == pytest.approx(0.45)
    week, day, index = deployment_chart(found), day_chart(found), saturation_chart(found)
    assert {"on duty", "calls"} <= set(texts(week))
    assert {"Weekdays", "Weekends"} <= set(texts(day))
    assert {"target line", "whole period"} <= set(texts(index))
    assert any("45.0" in t and "target line 60" in t for t in texts(index))
    lines = {round(float(np.asarray(line.get_ydata())[0]), 6) for line in index.axes[0].get_lines()}
    assert {60.0, 45.0} <= lines
    for figure in (week, day, index):
        assert any("not for publication" in t for t in texts(figure))
        assert written(figure, tmp_path) == [PNG, PDF]
    curves = day_curves(found)
    assert curves["Weekends"]["calls"] == pytest.approx(np.full(24, 3.0))
    assert hues(saturation_chart(found, style=ChartStyle(colour=False))) == 0
