"""Who was really on duty, replayed tour by tour from a duty table."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from optimiser import simulate as sim
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.simulation import Ground, ground_of
from optimiser.prepare.simulation_fleet import from_duty
from optimiser.prepare.simulation_policy import WORDS, cover_of, manner

ZONE = "America/New_York"
MONDAY = pd.Timestamp("2024-01-01", tz=ZONE)
HOUR_S = 3600.0


def at(hours: float) -> pd.Timestamp:
    return (MONDAY + pd.Timedelta(hours=hours)).tz_convert("UTC")


def ground(time_h: list[float]) -> Ground:
    """Two areas 100 s apart; a call in each hour named, 5 min of work, in area b."""
    n = len(time_h)
    return Ground(
        zone_ids=("a", "b"),
        travel=sim.Travel(table_s=np.tile(np.array([[0.0, 100.0], [100.0, 0.0]]), (2, 1, 1, 1))),
        grades=(1,),
        target_s={1: 600.0},
        calls=sim.Calls(
            time_s=np.array(time_h) * HOUR_S,
            zone=np.ones(n, dtype=np.int64),
            grade=np.ones(n, dtype=np.int64),
            service_s=np.full(n, 300.0),
        ),
        delay_s=np.full(n, np.nan),
        way_s=np.full(n, np.nan),
        n_weeks=1.0,
        lacks=(),
    )


def project(rows: list[tuple], first_call_h: float = 0.0) -> SimpleNamespace:
    """A project of which only the duty table, the calls' times and the time zone are read."""
    columns = ["unit_key", "role", "sector", "start_at", "end_at", "n_officers"]
    duty = pd.DataFrame(rows, columns=columns)
    calls = pd.DataFrame({"received_at": [at(first_call_h)]})
    return SimpleNamespace(duty=duty, calls=calls, settings=SimpleNamespace(timezone=ZONE))


ROWS = [
    ("17", "patrol", "north", at(8), at(16), 1),
    ("18", "patrol", "south", at(10), at(12), 2),
    ("18", "patrol", "south", at(34), at(36), 1),
    ("D1", "desk", "north", at(0), at(24), 1),
]
SECTORS = {"a": "north", "b": "south"}


def test_units_and_hours_on_duty_are_those_of_the_table():
    # by hour of the week: unit 17 on Monday 8 to 16, unit 18 with two officers 10 to 12, with one on Tuesday 10 to 12;
    # the desk is no patrol. Counted by the simulator itself, unit by unit and in officers
    g = ground([1.0])
    fleet = from_duty(project(ROWS), g, SECTORS)
    found = sim.simulate(g.calls, fleet, g.travel, horizon_s=sim.WEEK_S).replications[0]
    on = np.zeros(168)
    on[8:16] += 1
    on[[10, 11]] += 1
    on[[34, 35]] += 1
    assert (found.use_s.sum(axis=1) / HOUR_S).tolist() == pytest.approx(on.tolist())
    officers = found.officer_use_s.sum(axis=1) / HOUR_S
    assert officers[[9, 10, 34]].tolist() == pytest.approx([1.0, 3.0, 1.0])
    assert sorted((found.unit_use_s.sum(axis=1) / HOUR_S).tolist()) == pytest.approx([2.0, 2.0, 8.0])
    assert sorted(zip(fleet.sector.tolist(), fleet.post.tolist(), strict=True)) == [(0, 0), (1, 1), (1, 1)]


def test_a_call_meets_who_was_there():
    # at 7 h nobody until 8 h; at 9 h unit 17 from area a, 100 s; at 11 h unit 18 stands in area b; at 20 h nobody
    # until Tuesday 10 h
    g = ground([7.0, 9.0, 11.0, 20.0])
    fleet = from_duty(project(ROWS), g, SECTORS)
    found = sim.simulate(g.calls, fleet, g.travel, horizon_s=sim.WEEK_S).replications[0].calls
    assert found.response_s.tolist() == pytest.approx([HOUR_S + 100.0, 100.0, 0.0, 14 * HOUR_S])


def test_tours_count_from_the_monday_of_the_calls():
    # the first call of the project came a week later: tours of the week before lie before the simulation
    g = ground([9.0])
    fleet = from_duty(project([*ROWS, ("19", "patrol", "south", at(176), at(178), 1)], 170.0), g, SECTORS)
    assert fleet.tour_start_s.tolist() == [8 * HOUR_S]
    assert from_duty(project(ROWS[3:]), g, SECTORS) is None  # nobody on patrol


def test_cover_tells_places_apart_where_the_target_is_wide():
    # every area is within the target of 600 s from everywhere; the post in area a reaches all urgent demand, which lies
    # in b, in 100 s, and a post in b in 0 s: then a no longer covers b
    g = ground([1.0, 2.0])
    assert cover_of(g, None).reach.all()
    assert cover_of(g, None, np.array([0])).reach.all()
    assert cover_of(g, None, np.array([0, 1])).reach.tolist() == [[True, False], [False, True]]


def test_policies_by_name():
    # each name has a policy and words; turning round and interrupting are rules of their own; others are named
    g = ground([1.0, 2.0])
    fleet, rules = sim.always(np.array([0, 1])), sim.Rules(grades=(1, 2, 3))
    wide = replace(g, grades=(1, 2, 3), travel=replace(g.travel, xy_m=np.array([[0.0, 0.0], [1.0, 0.0]])))
    for name in WORDS:
        assert manner(name, wide, fleet, rules).words == WORDS[name]
    both = manner("joint", wide, fleet, rules, turns=True, takes_over=True, interrupts=True)
    assert (both.rules.diverts, both.rules.interrupts) == ({1: 2, 2: 3}, {1: 3})
    assert both.rules.takes_over == (1, 2, 3)
    with pytest.raises(InputError, match="no policy 'best'"):
        manner("best", wide, fleet, rules)


def test_the_replay_does_not_hang_on_keyed_ids(county):
    # calls of one minute lie in the order of ids that another key makes otherwise: the replay is the same
    made = load(county)
    calls = made.calls.sample(frac=1.0, random_state=3, ignore_index=True)
    one, other = ground_of(made), ground_of(replace(made, calls=calls))
    for name in ("time_s", "zone", "grade", "service_s", "need"):
        assert np.array_equal(getattr(one.calls, name), getattr(other.calls, name)), name
    assert np.array_equal(one.delay_s, other.delay_s, equal_nan=True)
    assert not np.array_equal(made.calls["call_id"], calls["call_id"])
