"""Weeks drawn anew, and what they say of plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems.sectors import FAMILY
from optimiser.studies.uncertainty import uncertainty
from optimiser.studies.weeks import n_weeks, resampled, resampled_questions
from tests.studies.cases import every_plan, two_by_three

ASKED = {"objective": "travel", "tolerance_pct": 20}


def scaled(problem, factor, heavy=0.0):
    """The problem with so many times the calls, and more work in area f."""
    more = np.zeros(6)
    more[5] = heavy
    return replace(problem, calls=problem.calls * factor, balance=problem.balance * factor + more[None, :])


def test_medians_and_intervals_by_hand():
    """Eleven samples, 1.0 to 2.0 times the calls: a plan of 660 has median 990, 5 % at 693 and 95 % at 1,287."""
    problem = two_by_three(balance_frac={"work": 0.5})
    plan = next(p for p in every_plan(problem) if FAMILY.objectives(problem, p)[0].value == 660)
    found = uncertainty(FAMILY, {"plan": plan}, [scaled(problem, 1 + k / 10) for k in range(11)])
    first = found.spreads["plan"][0]
    assert (first.name, first.objective) == ("call-weighted drive", True)
    assert first.median == pytest.approx(990)
    assert (first.low, first.high) == pytest.approx((693, 1287))
    names = [s.name for s in found.spreads["plan"]]
    assert "mean drive" in names
    assert found.n_samples == 11


def test_duels_and_broken_rules_by_hand():
    """The shorter drive wins wherever it is shorter; a window broken in two of four samples is a half."""
    problem = two_by_three(balance_frac={"work": 0.5})
    plans = sorted(every_plan(problem), key=lambda p: FAMILY.objectives(problem, p)[0].value)
    good = next(p for p in plans if not FAMILY.check(problem, p))
    bad = next(p for p in plans[::-1] if not FAMILY.check(problem, p))
    samples = [scaled(problem, 1), scaled(problem, 2), scaled(problem, 1, 50), scaled(problem, 1, 60)]
    found = uncertainty(FAMILY, {"good": good, "bad": bad, "same": good}, samples)
    by = {(d.one, d.other): (d.one_frac, d.other_frac, d.same_frac) for d in found.duels}
    assert by[("good", "bad")] == (1.0, 0.0, 0.0)
    assert by[("good", "same")] == (0.0, 0.0, 1.0)
    assert by[("bad", "same")] == (0.0, 1.0, 0.0)
    assert found.broken["good"] == {"balance": 0.5}


def test_stops_between_samples():
    """What was judged until the stop is told; without a sample there is nothing to tell."""
    problem = two_by_three(balance_frac={"work": 0.5})
    plan = next(every_plan(problem))
    left = [2]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    assert uncertainty(FAMILY, {"p": plan}, [problem] * 5, stop).n_samples == 2
    with pytest.raises(InputError, match="no sample"):
        uncertainty(FAMILY, {"p": plan}, [])
    with pytest.raises(InputError, match="at least one plan"):
        uncertainty(FAMILY, {}, [problem])


def test_resampled_weeks_are_weeks_of_the_project(made_once):
    """Every week of a sample is one of the original, hour by hour and area by area, and there are as many."""
    project = load(made_once / "county")
    weeks = n_weeks(project)
    assert 51 <= weeks <= 53
    (other,) = resampled(project, 1, seed=3)

    def counts(p):
        local = p.calls["received_at"].dt.tz_convert(p.settings.timezone).dt.tz_localize(None)
        week = ((local - local.min().normalize()).dt.days // 7).to_numpy()
        key = p.calls["area_id"].astype("str") + "@" + p.calls["hour_of_week"].astype("str")
        return [tuple(sorted(key[week == w])) for w in range(weeks)]

    originals = set(counts(project))
    drawn = counts(other)
    assert len(drawn) == weeks
    assert set(drawn) <= originals
    assert len(set(drawn)) < weeks  # with replacement: some come twice


def test_samples_spread_around_the_original(made_once):
    """The mean over many samples is near the original's calls, area by area within five standard errors."""
    project = load(made_once / "county")
    base = from_project(project).calls.sum(axis=1)
    found = np.array([from_project(p).calls.sum(axis=1) for p in resampled(project, 30, seed=1)])
    error = found.std(axis=0, ddof=1) / np.sqrt(30)
    assert (np.abs(found.mean(axis=0) - base) <= 5 * error + 0.01 * base).all()
    assert found.sum(axis=1).std() > 0


def test_same_seed_same_samples(made_once):
    """The seed decides all."""
    project = load(made_once / "county")
    one, again = (next(iter(resampled(project, 1, seed=7))).calls for _ in range(2))
    other = next(iter(resampled(project, 1, seed=8))).calls
    assert one.equals(again)
    assert not one["received_at"].equals(other["received_at"])


def test_a_sector_question_of_each_sample(made_once):
    """Today's districts on ten samples: their drive spreads around what the project itself says."""
    project = load(made_once / "county")
    problem = ask(project, "sectors", ASKED).problem
    plan = plan_of(problem, districts_in_use(project))
    samples = resampled_questions(project, lambda p: ask(p, "sectors", ASKED).problem, 10)
    drive = next(
        s for s in uncertainty(FAMILY, {"today": plan}, samples).spreads["today"] if s.name == "mean drive"
    )
    own = next(m.value for m in FAMILY.measure(problem, plan) if m.name == "mean drive")
    assert drive.low < drive.high
    assert drive.low * 0.98 <= own <= drive.high * 1.02


def test_too_few_weeks(made_once):
    """Totals and a short period say nothing of how weeks differ."""
    project = load(made_once / "county")
    with pytest.raises(InputError, match="no calls"):
        next(iter(resampled(replace(project, calls=None), 1)))
    first = project.calls["received_at"].min()
    short = project.calls[project.calls["received_at"] < first + np.timedelta64(20, "D")]
    with pytest.raises(InputError, match="at least 4"):
        next(iter(resampled(replace(project, calls=short), 1)))
