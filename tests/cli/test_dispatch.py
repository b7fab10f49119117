"""``optimiser dispatch``: each part on the made-up county without other files, and feeds with every kind of fault."""

from __future__ import annotations

import json
import threading
import time

import pytest

from optimiser.cli.console import Exit

SMALL = ("--units", "8", "--calls", "3", "--quiet")


def test_call_ranks_every_way_with_reasons(told, county):
    """The same answer in words and as JSON; the JSON in seconds, best first."""
    code, out, err = told("dispatch", "call", county, *SMALL)
    assert code == Exit.DONE, err
    assert "1. U" in out
    assert "there in" in out
    assert "an hour was made up (seed 1)" in err
    assert "Advice only: the dispatcher decides." in err
    code, out, _ = told("dispatch", "call", county, *SMALL, "--terms")
    assert "weighted minutes: " in out
    code, out, _ = told("dispatch", "call", county, *SMALL, "--json", "--most", "3")
    found = json.loads(out)
    costs = [c["cost_weighted_s"] for c in found["choices"]]
    assert costs == sorted(costs)
    assert all(c["arrives_s"] >= 0 for c in found["choices"])
    assert set(found["choices"][0]["terms_weighted_s"]) >= {"first", "late", "unfilled", "cover", "reopened"}


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--at", "0,0"], Exit.INPUT, "off the map"),
        (["--at", "north"], Exit.USAGE, "longitude and latitude"),
        (["--area", "nowhere"], Exit.INPUT, "there is no area 'nowhere'"),
        (["--grade", "9"], Exit.INPUT, "grade '9' has no target"),
        (["--feed", "no-such.jsonl"], Exit.INPUT, "no-such.jsonl"),
        (["--set", "coverage_minute=3"], Exit.USAGE, "did you mean 'coverage_min'"),
    ],
)
def test_slips_of_a_call(told, county, options, code, message):
    """One line, the right exit code, no traceback."""
    got, out, err = told("dispatch", "call", county, *SMALL, *options)
    assert (got, out) == (code, "")
    assert message in err


def test_choices_for_the_grades_of_the_project(told, county):
    """Reserve, deploy target, ageing and every variant of cover are taken for grades that only the project names."""
    for variant in ("available", "present", "expected"):
        chosen = ("reserve_units={3=2}", "deploy_targets_min={1=1,3=5}", "ageing=1", f"coverage={variant}")
        options = [part for c in chosen for part in ("--set", c)]
        code, out, err = told("dispatch", "call", county, *SMALL, "--grade", "3", "--json", *options)
        assert code == Exit.DONE, err
        assert "deploy" in json.loads(out)["choices"][0]["terms_weighted_s"]
    code, _, err = told("dispatch", "call", county, *SMALL, "--set", "reserve_units={9=2}")
    assert code == Exit.USAGE
    assert "for grade 9" in err


def test_live_follows_the_made_up_hour(told, county):
    """Advice after every event is printed and written; every joint answer is proved; ``--exact`` keeps none."""
    code, out, err = told("dispatch", "live", county, *SMALL, "--exact")
    assert code == Exit.DONE, err
    assert "send U" in out
    written = (county / "dispatch" / "advice-made-up-1.jsonl").read_text().splitlines()
    events = (county / "dispatch" / "made-up-1.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in written]
    assert len(records) == len(events)
    renewed = [r for r in records if r["renewed"]]
    assert {r["status"] for r in renewed} == {"optimal"}
    assert not any(r["kept"] for r in renewed)
    one = next(r for r in renewed if any(i["send"] for i in r["incidents"].values()))
    assert one["terms_weighted_s"].keys() >= {
        "first arrival",
        "lateness",
        "unfilled officers",
        "coverage shortfall",
    }
    choices = next(i["choices"] for i in one["incidents"].values() if i["send"])
    assert choices[0]["units"]


def test_live_names_what_is_wrong_and_goes_on(told, county, tmp_path):
    """Every fault that is known of feeds, one after another; the sound events around them are answered."""
    rows = [
        "time,event,unit,incident,area_id,lon,lat,status,grade,received,road,street,radius_m",
        "2026-03-02 08:00:00,on,A,,{a},,,,,,,,",
        "2026-03-02 08:00:00,on,B,,{b},,,,,,,,",
        "2026-03-02 08:00:30,on,A,,{b},,,,,,,,",  # two units of one id
        "2026-03-02 08:01:00,move,B,,,0.0,0.0,,,,,,",  # off the map
        "2026-03-02 08:01:10,status,B,,,,,asleep,,,,,",  # unknown status
        "2026-03-02 08:02:00,call,,I1,{a},,,,1,2026-03-02 09:30:00,,,",  # in the future
        "2026-03-02 08:02:30,explode,A,,,,,,,,,,",
        "not a line of this table",
        "2026-03-02 08:03:00,call,,I2,{a},,,,2,,,,",
        "2026-03-02 08:04:00,closed,,,{a},,,,,,R1,,1500",  # an area is no place of a road
        "2026-03-02 08:05:00,closed,,,,{lon},{lat},,,,R1,,1500",  # cuts the county
    ]
    from optimiser.data.project import load

    areas = load(county).areas.to_crs("EPSG:4326")
    point = areas.geometry.representative_point().iloc[0]
    names = areas["area_id"].tolist()
    path = tmp_path / "feed.csv"
    path.write_text("\n".join(rows).format(a=names[0], b=names[30], lon=point.x, lat=point.y))
    code, out, err = told("dispatch", "live", county, "--feed", path, "--no-joint", "--quiet")
    assert code == Exit.DONE, err
    for words in (
        "unit A: a unit of this id is on duty already; the first one counts",
        "unit B: it is off the map",
        "unit B: status 'asleep' is unknown",
        "incident I1: it lies 88 minutes in the future; it is left out until then",
        "I2 (grade 2, 0:00 old",
        "send A",
        "road R1: neither lon and lat nor a street says where it is",
        "are cut off from the rest",
    ):
        assert words in out, words
    assert "line 8: there is no event 'explode'" in err
    assert "line 9: 'not a line of this table' is no time" in err
    assert "2 lines left out" in err


def test_a_feed_without_one_event_is_refused(told, county, tmp_path):
    """Exit 3 and the first fault."""
    path = tmp_path / "feed.jsonl"
    path.write_text('{"time": "soon", "event": "free", "unit": "A"}\n')
    code, out, err = told("dispatch", "live", county, "--feed", path)
    assert (code, out) == (Exit.INPUT, "")
    assert "no event that can be used" in err
    assert "'soon' is no time" in err


def test_first_numbers_come_from_history(told, county):
    """As the library learns them; a type that nobody called for is a slip."""
    code, out, _ = told("dispatch", "first", county, "--type", "DOM")
    assert code == Exit.DONE
    assert "send first" in out
    _, out, _ = told("dispatch", "first", county, "--json", "--late-price", "3")
    rows = json.loads(out)
    assert [r["n_calls"] for r in rows] == sorted((r["n_calls"] for r in rows), reverse=True)
    assert {r["units"] for r in rows} == {1, 2}
    code, _, err = told("dispatch", "first", county, "--type", "PICNIC")
    assert code == Exit.USAGE
    assert "PICNIC" in err


def test_critical_locations_with_links_to_their_plans(told, county, tmp_path):
    """Made-up sites without a file; a file with faults: each row named, links to files that are not there told."""
    code, out, err = told("dispatch", "critical", county, *SMALL)
    assert code == Exit.DONE, err
    assert out.count("plans: made-up-plan-") == 3
    area = (county / "dispatch" / "made-up-sites.csv").read_text().splitlines()[1].split(",")[2]
    path = tmp_path / "sites.csv"
    path.write_text(
        "site,name,area_id,units,officers,within_min,plans\n"
        f"S1,Hall,{area},1,1,20,hall.pdf\nS1,Again,{area},1,1,5,\nS2,Far,nowhere,1,1,5,\nS3,Odd,{area},0,1,5,\n"
    )
    code, out, err = told("dispatch", "critical", county, *SMALL, "--sites", path, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert [s["site_id"] for s in found["sites"]] == ["S1"]
    assert found["sites"][0]["plans_missing"] == ["hall.pdf"]
    assert sum("sites.csv, line" in f for f in found["findings"]) == 3


def test_live_follows_a_feed_that_grows(told, county, tmp_path):
    """The writer's pieces end inside lines; bad lines are named, sound ones answered, and a stop file ends it."""
    from optimiser.data.project import load

    names = load(county).areas["area_id"].tolist()
    rows = [
        {"time": "2026-03-02 08:00:00", "event": "on", "unit": "A", "area_id": names[0]},
        {"time": "2026-03-02 08:00:00", "event": "on", "unit": "B", "area_id": names[30]},
        {"time": "2026-03-02 08:01:00", "event": "call", "incident": "I1", "area_id": names[1], "grade": 2},
        {"time": "2026-03-02 08:01:20", "event": "explode", "unit": "A"},
        {"time": "2026-03-02 08:01:30", "event": "move", "unit": "Z", "area_id": names[0]},
        {"time": "2026-03-02 08:02:00", "event": "call", "incident": "I2", "area_id": names[31], "grade": 2},
    ]
    raw = "".join(json.dumps(r) + "\n" for r in rows).encode() + b'{"time": "2026-03-02 08:03'
    feed, stop, advice = (tmp_path / n for n in ("feed.jsonl", "stop", "advice.jsonl"))

    def write():
        """Append in pieces; wait until what is whole has been answered; then ask for the end."""
        for k in range(0, len(raw), 100):
            with feed.open("ab") as file:
                file.write(raw[k : k + 100])
            time.sleep(0.02)
        for _ in range(3000):
            if advice.exists() and "I2" in advice.read_text():
                break
            time.sleep(0.05)
        stop.touch()

    writer = threading.Thread(target=write)
    writer.start()
    options = ["--feed", feed, "--follow", "--poll", "0.05", "--stop", stop, "--out", advice, "--idle", "300"]
    code, out, err = told("dispatch", "live", county, *options, "--no-joint", "--quiet")
    writer.join()
    assert code == Exit.DONE, err
    assert "I2 (grade 2, 0:00 old" in out
    assert "send B" in out
    assert "line 5, unit Z: it is not on duty as far as is known" in out
    assert "line 4: there is no event 'explode'" in err
    assert "line 7: it is only half written" in err
    assert f"Ended: {stop} is there." in err
    assert "2 lines left out" in err
    records = [json.loads(text) for text in advice.read_text().splitlines()]
    assert [r["line"] for r in records] == [1, 2, 3, 5, 6]
    code, out, err = told("dispatch", "live", county, *options)
    assert (code, out) == (Exit.USAGE, "")
    assert "is there already" in err
    code, _, err = told("dispatch", "live", county, "--follow")
    assert code == Exit.USAGE
    assert "--follow needs the file to follow" in err


def test_answers_prepared_ahead(told, county):
    """The likeliest zones first, in words and as JSON; a grade without a target is a slip."""
    code, out, err = told("dispatch", "ahead", county, *SMALL, "--most", "2", "--set", "max_moves=2")
    assert code == Exit.DONE, err
    assert out.count("of the calls of this hour") == 2
    assert "there in" in out
    assert "Holds until a unit moves or changes." in err
    code, out, _ = told("dispatch", "ahead", county, *SMALL, "--no-joint", "--json", "--most", "3")
    found = json.loads(out)
    assert [z["calls_per_h"] for z in found["zones"]] == sorted(
        (z["calls_per_h"] for z in found["zones"]), reverse=True
    )
    assert all(z["send"] is None and z["choices"] for z in found["zones"])
    code, _, err = told("dispatch", "ahead", county, *SMALL, "--grade", "9")
    assert code == Exit.INPUT
    assert "--grade 9 has no target" in err
