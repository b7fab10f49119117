"""Sectors that lend units, and the rules of the rota in a sector's plan."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from optimiser.data.duty_rules import DutyRule
from optimiser.demand.queueing import erlang_c
from optimiser.demand.requirement import requirement_of
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan
from optimiser.report import words_ledger
from optimiser.report.ledger_book import lending_rows
from optimiser.studies.sector_lending import SectorRota, lending
from optimiser.studies.sector_rules import besides, rules_in
from tests.benchmarks.queues import made_up_mix
from tests.studies.test_shift_simulation import steady, stream

ALL_WEEK = (0, 1, 2, 3, 4, 5, 6)


def rota(name, n=5, calls=None):
    problem, plan = steady(n)
    return SectorRota(name, problem, plan, calls or stream())


def rule(kind, value, role="patrol", sector="A", clause="Agreement 1", *, hard=True):
    return DutyRule(kind, sector, role, ALL_WEEK, 0, 0, value, clause, hard)


@pytest.fixture(scope="module")
def two():
    """Two alike with no way between them: 5 on duty and 1.5 units busy each."""
    return lending([rota("A"), rota("B")], np.zeros((2, 2)), weeks=60)


def test_pooled_without_ways_it_is_one_queue(two):
    # Erlang: apart each 5 units with 1.5 busy (2.0 % wait), together 10 units with 3.0 busy (0.12 %)
    for line in two.lines:
        assert line.wait_frac == pytest.approx(erlang_c(5, 1.5), abs=0.004)
        assert line.wait_frac_lending == pytest.approx(erlang_c(10, 3.0), abs=0.001)


def test_what_one_lends_another_borrows(two):
    # the same hours from both sides, and the same work in all: no way, so no hour more on calls
    assert sum(s.lent_h for s in two.lines) == pytest.approx(sum(s.borrowed_h for s in two.lines))
    assert two.more_on_calls_h.mean == pytest.approx(0.0, abs=0.5)
    assert two.fewer_waiting.low > 0
    assert all(0.9 < s.own_frac < 1 for s in two.lines)


def test_the_drive_counts_and_the_idle_lend():
    # one with 3 for 1.5 busy and one with 8 for as many: the second lends more, drives 22 s for 242 m at 11 m/s
    far = np.array([[0.0, 242.0], [242.0, 0.0]])
    found = lending([rota("tight", 3), rota("roomy", 8)], far, weeks=40)
    tight, roomy = found.lines
    assert roomy.lent_h > tight.lent_h
    assert tight.calls_frac_lending < tight.calls_frac
    assert roomy.calls_frac_lending > roomy.calls_frac
    assert found.more_on_calls_h.mean > 0
    assert tight.urgent_p90_lending_s < tight.urgent_p90_s
    sheet = lending_rows([asdict(line) for line in found.lines])
    assert [row["hours lent"] for row in sheet] == [tight.lent_h, roomy.lent_h]
    assert sheet[0]["on calls with lending, share"] == tight.calls_frac_lending
    said = words_ledger.lending_said(found, 0.18)
    assert "fewer calls a week wait" in said[0]
    assert not any("tight" in s for s in said[1:])


@pytest.mark.parametrize(
    ("sectors", "far", "words"),
    [
        (1, np.zeros((1, 1)), "at least two sectors"),
        (2, np.full((2, 2), np.nan), "distances of 0 or more"),
        (2, np.zeros((3, 3)), r"shape \(2, 2\)"),
    ],
)
def test_lending_slips(sectors, far, words):
    """Named, not crashed."""
    with pytest.raises(InputError, match=words):
        lending([rota(str(k)) for k in range(sectors)], far)


def test_rules_in_a_sector_say_where_they_decide():
    # a minimum of 2 sets the officers of 24 slots where the queue asks for less; the force's span holds everywhere
    problem, plan = steady(5)
    requirement = np.where(np.arange(168) < 24, 2, 4)
    clauses = tuple("Agreement 1" if k < 24 else "" for k in range(168))
    binding = tuple("minimum" if k < 24 else "queue" for k in range(168))
    problem = replace(problem, requirement=requirement, clauses=clauses, binding=binding)
    rules = (
        rule("minimum", 2),
        rule("minimum", 9, sector="B", clause="of another sector"),
        rule("span", 2, "supervisor", sector="", clause="Policy 7", hard=False),
        rule("minimum", 1, "desk", clause="Agreement 9"),
    )
    held = rules_in(rules, "A", problem)
    assert [(r.title.split(" (")[0], r.decides_h) for r in held] == [
        ("minimum 2 patrol in A", 24.0),
        ("span 2 supervisor", None),
        ("minimum 1 desk in A", None),
    ]
    others = {o.role: o for o in besides(rules, "A", problem, plan)}
    assert (others["supervisor"].most, others["supervisor"].hours) == (3, 504.0)  # ceil(5 / 2) in 168 hours
    assert others["desk"].hours == 168.0
    said = words_ledger.rules_of_sector(held, tuple(others.values()))
    assert "Minimum 2 patrol in A (Agreement 1), hard" in said[0]
    assert "sets the officers needed in 24 of them" in said[0]
    assert "negotiable" in said[1]


def test_cover_is_said_with_the_best_split():
    # five on for 168 hours against two needed: 504 beyond; 1.5 of 5 on calls, half an hour of reports
    problem, plan = steady(5)
    short, best = words_ledger.cover(problem, plan)
    assert "840" in short
    assert short.replace("\u00a0", " ").endswith("0 short of the requirement, 504 beyond it.")
    shares = "calls 30.0 %, proactive work 50.0 %, administration 10.0 % and community engagement 10.0 %"
    assert shares in best.replace("\u00a0", " ")


def test_besides_of_nobody_is_nothing():
    """Without rules nobody else is asked for."""
    problem, _ = steady(5)
    assert besides((), "A", problem, ShiftsPlan({})) == ()
    assert rules_in((), "A", problem) == ()


def test_posts_stand_beside_the_requirement():
    # two at the desk on weekdays change no officer that calls ask for, and their clause is kept
    mix = made_up_mix()
    desk = DutyRule("minimum", "", "desk", (0, 1, 2, 3, 4), 8 * 3600, 18 * 3600, 2, "Agreement 9")
    with_, without = requirement_of(mix, rules=(desk,)), requirement_of(mix)
    assert (with_.officers == without.officers).all()
    assert with_.posts["desk"].sum() == 2 * 50
    assert set(with_.post_clauses["desk"]) == {"", "Agreement 9"}
    assert without.posts == {}
