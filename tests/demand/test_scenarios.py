"""Named demands: hand-made months, an event day, busy weeks, growth, a planner's own, and what totals cannot tell."""

import datetime as dt

import numpy as np
import pytest

from optimiser.batch.scenario import from_table
from optimiser.data.demand_file import read_demand_file
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.demand.scenarios import busiest_day, scenario_workload, scenarios_of
from optimiser.demand.workload import from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from optimiser.prepare.requirement import project_mix
from tests.data.made_up import write_squares

FIRST = dt.date(2024, 1, 1)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """2024: a call of half an hour at noon every day, two in June to August, ten of them on 14 February (Wednesday)."""
    folder = tmp_path_factory.mktemp("scenarios")
    rows, k = [], 0
    for d in range(366):
        day = FIRST + dt.timedelta(days=d)
        for _ in range(10 if day == dt.date(2024, 2, 14) else 2 if day.month in (6, 7, 8) else 1):
            k += 1
            rows.append(f"c{k},{day} 12:00,{day} 12:00,{day} 12:30,1,A1")
    path = folder / "calls.csv"
    path.write_text("\n".join(["call_id,received,dispatched,cleared,priority,area_id", *rows]) + "\n")
    areas = write_squares(folder / "areas.geojson", ["A1", "A2"])
    init(folder / "town", areas, path, timezone="UTC", crs="EPSG:32617", priority={"1": 1})
    return folder / "town"


@pytest.fixture
def project(town):
    """The town without a demand.toml of an earlier test."""
    (town / "demand.toml").unlink(missing_ok=True)
    return load(town)


def noon(week):
    return week.calls[0, 12::24]


def test_built_in_scenarios(project):
    """+10 % is 1.1 times today; summer has two calls a day; the event puts ten on a Wednesday and leaves the rest."""
    today = scenario_workload(project)
    assert scenario_workload(project, "plus10").unit_s == pytest.approx(1.1 * today.unit_s)
    assert noon(scenario_workload(project, "summer")) == pytest.approx(np.full(7, 2.0))
    assert busiest_day(project) == dt.date(2024, 2, 14)
    event = scenario_workload(project, "event")
    assert noon(event)[2] == 10
    assert np.delete(noon(event), 2) == pytest.approx(np.delete(noon(today), 2))
    assert event.priority_calls[1].sum() == pytest.approx(event.calls.sum(), rel=0.01)


def test_a_busy_week(project):
    """92 of 366 days have two calls: the 80th percentile of a noon is two, so is the week's of every day."""
    assert noon(scenario_workload(project, "p80")) == pytest.approx(np.full(7, 2.0), rel=0.01)


def test_a_planners_own(project, town):
    """demand.toml: a period, a holiday, growth of 2 % for five years, a fair on two days, a name of ours redefined."""
    (town / "demand.toml").write_text(
        "[period]\nlast_day = 2024-05-31\nholidays = [2024-02-14]\n[growth]\npct_a_year = 2\n"
        '[[scenario]]\nname = "five years"\nyears = 5\n'
        '[[scenario]]\nname = "fair"\ndays = ["2024-07-04", "2024-07-05"]\n'
        '[[scenario]]\nname = "plus10"\ncalls_pct = 12\n'
    )
    assert noon(scenario_workload(project)) == pytest.approx(
        np.ones(7)
    )  # the holiday is not among the Wednesdays
    assert noon(scenario_workload(project, "five years")) == pytest.approx(np.full(7, 1.02**5))
    assert noon(scenario_workload(project, "fair")) == pytest.approx([1, 1, 1, 2, 2, 1, 1])
    assert noon(scenario_workload(project, "plus10")) == pytest.approx(np.full(7, 1.12))
    assert "+12 %" in scenarios_of(project)["plus10"].words


def test_a_shift_question_and_a_batch_take_them(project):
    """--set demand=summer and a scenario file ask for the same week; a name that is none is wrong use."""
    today = ask(project, "shifts", {}).problem.call_work_s.sum()
    summer = ask(project, "shifts", {"demand": "summer"}).problem.call_work_s.sum()
    assert summer / today == pytest.approx(2 * 366 / (366 + 92 + 9), rel=0.001)
    batch = from_table({"question": "shifts", "shifts": {"demand": "plus10"}}, "a file")
    assert ask(project, "shifts", batch.choices).problem.call_work_s.sum() == pytest.approx(1.1 * today)
    with pytest.raises(UsageError, match="no demand scenario 'winter'; there are today, plus10"):
        ask(project, "shifts", {"demand": "winter"})


def test_the_period_holds_for_every_question(project, town):
    """With [period] months = [6, 7, 8] the workload, the calls by urgency and a shift question see two calls a day."""
    before = ask(project, "shifts", {}).problem.call_work_s.sum()
    (town / "demand.toml").write_text("[period]\nmonths = [6, 7, 8]\n")
    assert noon(from_project(project)) == pytest.approx(np.full(7, 2.0))
    mix = project_mix(project)
    assert mix.week_calls == pytest.approx(14, rel=0.001)
    assert project_mix(project, ["A1"]).week_calls == pytest.approx(14, rel=0.001)
    after = ask(project, "shifts", {}).problem.call_work_s.sum()
    assert after / before == pytest.approx(2 * 366 / (366 + 92 + 9), rel=0.001)


def test_a_forecast_as_a_demand(project):
    """The regression carries the winter's one call a day on, at the hours at which calls come now."""
    week = scenario_workload(project, "forecast")
    assert week.calls.sum() == pytest.approx(7, rel=0.15)
    assert week.calls[0, 13::24].sum() == 0


def test_totals_know_no_season(tmp_path):
    """A workload table takes a factor and nothing that needs dates."""
    areas = write_squares(tmp_path / "areas.geojson", ["A1"], calls=[700], minutes=[21000])
    init(tmp_path / "town", areas, crs="EPSG:32617", weeks=10)
    project = load(tmp_path / "town")
    assert scenario_workload(project, "plus10").calls.sum() == pytest.approx(77)
    for name in ("summer", "event", "p80", "levers", "forecast"):
        with pytest.raises(InputError, match="needs calls with their dates"):
            scenario_workload(project, name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[scenario]]\ncalls_pct = 3\n", "scenario 1: it needs a name"),
        ('[[scenario]]\nname = "x"\ncalls_pct = "much"\n', "x: calls_pct = 'much'"),
        ('[[scenario]]\nname = "x"\nmonths = [13]\n', "numbers from 1 to 12"),
        ('[[scenario]]\nname = "x"\ndays = ["4 July"]\n', "should be a day"),
        ('[[scenario]]\nname = "x"\n[[scenario]]\nname = "x"\n', "scenario 'x' again"),
        ("[growth]\npct_a_month = 2\n", "growth has no key 'pct_a_month'"),
        ("[seasons]\n", "unknown section 'seasons'"),
        ("[period]\nfirst_day = 2024-02-30\n", "cannot be read"),
    ],
)
def test_bad_files(tmp_path, text, words):
    """Each fault is named by its key."""
    (tmp_path / "demand.toml").write_text(text)
    with pytest.raises(InputError, match=words):
        read_demand_file(tmp_path)
