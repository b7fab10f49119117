"""Alerts: each kind by hand, waits that stop flicker, lead time and precision on a small log and a simulated week."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimiser import alerts, simulate
from optimiser.alerts.events import Event
from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.errors import InputError
from optimiser.report.chart_alerts import alerts_chart

AREAS = ("N", "S")
# five minutes inside an area, twenty from one to the other
TRAVEL = np.array([[300.0, 1200.0], [1200.0, 300.0]])


def run(events, *rules, tick_s=30.0):
    return alerts.replay(events, rules, AREAS, TRAVEL, tick_s=tick_s)


def raised(found, rule=None):
    return [(c.subject, c.at_s) for c in found.changes if c.state == "raised" and rule in (None, c.rule)]


def two_on_duty():
    return [Event(0, "on", "U1", area="N", until_s=28800), Event(0, "on", "U2", area="S", until_s=28800)]


def test_several_units_on_one_incident():
    """Raised as the third unit is sent, cleared when the incident closes."""
    rule = alerts.AlertRule(name="many", kind="units", at_least=3)
    events = [Event(0, "on", f"U{k}", area="N") for k in range(4)]
    events += [Event(60, "call", incident="A", area="N", grade=2)]
    events += [Event(60 + 10 * k, "send", f"U{k}", "A") for k in range(1, 4)]
    events += [Event(600, "close", incident="A"), Event(700, "move", "U0", area="N")]
    found = run(events, rule)
    assert [(c.at_s, c.state) for c in found.changes] == [(90, "raised"), (600, "cleared")]
    assert found.incidents["A"].most_units == 3


def test_more_units_than_an_incident_needs():
    """Two on an incident that needs one are twice what it needs; two on one that needs two are not."""
    rule = alerts.AlertRule(name="over", kind="units", over_needed=2.0)
    events = [Event(0, "on", f"U{k}", area="N") for k in range(4)]
    events += [Event(1, "call", incident="A", area="N", grade=2, n_needed=1)]
    events += [Event(1, "call", incident="B", area="N", grade=2, n_needed=2)]
    events += [Event(2, "send", f"U{k}", "AABB"[k]) for k in range(4)]
    assert raised(run(events, rule)) == [("A", 2)]


def test_a_priority_call_that_cannot_be_met_is_known_at_second_0():
    """Target 10 minutes: in the north U1 is 5 minutes away, in the south only U1, 20 minutes away, is free."""
    rule = alerts.AlertRule(name="late", kind="call", grades=(1,), target_s=600)
    events = [*two_on_duty(), Event(10, "break", "U2")]
    events += [
        Event(100, "call", incident="A", area="N", grade=1),
        Event(110, "call", incident="B", area="S", grade=1),
    ]
    events += [Event(120, "call", incident="C", area="S", grade=3)]
    found = run(events, rule)
    assert raised(found) == [("B", 110)]
    assert "20.0 minutes" in found.changes[0].said


def test_a_unit_on_its_way_is_counted_from_when_it_was_sent():
    """Sent at once from five minutes away: in time, all the way; sent eight minutes late: not."""
    rule = alerts.AlertRule(name="late", kind="call", grades=(1,), target_s=600)
    for delay, expected in ((0, []), (480, [("A", 430)])):
        events = [*two_on_duty()[:1], Event(100, "call", incident="A", area="N", grade=1)]
        events += [Event(100 + delay, "send", "U1", "A"), Event(400 + delay, "arrive", "U1")]
        found = run(events, rule)  # waiting, it is known after 5 minutes (400 s) that 600 s cannot be kept
        assert raised(found) == expected


def test_nobody_sent_for_two_minutes():
    """By the clock, between events."""
    rule = alerts.AlertRule(name="open", kind="call", grades=(1,), unassigned_s=120)
    events = [
        *two_on_duty(),
        Event(100, "call", incident="A", area="N", grade=1),
        Event(300, "send", "U1", "A"),
    ]
    assert raised(run(events, rule)) == [("A", 220)]
    upgraded = [*two_on_duty(), Event(100, "call", incident="A", area="N", grade=3)]
    upgraded += [Event(200, "grade", incident="A", grade=1), Event(300, "send", "U1", "A")]
    assert raised(run(upgraded, rule)) == [
        ("A", 230)
    ]  # the first look after the upgrade at which 120 s are over


def test_low_cover_is_seen_ahead():
    """U2's shift ends at 3600 and U1 is 20 minutes from the south: seen 15 minutes before, at 2700."""
    rule = alerts.AlertRule(name="cover", kind="cover", target_s=600, lead_s=900)
    events = [Event(0, "on", "U1", area="N", until_s=28800), Event(0, "on", "U2", area="S", until_s=3600)]
    events += [Event(3600, "off", "U2"), Event(7200, "move", "U1", area="N")]
    found = run(events, rule)
    assert raised(found) == [("S", 2700)]
    (one,) = alerts.judged(found)
    assert (one.n_raised, one.n_true, one.n_breaches, one.n_warned) == (1, 1, 1, 1)
    assert one.median_lead_s == pytest.approx(900)
    assert one.precision_frac == one.recall_frac == 1.0


def test_a_predicted_end_counts_and_a_false_alarm_is_told():
    """Without a word of relief the end looms, an alert; relief comes at the last minute: nothing came true."""
    rule = alerts.AlertRule(name="cover", kind="cover", target_s=600, lead_s=900, areas=("S",))
    events = [Event(0, "on", "U2", area="S", until_s=3600), Event(3590, "on", "U3", area="S", until_s=28800)]
    events += [Event(3600, "off", "U2"), Event(7200, "move", "U3", area="S")]
    (one,) = alerts.judged(run(events, rule))
    assert (one.n_raised, one.n_true) == (1, 0)
    busy = [Event(0, "on", "U2", area="S"), Event(100, "call", incident="A", area="S", grade=3)]
    busy += [Event(100, "send", "U2", "A", until_s=700), Event(700, "close", incident="A")]
    ahead = [c.said for c in run(busy, rule).changes if c.state == "raised"]
    assert len(ahead) == 1
    assert ahead[0].startswith("0 free units")  # low now; in 15 minutes it would be well again


def test_waits_stop_flicker():
    """On and off every minute: raised once with a wait before clearing, each time without; quiet time holds it back."""
    events = [Event(0, "on", "U1", area="N")]
    for k in range(6):
        events += [Event(60 + 120 * k, "break", "U1"), Event(120 + 120 * k, "free", "U1")]
    base = {"kind": "cover", "target_s": 600.0, "areas": ("N",)}

    def n_raised(**waits):
        return len(raised(run(events, alerts.AlertRule(name="c", **base, **waits))))

    assert n_raised() == 6
    assert n_raised(clear_after_s=90.0) == 1
    assert n_raised(raise_after_s=90.0) == 0
    assert n_raised(quiet_s=200.0) == 3  # cleared at 120: not again before 320, so at 420; then 540 + 200 ...


def test_states_of_an_alert():
    """Raised, acknowledged once, cleared; nothing to acknowledge before or after."""
    rule = alerts.AlertRule(name="open", kind="call", grades=(1,), unassigned_s=0)
    s, watch = alerts.Situation(AREAS, TRAVEL), alerts.Watch((rule,))
    s.take(Event(0, "on", "U1", area="N"))
    assert not watch.acknowledge("open", "A", 0)
    s.take(Event(5, "call", incident="A", area="N", grade=1))
    assert [c.state for c in watch.look(s)] == ["raised"]
    assert watch.standing() == [("open", "A")]
    assert watch.acknowledge("open", "A", 6)
    assert not watch.acknowledge("open", "A", 7)
    s.take(Event(9, "close", incident="A"))
    assert [c.state for c in watch.look(s)] == ["cleared"]
    assert [c.state for c in watch.log] == ["raised", "acknowledged", "cleared"]


def test_odd_events_are_told_and_the_rest_goes_on():
    """A unit that was never on duty, an incident that is not open, one called in twice."""
    rule = alerts.AlertRule(name="open", kind="call", grades=(1,), unassigned_s=60)
    events = [Event(0, "send", "U9", "X"), Event(1, "call", incident="A", area="N", grade=1)]
    events += [
        Event(2, "call", incident="A", area="N", grade=1),
        Event(3, "close", incident="Y"),
        Event(200, "off", "U9"),
    ]
    found = run(events, rule)
    assert len(found.odd) == 4
    assert raised(found) == [("A", 63)]  # looks go on every 30 s from the last event


def simulated(rate_per_h: float, seed: int = 3):
    rng = np.random.default_rng(seed)
    n = rng.poisson(rate_per_h * 48)
    calls = simulate.Calls(
        time_s=np.sort(rng.uniform(0, 48 * 3600, n)),
        zone=rng.integers(0, 2, n),
        grade=rng.choice([1, 2], n),
        service_s=rng.exponential(2400, n),
    )
    fleet = simulate.always(np.array([0, 0, 1, 1]))
    rules = simulate.Rules(grades=(1, 2), target_s={1: 600.0, 2: 3600.0})
    found = simulate.simulate(calls, fleet, simulate.Travel(table_s=TRAVEL), None, rules, horizon_s=48 * 3600)
    return alerts.log_of(
        found.replications[0].calls, calls, fleet, AREAS, TRAVEL, grades=(1, 2), end_s=48 * 3600
    ), found


def test_a_simulated_log_agrees_with_its_records_and_is_judged():
    """Late grade-1 calls of the log are those of the records; nearly all are warned of before they are late."""
    events, out = simulated(3.5)
    late = alerts.AlertRule(name="late", kind="call", grades=(1,), target_s=600)
    cover = alerts.AlertRule(name="cover", kind="cover", target_s=600, lead_s=600, raise_after_s=60)
    found = run(events, late, cover)
    records = out.replications[0].calls
    assert found.odd == ()
    mine = (records.grade == 0) & (records.time_s + 600 <= found.end_s)
    a, b = alerts.judged(found, lasting_s=60.0)
    assert a.n_breaches == int((records.response_s[mine] > 600 + 1e-6).sum()) > 5
    assert a.recall_frac >= 0.9
    assert a.precision_frac > 0.5
    assert a.median_lead_s > 0
    assert b.n_raised > 5
    assert b.recall_frac > 0.5
    calm = alerts.judged(run(simulated(0.3)[0], late, cover))
    assert calm[0].n_raised < a.n_raised


def test_a_tour_over_the_first_moment_is_on_duty_from_there():
    """Of a week that repeats, the tour from its last hour to an hour past its end; and the next week's."""
    week = simulate.WEEK_S
    fleet = simulate.Fleet(
        post=np.array([0]),
        tour_unit=np.array([0]),
        tour_start_s=np.array([week - 3600.0]),
        tour_end_s=np.array([week + 3600.0]),
    )
    calls = simulate.Calls(time_s=[600.0], zone=[1], grade=[1], service_s=[600.0])
    rules = simulate.Rules(grades=(1,), target_s={1: 600.0})
    out = simulate.simulate(calls, fleet, simulate.Travel(table_s=TRAVEL), None, rules, horizon_s=week)
    events = alerts.log_of(out.replications[0].calls, calls, fleet, AREAS, TRAVEL, grades=(1,), end_s=week)
    told = [(e.at_s, e.what) for e in events if e.what in ("on", "off", "send")]
    assert told == [(0.0, "on"), (600.0, "send"), (3600.0, "off"), (week - 3600.0, "on")]
    assert run(events, alerts.AlertRule(name="late", kind="call", grades=(1,), target_s=600)).odd == ()


RULES = """
[[alert]]
name = "several units"
kind = "units"
at_least = 3
[[alert]]
name = "grade 1 cannot be met"
kind = "call"
grades = [1]
target_min = 15
unassigned_min = 2
[[alert]]
name = "low cover"
kind = "cover"
target_min = 10
lead_min = 15
raise_after_min = 1
clear_after_min = 2
quiet_min = 10
[[alert]]
name = "thin district"
kind = "cover"
target_min = 10
by = "district"
percent = 20
"""


def test_rules_are_data(tmp_path: Path):
    """Minutes in the file, seconds inside."""
    (tmp_path / "a.toml").write_text(RULES)
    units, call, cover, thin = alerts.read_rules(tmp_path / "a.toml")
    assert (thin.by, thin.share_frac, cover.by) == ("district", 0.2, "area")
    assert units.at_least == 3
    assert (call.target_s, call.unassigned_s, call.grades) == (900.0, 120.0, (1,))
    assert (cover.lead_s, cover.raise_after_s, cover.clear_after_s, cover.quiet_s) == (
        900.0,
        60.0,
        120.0,
        600.0,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no alert"),
        ('[[alert]]\nname = "x"\nkind = "smell"\n', "a kind of units, call, cover"),
        ('[[alert]]\nname = "x"\nkind = "units"\ntarget_min = 3\n', "takes no target_min"),
        ('[[alert]]\nname = "x"\nkind = "call"\n', "needs target_min or unassigned_min"),
        ('[[alert]]\nname = "x"\nkind = "cover"\ntarget_min = "soon"\n', "should be a number"),
        ('[[alert]]\nname = "x"\nkind = "cover"\ntarget_min = 5\n' * 2, "stands twice"),
        ('[[alert]]\nname = "x"\nkind = "cover"\ntarget_min = 5\nlead_min = -1\n', "must be 0 or more"),
        ('[[alert]]\nname = "x"\nkind = "cover"\ntarget_min = 5\nby = "moon"\n', "by should be area or district"),
        ('[[alert]]\nname = "x"\nkind = "cover"\ntarget_min = 5\npercent = 20\n', "for alerts by district alone"),
    ],
)  # fmt: skip
def test_bad_rules_are_named(tmp_path: Path, text: str, message: str):
    """What, where, what it takes."""
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        alerts.read_rules(tmp_path / "a.toml")


def test_a_bad_log_is_told_together(tmp_path: Path):
    """By line."""
    path = tmp_path / "log.csv"
    path.write_text(
        "time,event,unit,incident,area_id,grade\n2026-03-02 07:00,on,U1,,N,\n2026-03-02 07:01,fly,U1,,N,\n"
        "soon,on,U1,,N,\n"
        "2026-03-02 07:02,on,U1,,Mars,\n2026-03-02 07:03,call,,A,N,\n2026-03-02 06:00,off,U1,,,\n"
    )
    with pytest.raises(
        InputError,
        match=r"line 3.*'fly'.*line 4.*'soon'.*line 5.*'Mars'.*line 6.*grade.*line 7.*earlier",
    ):
        alerts.read_log(path, {"N": "N", "S": "S"})


def test_a_log_is_written_and_read_again_as_text_and_as_parquet(tmp_path: Path):
    """The same events, to the second; a table of a database has times and numbers for cells, not text."""
    events = [*two_on_duty(), Event(60.4, "call", incident="A", area="N", grade=2, n_needed=2)]
    events += [Event(70, "send", "U1", "A", until_s=900.0), Event(80, "grade", incident="A", grade=1)]
    events += [
        Event(300, "arrive", "U1"),
        Event(900, "close", incident="A"),
        Event(1000, "free", "U1", area="S"),
    ]
    path = tmp_path / "a" / "log.csv"
    alerts.write_log(path, events, datetime(2026, 3, 2))
    again = alerts.read_log(path, {a: a for a in AREAS})
    assert len(again) == len(events)
    for one, other in zip(again, events, strict=True):
        assert one.at_s == round(other.at_s)
        assert (one.what, one.unit, one.incident) == (other.what, other.unit, other.incident)
        assert (one.area, one.grade, one.n_needed, one.until_s) == (
            other.area,
            other.grade,
            other.n_needed,
            other.until_s,
        )
    table = pd.read_csv(path, parse_dates=["time", "until"])
    table.to_parquet(tmp_path / "log.parquet")
    assert alerts.read_log(tmp_path / "log.parquet", {a: a for a in AREAS}) == again


def test_how_long_an_alert_stood():
    """From raised to cleared; one that stands at the end of the log stands to its end."""
    rule = alerts.AlertRule(name="any", kind="units", at_least=1)
    events = [Event(0, "on", "U1", area="N"), Event(0, "on", "U2", area="N")]
    events += [
        Event(10, "call", incident="A", area="N", grade=2),
        Event(10, "call", incident="B", area="N", grade=2),
    ]
    events += [Event(20, "send", "U1", "A"), Event(30, "send", "U2", "B"), Event(300, "close", incident="A")]
    found = run([*events, Event(400, "move", "U1", area="N")], rule)
    spans = alerts.raised_spans(found)
    assert [(s.subject, s.begin_s, s.end_s) for s in spans] == [("A", 20, 300), ("B", 30, 400)]
    figure = alerts_chart(found)
    assert len(figure.axes[0].patches) == 2
    with pytest.raises(InputError, match="nothing to draw"):
        alerts_chart(run(events, alerts.AlertRule(name="many", kind="units", at_least=9)))


def test_on_the_command_line(county, capsys, tmp_path):
    """A project's areas and roads, a log of a quarter of an hour, in words and as JSON."""
    from optimiser.data.project import load

    a, b = (str(x) for x in load(county).areas["area_id"].iloc[[0, 40]])
    (tmp_path / "a.toml").write_text(RULES)
    (tmp_path / "log.csv").write_text(
        "time,event,unit,incident,area_id,grade,units_needed,until\n"
        f"2026-03-02 07:00:00,on,U1,,{a},,,2026-03-02 15:00\n2026-03-02 07:01:00,call,,A,{b},1,1,\n"
        "2026-03-02 07:05:00,send,U1,A,,,,\n2026-03-02 07:15:00,arrive,U1,,,,,\n"
    )
    options = ["alerts", str(county), "--log", str(tmp_path / "log.csv"), "--rules", str(tmp_path / "a.toml")]
    assert main([*options, "--list"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "nobody sent for 2.0 minutes" in said
    assert "low cover" in said
    assert main([*options, "--json"]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert [r["rule"] for r in told["rules"]] == [
        "several units",
        "grade 1 cannot be met",
        "low cover",
        "thin district",
    ]
    assert main([*options[:-1], str(tmp_path / "none.toml")]) == Exit.INPUT
