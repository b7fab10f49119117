"""Duty and unit statuses as agencies export them: nights, overlaps, open ends, roles, names that must not come in."""

import pytest

from optimiser.data.call_units import UnitRoles
from optimiser.data.columns_file import ColumnMap
from optimiser.data.counts_as import read_counts_as, write_counts_as
from optimiser.data.duty import TimeSource, import_time
from optimiser.errors import InputError

KEY = b"k" * 32


def read(tmp_path, kind, text, roles=UnitRoles(), sectors=frozenset({"B1"})):  # noqa: B008  frozen
    path = tmp_path / f"{kind}.csv"
    path.write_text(text)
    return import_time(kind, path, ColumnMap(), TimeSource(roles, "America/Toronto", KEY, sectors))


def hours(found):
    return ((found.table["end_at"] - found.table["start_at"]).dt.total_seconds() / 3600).tolist()


def counted(found):
    return {f.rule: f.count for f in found.findings}


def test_date_and_times_apart_past_midnight(tmp_path):
    """A night turn given as a date and two times of day ends on the next day."""
    text = "badge,duty_date,time_on,time_off\n7,2025-03-03,23:00,07:00\n7,2025-03-04,23:00,07:00\n"
    found = read(tmp_path, "duty", text)
    found = read(
        tmp_path,
        "duty",
        "badge,duty_date,time_on,time_off\n7,2025-03-03,23:00,07:00\n7,2025-03-04,23:00,07:00\n",
    )
    assert hours(found) == [8, 8]
    assert counted(found)["duty ends past midnight"] == 2


def test_the_spring_night_has_an_hour_less(tmp_path):
    """23:00 to 07:00 over 9 March 2025 in Toronto is seven hours."""
    found = read(tmp_path, "duty", "officer_id,from,to\n7,2025-03-08 23:00,2025-03-09 07:00\n")
    assert hours(found) == [7]


def test_one_officer_counts_once(tmp_path):
    """Overlapping rows of one officer (07-15, 13-17) are ten hours, not twelve; two hours are said to be less."""
    text = "officer_id,from,to\n7,2025-03-03 07:00,2025-03-03 15:00\n7,2025-03-03 13:00,2025-03-03 17:00\n"
    found = read(tmp_path, "duty", text)
    assert sum(hours(found)) == 10
    rule = next(f for f in found.findings if f.rule.startswith("duty rows that overlap"))
    assert "2.0 hours less" in rule.action


def test_faulty_rows_are_set_aside_and_counted(tmp_path):
    """No end, end before begin, no length, 40 hours, not a time: each counted, none guessed."""
    rows = [
        "1,2025-03-03 07:00,", "2,2025-03-03 15:00,2025-03-03 07:00", "3,2025-03-03 07:00,2025-03-03 07:00",
        "4,2025-03-03 07:00,2025-03-04 23:00", "5,soon,2025-03-03 07:00", "6,2025-03-03 07:00,2025-03-03 15:00",
    ]  # fmt: skip
    found = read(tmp_path, "duty", "officer_id,from,to\n" + "\n".join(rows) + "\n")
    assert hours(found) == [8]
    count = counted(found)
    assert count["duty rows without a time to"] == 1
    assert count["duty rows that end before they begin"] == 1
    assert count["duty rows of no length"] == 1
    assert count["duty rows longer than 24 h"] == 1
    assert count["start: not a date or time"] == 1


def test_statuses_without_an_end_last_until_the_next(tmp_path):
    """A log of changes: MEAL 12:00, FREE 12:40, then nothing; the last is left out, and both are counted."""
    rows = ("1A1,MEAL,2025-03-03 12:00", "1A1,FREE,2025-03-03 12:40", "1A2,MEAL,2025-03-03 12:10")
    text = "\n".join(["call_sign,status,timestamp", *rows]) + "\n"
    found = read(tmp_path, "unit_status", text)
    assert found.table["status"].tolist() == ["MEAL"]
    assert hours(found) == [pytest.approx(40 / 60)]
    assert counted(found)["status rows ended by the unit's next row"] == 1
    assert counted(found)["status rows that nothing ends"] == 2


def test_roles(tmp_path):
    """A role column wins, then call-sign patterns; what neither knows is not patrol, and all unknown is red."""
    roles = UnitRoles((("1*", "patrol"), ("S*", "supervisor")))
    text = "call_sign,role,from,to\n" + "".join(
        f"{sign},{role},2025-03-03 07:00,2025-03-03 15:00\n"
        for sign, role in (("1A1", ""), ("S1", ""), ("Z9", ""), ("1A2", "desk"))
    )
    found = read(tmp_path, "duty", text, roles)
    assert sorted(found.table["role"]) == ["", "desk", "patrol", "supervisor"]
    assert counted(found)["duty rows whose role is not known"] == 1
    lost = read(tmp_path, "duty", "call_sign,role,from,to\nQ1,PTL OFCR,2025-03-03 07:00,2025-03-03 15:00\n")
    assert lost.findings[-1].red


def test_nobody_is_named(tmp_path):
    """Officers' keys are not stored, call signs only hashed, a surname in the sector column is left out."""
    text = (
        "officer_id,officer_name,call_sign,sector,from,to\n"
        "QUACK1,Quackenbush,CARQUACK,B1,2025-03-03 07:00,2025-03-03 15:00\n"
        "QUACK2,Quackenbush,CARQUACK,QUACKENBUSH,2025-03-03 07:00,2025-03-03 15:00\n"
    )
    found = read(tmp_path, "duty", text)
    everything = found.table.to_csv() + str(found.findings) + str(found.assumptions)
    assert "QUACK" not in everything.upper()
    assert found.table["unit_key"].nunique() == 1
    assert sorted(found.table["sector"]) == ["", "B1"]
    assert "officer_name" in found.guess.personal


@pytest.mark.parametrize(
    ("kind", "header", "words"),
    [
        ("duty", "name,from,to", "the officer or call sign"),
        ("duty", "officer_id,from", "the time to"),
        ("unit_status", "call_sign,from,to", "the status"),
    ],
)
def test_a_table_that_does_not_tell(tmp_path, kind, header, words):
    """What is missing and the report to ask for are named."""
    with pytest.raises(InputError, match=rf"{words} was recognised.*Ask the "):
        read(tmp_path, kind, f"{header}\n{header}\n")


@pytest.mark.parametrize("kind", ["duty", "unit_status"])
def test_a_column_that_was_named_and_is_gone(tmp_path, kind):
    """A later export with other columns than the first import found is refused with both, and where to mend it."""
    path = tmp_path / "again.csv"
    path.write_text("who,when\nA,B\n")
    named = ColumnMap(**{kind: {"unit": "call_sign", "start": "from"}})
    with pytest.raises(InputError) as error:
        import_time(kind, path, named, TimeSource(UnitRoles(), "America/Toronto", KEY))
    told = str(error.value)
    assert "again.csv has no column call_sign, from; it has who, when." in told
    assert f"[{kind}.columns]: mend that table" in told


def test_what_counts_as_what(tmp_path):
    """Rows to fill in say nothing yet, a word that is none is refused by its line, a second writing keeps the first."""
    write_counts_as(tmp_path, ["MEAL", "COURT"])
    path = tmp_path / "counts_as.csv"
    assert not read_counts_as(path).status
    path.write_text("table,code,counts_as\nstatus,MEAL,admin\ncall type,STOP,proactive\n")
    write_counts_as(tmp_path, ["MEAL", "COURT"])
    found = read_counts_as(path)
    assert (found.status, found.call_type) == ({"MEAL": "admin"}, {"STOP": "proactive"})
    path.write_text("table,code,counts_as\nstatus,MEAL,lunch\nunit,X,calls\nstatus,MEAL,admin\n")
    with pytest.raises(
        InputError, match=r"line 2: 'lunch' is none.*line 3: table 'unit'.*line 4: status 'MEAL' again"
    ):
        read_counts_as(path)
