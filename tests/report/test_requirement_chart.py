"""The chart of a requirement, in colour and without, and its sentences."""

import numpy as np
import pytest

from optimiser.data.duty_rules import DutyRule
from optimiser.demand.call_mix import of_load
from optimiser.demand.requirement import RequirementParams, SplitTargets, hold_split, requirement_of
from optimiser.report.chart import ChartStyle
from optimiser.report.chart_requirement import requirement_chart
from optimiser.report.words_requirement import found, standards, when

LOAD = 3600.0 * (3 + 2 * np.sin(2 * np.pi * (np.arange(168) % 24 - 9) / 24))
RULES = (
    DutyRule("minimum", "", "patrol", tuple(range(7)), 0, 6 * 3600, 9.0, "CBA 14.2"),
    DutyRule("vehicles", "", "patrol", tuple(range(7)), 0, 0, 10.0, "Fleet"),
    DutyRule("span", "", "supervisor", tuple(range(7)), 0, 0, 8.0, "Policy 7"),
)


@pytest.mark.parametrize("colour", [True, False])
def test_every_reason_that_binds_is_in_the_key(colour):
    # queue by day, minimum by night, and the line of a table by the hour
    need = requirement_of(of_load(LOAD, 2400.0), rules=RULES)
    figure = requirement_chart(need, need, style=ChartStyle(colour=colour))
    key = {t.get_text() for t in figure.axes[0].get_legend().get_texts()}
    assert key == {*need.slots_by_reason(), "hour by hour"}
    assert {"queue", "minimum"} <= key


def test_words_say_what_binds_and_what_is_missing():
    # clause, split, table by the hour, supervisors, and the hours with too few cars
    params = RequirementParams(urgent_wait_s=120.0, reserve_units=1)
    by_slot = requirement_of(of_load(LOAD, 2400.0, 0.3), params, rules=RULES)
    need = hold_split(by_slot, SplitTargets(), 0.0, params, RULES)
    said = " ".join(found(need, by_slot))
    for text in (
        "CBA 14.2",
        "The time split asks for",
        "takes each interval for itself",
        "supervisors",
        "Not enough cars",
    ):
        assert text in said
    assert "2.0 minutes for one" in " ".join(standards(params)).replace("\u00a0", " ")
    assert when(49, 1800) == "Tue 00:30"
