"""Plan tables: what is in them, and that they read back."""

from dataclasses import replace

from optimiser.data.plans import read_plan
from optimiser.problems.assignment import AssignmentPlan
from optimiser.problems.shifts import ShiftsPlan
from optimiser.report.journeys import responses
from optimiser.report.plans import assignment_rows, shifts_rows, write_plan, write_table
from tests.oracles import report_cases as cases


def test_sectors_plan_reads_back(tmp_path):
    """plan.csv is the toolkit's own plan format; the centres stand in a file beside it."""
    problem, result = cases.sectors()
    paths = write_plan(tmp_path, "sectors", problem, result.plan)
    assert [p.name for p in paths] == ["plan.csv", "centres.csv"]
    assert read_plan(paths[0], {a: a for a in "ABCD"}) == result.plan.district_of
    assert paths[1].read_text().splitlines() == ["district_id,centre_id,centre_area_id", "1,A,A", "2,C,C"]


def test_shifts_rows_are_by_day_and_start():
    """Sunday comes last, names of days as planners write them, nobody is left out but the zeros."""
    problem, _ = cases.shifts()
    plan = ShiftsPlan({"=06:00@6": 1, "=06:00@0": 2, "=06:00@3": 0})
    assert shifts_rows(problem, plan) == [
        {"shift_id": "=06:00", "day": "Mon", "officers": 2},
        {"shift_id": "=06:00", "day": "Sun", "officers": 1},
    ]


def test_dangerous_ids_are_harmless_in_a_spreadsheet(tmp_path):
    """Text a spreadsheet would evaluate gets an apostrophe; numbers and plain ids do not."""
    rows = [{"id": i} for i in ("=1+1", "@x", "-x", "+A1", "\tx", "-5", "007", "A,1")]
    text = write_table(tmp_path / "t.csv", ("id",), rows).read_text(encoding="utf-8")
    assert text.splitlines() == ["id", "'=1+1", "'@x", "'-x", "'+A1", "'\tx", "-5", "007", '"A,1"']


def test_assignment_minutes_are_until_the_unit_is_there():
    """Ready in 120 s and 300 s on the way: 7 minutes; a unit the snapshot does not know is left out."""
    problem, _ = cases.assignment()
    problem = replace(problem, status=("free", "ends"), ready_s=[0.0, 120.0])
    rows = assignment_rows(problem, AssignmentPlan({"u2": "i2", "ghost": "i1"}))
    assert rows == [{"unit": "u2", "incident": "i2", "minutes": 7.0}]


def test_responses_agree_with_the_family():
    """The list behind chart and table gives the family's own mean, longest and late count."""
    problem, result = cases.assignment()
    found = responses(problem, result.plan)
    by_name = {m.name: m.value for m in result.measures}
    times = [r.response_s for r in found]
    assert sum(times) / len(times) == by_name["mean response"]
    assert max(times) == by_name["longest response"]
    assert sum(r.late for r in found) == by_name["incidents late"]
