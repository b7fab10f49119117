"""Rules of a rota with their clauses: read, spread over the week, refused with their line."""

import numpy as np
import pytest

from optimiser.data.duty_rules import read_duty_rules
from optimiser.errors import InputError

HEAD = "rule,sector,role,days,from,to,value,clause,hard\n"


def written(tmp_path, *lines):
    path = tmp_path / "duty_rules.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_night_rule_passes_midnight_and_the_week_s_end(tmp_path):
    # Sunday 22:00 to 02:00 runs into Monday; half-hour slots
    (rule,) = read_duty_rules(written(tmp_path, "minimum,D1,patrol,sun,22:00,02:00,3,CBA 14.2,hard"))
    held = np.flatnonzero(rule.slots(1800))
    assert held.tolist() == [0, 1, 2, 3, 332, 333, 334, 335]
    assert rule.title() == "minimum 3 patrol in D1 (CBA 14.2)"
    assert rule.hard


def test_whole_days_and_groups_of_days(tmp_path):
    # 00:00 to 24:00 is the whole day; weekend and mon+wed name days
    rules = read_duty_rules(
        written(
            tmp_path,
            "crew,,patrol,weekend,00:00,24:00,1.4,GO 5,negotiable",
            "span,,supervisor,mon+wed,07:00,15:00,8,Policy 7,hard",
        )
    )
    assert np.flatnonzero(rules[0].slots(3600)).tolist() == list(range(120, 168))
    assert np.flatnonzero(rules[1].slots(3600)).tolist() == [*range(7, 15), *range(55, 63)]
    assert not rules[0].hard


def test_every_fault_is_named_with_its_line(tmp_path):
    # negative headcount, a day that there is not, a clause left out, a role, half an officer: all in one message
    path = written(
        tmp_path,
        "minimum,D1,patrol,all,00:00,24:00,-3,CBA,hard",
        "minimum,D9,patrol,moonday,00:00,24:00,3,,hard",
        "minimum,D1,wizard,all,25:00,24:00,2.5,CBA,maybe",
    )
    with pytest.raises(InputError) as error:
        read_duty_rules(path, frozenset({"D1"}))
    said = str(error.value)
    for text in (
        "line 2: value '-3' should be a number from 0",
        "line 3: sector 'D9' is none of D1",
        "line 3: days 'moonday'",
        "line 3: clause is empty",
        "line 4: role 'wizard'",
        "line 4: from '25:00'",
        "line 4: a minimum is a whole number, got 2.5",
        "line 4: hard 'maybe'",
    ):
        assert text in said


def test_a_missing_column_is_named(tmp_path):
    # the header says what it needs
    path = tmp_path / "duty_rules.csv"
    path.write_text("rule,value\nminimum,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column sector, role"):
        read_duty_rules(path)
