"""Commands about demand as a planner uses them: in words, as a table, as JSON, as a file, and with bad input."""

from __future__ import annotations

import csv
import json

import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit


@pytest.fixture
def told(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_workload(told, county, tmp_path):
    """The same total by any dimension and slot; a file without small numbers; a season has fewer weeks."""
    code, out, _ = told("workload", county, "--by", "priority,origin", "--json")
    assert code == Exit.DONE
    whole = json.loads(out)
    by_time = json.loads(told("workload", county, "--by", "time", "--slot", "15", "--json")[1])
    assert len(by_time["rows"]) == 672
    total = sum(r["officer_s"] for r in whole["rows"])
    assert sum(r["officer_s"] for r in by_time["rows"]) == pytest.approx(total)
    summer = json.loads(told("workload", county, "--months", "6,7,8", "--json")[1])
    assert summer["n_weeks"] == pytest.approx(92 / 7, abs=0.1)
    path = tmp_path / "out.csv"
    code, out, err = told("workload", county, "--by", "area,type", "--out", path)
    assert "officer-hours a week" in out
    assert "fewer than 11 calls are not told" in err
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert any(r["calls_a_week"] == "" for r in rows)
    weeks = whole["n_weeks"]
    assert all(float(r["calls_a_week"]) * weeks > 10.4 for r in rows if r["calls_a_week"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--by", "street"), "--by 'street'"),
        (("--months", "June"), "should be numbers of months"),
        (("--months", "13"), "Months run from 1 to 12"),
        (("--clear", "final"), "no definition of clear"),
        (("--without", "4 July"), "should be a day"),
        (("--officers-per-unit", "-1"), "officers_per_unit"),
    ],
)
def test_workload_slips(told, county, options, words):
    """Each slip ends with its own words and no traceback."""
    code, _, err = told("workload", county, *options)
    assert code in (Exit.USAGE, Exit.INPUT)
    assert words in err
    assert "Traceback" not in err


def test_measured_is_refused_then_given(told, county, tmp_path):
    """Without duty exit 3 and the report to ask for; with a made-up duty table the split adds up to one."""
    code, _, err = told("measured", county)
    assert code == Exit.INPUT
    assert "who was really on duty" in err
    assert "optimiser add" in err
    rows = ["officer_id,call_sign,role,district,from,to"]
    for day in range(1, 29):
        for car in ("101A", "101B", "201A"):
            rows.append(f"{car}o,{car},patrol,D{car[0]},2025-03-{day:02d} 00:00,2025-03-{day:02d} 23:59")
    path = tmp_path / "duty.csv"
    path.write_text("\n".join(rows) + "\n")
    code, out, err = told("add", county, "--duty", path)
    assert code == Exit.DONE, err
    assert "duty: 84 rows" in out
    code, out, _ = told("measured", county, "--json")
    assert code == Exit.DONE
    found = json.loads(out)
    assert sum(found["split_frac"].values()) == pytest.approx(1.0)
    assert found["by_sector"]["D3"]["calls"] is None  # nobody was on duty there
    code, out, _ = told(
        "measured", county, "--by", "hour", "--first-day", "2025-03-03", "--last-day", "2025-03-16"
    )
    assert "before 2025-03-17" in out
    assert "target line 60 %" in out
    assert "No unit statuses" in out


def test_add_nothing_is_a_slip(told, county):
    """Nothing to add is wrong use, and says what can be added."""
    code, _, err = told("add", county)
    assert code == Exit.USAGE
    assert "--duty" in err


def test_reconcile(told, county, tmp_path):
    """The county's own report is explained; without one it is asked for; a total with officers' own work is traced."""
    own = json.loads(told("reconcile", county, "--json")[1])
    assert [r["verdict"] for r in own] == ["explained", "explained", "agrees"]
    assert any("work that officers began" in s["filter"] for s in own[0]["steps"])
    assert own[1]["steps"][0]["filter"] == "by the clock dispatched to arrived"
    (county / "published.csv").unlink()
    code, _, err = told("reconcile", county)
    assert code == Exit.INPUT
    assert "figure,value,year" in err
    whole = json.loads(told("workload", county, "--by", "origin", "--json")[1])
    path = county / "published.csv"
    dates = "2025-01-06,2026-01-04"
    path.write_text(f"figure,value,first_day,last_day\ncalls,{whole['calls_counted']},{dates}\n")
    code, out, _ = told("reconcile", county)
    assert code == Exit.DONE
    assert "with work that officers began themselves" in out
    (found,) = json.loads(told("reconcile", county, "--json")[1])
    assert found["verdict"] == "explained"


def test_forecast_and_scenarios(told, county):
    """Two ways or three with their records, and the named demands; the JSON holds every day ahead."""
    code, out, err = told("forecast", county, "--folds", "2", "--weeks", "2")
    assert code == Exit.DONE, err
    assert "seasonal naive" in out
    assert "Growth cannot be told" in out
    found = json.loads(told("forecast", county, "--folds", "2", "--weeks", "2", "--json")[1])
    assert len(found["days"]) == 14
    assert found["growth_frac_per_year"] is None
    rows = json.loads(told("scenarios", county, "--json")[1])
    by_name = {r["name"]: r["calls_per_week"] for r in rows}
    assert by_name["plus10"] == pytest.approx(1.1 * by_name["today"])
    assert by_name["summer"] > by_name["today"]


def test_forecast_of_some_calls(told, county):
    """Districts share out the days of all: their totals sum to the force's; slips name what there is."""
    short = ("--folds", "2", "--weeks", "2", "--json")

    def naive(*more):
        return json.loads(told("forecast", county, *short, *more)[1])["ahead"]["seasonal naive"]["total"][0]

    names = [f"D{k}" for k in range(1, 20)]
    err = told("forecast", county, "--districts", "D1,NOWHERE")[2]
    assert "has no NOWHERE; it has D1" in err
    there = [d for d in names if f"{d}," in err or err.rstrip().endswith(f"{d}.")]
    assert sum(naive("--districts", d) for d in there) == pytest.approx(naive())
    assert naive("--priorities", "1") + naive("--priorities", "2,3,4,5") == pytest.approx(naive())
    assert naive("--types", "ALARM") < naive()
    code, _, err = told("forecast", county, "--types", "NOSUCH")
    assert code == Exit.INPUT
    assert "0 calls are of this category (NOSUCH)" in err


def test_levers(told, county):
    """The toolkit's own levers price every kind; --write makes a file to edit, once; one that fits nothing is said."""
    code, out, _ = told("levers", county, "--report", "20")
    assert code == Exit.DONE
    assert "alarms verified before anybody is sent" in out
    assert "places to start from and no findings" in out
    found = json.loads(told("levers", county, "--json")[1])
    assert all(len(v["freed_s"]) == 168 for v in found["levers"])
    assert told("levers", county, "--write")[0] == Exit.DONE
    assert told("levers", county, "--write")[0] == Exit.INPUT
    path = county / "levers.toml"
    path.write_text('[[lever]]\nname = "none"\nkind = "referral"\ntypes = ["NO SUCH"]\nshare_pct = 5\n')
    assert "No call fits: none." in told("levers", county)[1]


def test_heat(told, county, tmp_path):
    """Numbers, a picture and a map of one filter; small cells are told by nobody; a slip ends in words."""
    picture, map_ = tmp_path / "heat.png", tmp_path / "map.png"
    code, out, err = told("heat", county, "--types", "ALARM", "--chart", picture, "--map", map_)
    assert code == Exit.DONE, err
    assert "with fewer than 11 calls are not told" in out
    assert picture.read_bytes()[:4] == map_.read_bytes()[:4] == b"\x89PNG"
    found = json.loads(told("heat", county, "--types", "ALARM", "--json")[1])
    assert found["n_hidden"] > 0
    assert sum(v is None for row in found["calls_per_hour"] for v in row) == found["n_hidden"]
    code, _, err = told("heat", county, "--priorities", "one")
    assert (code, "should be numbers" in err) == (Exit.USAGE, True)
    code, _, err = told("heat", county, "--types", "TORNADO")
    assert (code, "No call is of this category" in err) == (Exit.INPUT, True)


def test_the_made_up_county_measured(told, county, made_once, tmp_path):
    """Its duty and statuses come weeks later: a split that adds up, officers two by two at night, figures drawn."""
    raw = made_once / "raw"
    files = {k: raw / f"{k.replace('-', '_')}.csv" for k in ("duty", "unit-status", "counts-as", "units")}
    code, out, err = told("add", county, *(x for k, path in files.items() for x in (f"--{k}", path)))
    assert code == Exit.DONE, err
    assert "duty rows without a time to" in out  # some never log off
    assert "duty of other roles than patrol" in out
    assert "statuses without a meaning" not in out
    code, out, _ = told("measured", county, "--json", "--figures", tmp_path / "figures")
    found = json.loads(out)
    split = found["split_frac"]
    assert sum(split.values()) == pytest.approx(1.0)
    assert min(split.values()) > 0
    assert found["hours_beyond_duty"] == 0
    on_duty = found["by_hour_of_week"]["on_duty_s"]
    assert on_duty[3] > 1.8 * on_duty[12]  # two officers in a car from 23 to 07
    assert set(found["by_sector"]) == {f"D{k}" for k in range(1, 7)}
    assert len(list((tmp_path / "figures").glob("*.png"))) == 3
