"""The picture of the time split."""

import numpy as np
import pytest

from optimiser.report.chart_ledger import ledger_chart
from optimiser.studies.split_ledger import ClassLine

LINES = (
    ClassLine("calls", "at most", 0.3, 0.41, 0.3, 0.29, 0.27, 0.32),
    ClassLine("proactive", "at least", 0.3, 0.2, 0.45, 0.46, 0.44, 0.48),
    ClassLine("admin", "a need, at most", 0.3, None, 0.15, 0.14, 0.14, 0.15),
    ClassLine("community", "at least", 0.1, None, 0.1, 0.1, 0.1, 0.1),
    ClassLine("unaccounted", "at most", 0.1, None, 0.0, 0.01, 0.0, 0.02),
)


@pytest.fixture(autouse=True)
def closed():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def test_bars_are_the_shares_and_marks_the_limits():
    # percent of every class by kind, a mark at each limit, whiskers over nine weeks in ten
    (axes,) = [a for a in ledger_chart(LINES, "D1", weeks=28).axes if a.patches]
    widths = sorted(round(float(p.get_width()), 6) for p in axes.patches)
    shares = [s for line in LINES for s in (line.measured or 0.0, line.planned, line.simulated)]
    assert widths == pytest.approx(sorted(100 * s for s in shares))
    lines = [tuple(np.round(line.get_xdata(), 6).tolist()) for line in axes.lines]
    assert lines.count((30.0, 30.0)) == 3
    assert (27.0, 32.0) in lines


def test_what_was_not_measured_has_no_bar():
    # two kinds in the legend where nothing was measured
    bare = tuple(ClassLine(x.name, x.kind, x.limit, None, x.planned, x.simulated, x.p5, x.p95) for x in LINES)
    (axes,) = [a for a in ledger_chart(bare).axes if a.patches]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["planned", "simulated"]
