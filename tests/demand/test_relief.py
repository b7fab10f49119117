"""Relief factors against published ones, vacancies and recruits, and input that cannot be."""

from __future__ import annotations

import json

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.demand.relief import PipelineParams, ReliefParams, overtime_or_hiring, pipeline, relief
from optimiser.errors import InputError

PUBLISHED = {8.0: 4.87, 10.0: 6.09, 12.0: 4.60}
"""Officers for a post round the clock: Solar, Law and Order (2009)."""


def post(shift_h: float) -> float:
    """12-hour shifts are paid 42 hours a week on a two-week cycle."""
    return relief(ReliefParams(shift_h=shift_h, week_h=42.0 if shift_h == 12 else 40.0)).post_factor


def test_published_order_and_size():
    """12 h below 8 h below 10 h, each within 8 % of the published factor at 400 hours of absence."""
    assert post(12.0) < post(8.0) < post(10.0)
    for shift_h, published in PUBLISHED.items():
        assert post(shift_h) == pytest.approx(published, rel=0.08)


def test_shift_relief_factor():
    """365 x 8 / 1,680 net hours = 1.74; 365 x 10 / 1,680 = 2.17; 365 x 12 / 1,784 = 2.46 (by hand)."""
    assert relief(ReliefParams()).net_h == 1680
    assert relief(ReliefParams()).shift_factor == pytest.approx(1.738, abs=1e-3)
    assert relief(ReliefParams(shift_h=10)).shift_factor == pytest.approx(2.173, abs=1e-3)
    assert relief(ReliefParams(shift_h=12, week_h=42)).shift_factor == pytest.approx(2.455, abs=1e-3)


def test_vacancies_are_a_second_layer():
    """A tenth of the positions vacant takes a ninth more positions for the same officers."""
    one, other = relief(ReliefParams()), relief(ReliefParams(vacancy_frac=0.1))
    assert other.post_factor == one.post_factor
    assert other.positions_factor == pytest.approx(one.post_factor / 0.9)


def test_a_year_to_replace_leaves_a_tenth_vacant():
    """10 % leave a year and a recruit takes a year: 200 positions settle near 181 filled (Harris: 180)."""
    people = PipelineParams(
        positions=200, leave_frac=0.1, intake=200, intake_every=1, academy_months=12, fail_frac=0, months=240
    )
    last = pipeline(people, 1680)[-1]
    assert last.trained == pytest.approx(200 / (1 + (1 - 0.9 ** (1 / 12)) * 12), rel=0.01)
    assert 178 < last.trained < 184
    ahead = PipelineParams(**{f: getattr(people, f) for f in people.__slots__} | {"hire_ahead": True})
    assert pipeline(ahead, 1680)[-1].trained == pytest.approx(200, abs=2)


def test_officers_are_neither_lost_nor_made():
    """Trained and in the academy: what began, less who left and who failed."""
    people = PipelineParams(positions=120, trained=100, intake=9, intake_every=4, academy_months=7, months=60)
    months = pipeline(people, 1680)
    began, left = sum(m.began for m in months), sum(m.left for m in months)
    joined = sum(m.joined for m in months)
    assert months[-1].trained == pytest.approx(100 + joined - left)
    assert months[-1].in_academy == pytest.approx(began - joined / 0.9)
    assert all(m.trained <= 120 + 9 for m in months)


def test_overtime_against_hiring():
    """57 an hour by overtime; an officer of 110,000 a year and 60,000 to train over 12.5 years at 1,680 hours: 68.7."""
    found = overtime_or_hiring(PipelineParams(), 1680)
    assert found.overtime_per_h == pytest.approx(57.0)
    assert found.hired_per_h == pytest.approx((110_000 + 60_000 / 0.9 * 0.08) / 1680)
    assert found.cheaper == "overtime"
    assert found.break_even_h == pytest.approx((110_000 + 60_000 / 0.9 * 0.08) / 57)


def test_what_cannot_be():
    """Leave beyond the year, a shift longer than the day, negative numbers: named with what to do."""
    with pytest.raises(InputError, match="nothing is left to work"):
        ReliefParams(leave_h=2100)
    with pytest.raises(InputError, match="at most 24 hours"):
        ReliefParams(shift_h=25)
    with pytest.raises(InputError, match="sickness_h must be 0 or more"):
        ReliefParams(sickness_h=-1)
    with pytest.raises(InputError, match="fraction"):
        ReliefParams(vacancy_frac=1.0)
    with pytest.raises(InputError, match="leave_frac is a fraction"):
        PipelineParams(leave_frac=8)


def test_on_the_command_line(capsys):
    """Sentences, a table of months, JSON in core units; nonsense is wrong use."""
    assert main(["relief", "--set", "shift_h=12", "--set", "week_h=42", "--months"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "takes 4.91." in said
    assert "overtime h" in said
    assert main(["relief", "--json", "--set", "vacancy_pct=5"]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["relief"]["positions_factor"] == pytest.approx(told["relief"]["post_factor"] / 0.95)
    assert main(["relief", "--set", "leave_h=9999"]) == Exit.USAGE
    assert "nothing is left to work" in capsys.readouterr().err
