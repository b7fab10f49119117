"""Demand levers: hand-worked hours and prices, order and overlap, moved work, and levers that cannot be."""

import datetime as dt
from importlib import resources

import numpy as np
import pytest

from optimiser.data.init import init
from optimiser.data.levers_file import KINDS, read_levers
from optimiser.data.project import load
from optimiser.demand.levers import WEEKS_PER_YEAR, study_levers
from optimiser.demand.relief import ReliefParams
from optimiser.demand.scenarios import scenario_workload
from optimiser.errors import InputError
from tests.data.made_up import write_squares

COSTS = "[costs]\nsworn_per_year = 100000\nnet_hours_per_year = 1000\n"
FIRST = dt.date(2024, 1, 1)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Four weeks: each day an ALARM at 10:00 (one hour) and a THEFT at 20:30 (one hour, priority 4)."""
    folder = tmp_path_factory.mktemp("levers")
    rows = []
    for d in range(28):
        day = FIRST + dt.timedelta(days=d)
        rows.append(f"a{d},{day} 10:00,{day} 10:00,{day} 11:00,2,Burglar Alarm,A1,public")
        rows.append(f"t{d},{day} 20:30,{day} 20:30,{day} 21:30,4,THEFT REPORT,A1,public")
        rows.append(f"s{d},{day} 12:00,{day} 12:00,{day} 13:00,3,ALARM CHECK,A1,officer")
    path = folder / "calls.csv"
    path.write_text(
        "\n".join(["call_id,received,dispatched,cleared,priority,call_type,area_id,origin", *rows]) + "\n"
    )
    areas = write_squares(folder / "areas.geojson", ["A1", "A2"])
    init(folder / "town", areas, path, timezone="UTC", crs="EPSG:32617", priority={"2": 2, "3": 3, "4": 4})
    return load(folder / "town")


def levers(tmp_path, *rows):
    path = tmp_path / "levers.toml"
    path.write_text(COSTS + "".join(f"[[lever]]\n{r}\n" for r in rows))
    return read_levers(path)


ALARM = """name = "alarms"
kind = "alarm policy"
types = ["*alarm*"]
share_pct = 50
desk_minutes = 6
desk_cost_per_h = 40"""
THEFT = """name = "phone"
kind = "phone or online"
types = ["THEFT*"]
priorities = [4]
share_pct = 40
cost_per_year = 1000"""


def test_hours_and_price_by_hand(town, tmp_path):
    """Half of seven alarm hours a week: 3.5 h at 10:00; its desk takes 6 min at 40 an hour; a sworn hour is 100."""
    study = study_levers(town, levers(tmp_path, ALARM))
    (alarm,) = study.priced
    assert study.sworn_cost_per_h == 100
    assert alarm.freed_s[10::24] == pytest.approx(np.full(7, 1800.0))
    assert alarm.freed_s.sum() == pytest.approx(3.5 * 3600)
    assert alarm.n_diverted == pytest.approx(3.5 * WEEKS_PER_YEAR)
    assert alarm.freed_h_per_year == pytest.approx(3.5 * WEEKS_PER_YEAR)
    assert alarm.cost_per_year == pytest.approx(3.5 * WEEKS_PER_YEAR * 0.1 * 40)
    assert alarm.cost_per_h == pytest.approx(4.0)
    assert alarm.as_sworn == pytest.approx(3.5 * WEEKS_PER_YEAR / 1000)
    assert alarm.sworn_cost_per_year == pytest.approx(alarm.as_sworn * 100_000)
    assert study.week_s.sum() == pytest.approx(14 * 3600)  # what officers began is no call of the public
    assert study.left_s().sum() == pytest.approx(10.5 * 3600)


def test_a_call_is_freed_once(town, tmp_path):
    """Two levers of a half each on the same calls free three quarters together, a half each alone."""
    again = ALARM.replace('"alarms"', '"again"')
    study = study_levers(town, levers(tmp_path, ALARM, again))
    assert [p.freed_s.sum() / 3600 for p in study.priced] == pytest.approx([3.5, 1.75])
    assert [p.alone_s / 3600 for p in study.priced] == pytest.approx([3.5, 3.5])
    all_of_it = ALARM.replace("50", "100")
    left = study_levers(town, levers(tmp_path, all_of_it, again)).priced[1]
    assert left.freed_s.sum() == pytest.approx(0)
    assert left.cost_per_h == float("inf")


def test_what_remains_stays_or_moves(town, tmp_path):
    """A referral that leaves 20 % frees 80 %; an appointment of all moves 90 % into the weekdays' 40 hours."""
    stays = THEFT + "\nremaining_pct = 20"
    (priced,) = study_levers(town, levers(tmp_path, stays)).priced
    assert priced.freed_s.sum() / 3600 == pytest.approx(7 * 0.4 * 0.8)
    moved = THEFT.replace("40", "100") + '\nremaining_pct = 90\nreturn_hours = "x=09-17@weekday"'
    study = study_levers(town, levers(tmp_path, moved))
    (priced,) = study.priced
    assert priced.freed_s[20::24] == pytest.approx(np.full(7, 1800.0))  # 20:30 to 21:00
    assert priced.freed_s[9] == pytest.approx(-7 * 3600 * 0.9 / 40)
    assert priced.freed_s[5 * 24 + 9] == 0  # Saturday
    assert priced.freed_s.sum() / 3600 == pytest.approx(0.7)
    assert (study.left_s() >= 0).all()


def test_officers_and_reports_count(town, tmp_path):
    """Two in a car and 30 minutes of report: half of seven calls of 2 x 60 + 30 minutes."""
    (priced,) = study_levers(town, levers(tmp_path, ALARM), officers_per_unit=2.0, report_s=1800.0).priced
    assert priced.freed_s.sum() / 60 == pytest.approx(3.5 * 150)
    assert priced.freed_s[11::24] == pytest.approx(np.full(7, 900.0))  # reports after the call


def test_levers_as_a_demand(town):
    """With the toolkit's own levers the week's work is less, hour by hour, and its calls are counted as before."""
    today, pulled = scenario_workload(town), scenario_workload(town, "levers")
    assert pulled.calls == pytest.approx(today.calls)
    assert pulled.week_unit_s()[130] == pytest.approx(
        0.3 * today.week_unit_s()[130]
    )  # Saturday 10:00, 70 % of alarms


def test_the_toolkits_own_levers_hold_every_kind():
    """Row W3 names seven; each has a lever to start from."""
    assert {v.kind for v in read_levers().levers} == set(KINDS)
    assert "no findings" in resources.files("optimiser.data").joinpath("levers.toml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('name = "x"\nkind = "magic"\nshare_pct = 5', "kind 'magic' is none of attendance"),
        ('name = "x"\nkind = "referral"', "share_pct = None should be a number from 0 to 100"),
        ('name = "x"\nkind = "referral"\nshare_pct = 120', "share_pct = 120"),
        ('name = "x"\nkind = "referral"\nshare_pct = 5\nshare = 5', "has no key 'share'"),
        ('name = "x"\nkind = "referral"\nshare_pct = 5\ntypes = "ALARM"', "types should be a list"),
        ('kind = "referral"\nshare_pct = 5', "it needs a name"),
    ],
)
def test_levers_that_cannot_be(tmp_path, row, words):
    """Each fault is named by its lever and key."""
    with pytest.raises(InputError, match=words):
        levers(tmp_path, row)


def test_an_empty_file_and_doubles(tmp_path):
    """No lever at all, and one name twice, are refused."""
    with pytest.raises(InputError, match=r"holds no \[\[lever\]\]"):
        levers(tmp_path)
    with pytest.raises(InputError, match="lever 'alarms' again"):
        levers(tmp_path, ALARM, ALARM)


def test_an_officers_year_is_that_of_the_relief_factor():
    """Levers lie below the relief factor and cannot ask it: their default hours on duty are kept the same."""
    assert read_levers().net_hours_per_year == ReliefParams().net_h
