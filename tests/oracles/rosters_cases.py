"""Team rosters small enough to know the answer: by hand, or by looking at every assignment."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.rosters import FAMILY, RostersParams, RostersPlan, RostersProblem

PITMAN = ("D", "D", "-", "-", "N", "N", "N", "-", "-", "D", "D", "D", "-", "-")
"""Two weeks of days and nights."""


def roster(
    n_teams=4,
    patterns=None,
    days=8,
    wanted=5,
    *,
    officers=None,
    supervisors=None,
    vehicles=None,
    skilled=None,
    on=None,
    history=None,
    need=None,
    minimum=0,
    supervisors_needed=0,
    skills_needed=0,
    **params,
) -> RostersProblem:
    """Return teams of five on days (07-19) and nights (19-07); 4 on, 4 off by default, from Monday 2027-01-04."""
    patterns = patterns or {"4on4off": ("D", "D", "N", "N", "-", "-", "-", "-")}
    skilled = np.zeros((n_teams, 0)) if skilled is None else np.array(skilled).reshape(n_teams, -1)
    k = skilled.shape[1]
    wanted_by_day = np.full((2, days), wanted) if need is None else np.array(need)
    on = on or [("", 0)] * n_teams
    return RostersProblem(
        first_date="2027-01-04",
        team_ids=tuple("ABCDEFGH"[:n_teams]),
        officers=np.array(officers or [5] * n_teams),
        supervisors=np.array(supervisors or [1] * n_teams),
        vehicles=np.array(vehicles or [2] * n_teams),
        skill_ids=tuple(f"skill{j}" for j in range(k)),
        skilled=skilled.astype(np.int64),
        shift_ids=("D", "N"),
        shift_start_s=np.array([7, 19]) * 3600.0,
        shift_length_s=np.full(2, 12 * 3600.0),
        pattern_ids=tuple(patterns),
        patterns=tuple(tuple(p) for p in patterns.values()),
        on_pattern=tuple(o[0] for o in on),
        on_phase=tuple(o[1] for o in on),
        history=tuple(tuple(h) for h in (history or [()] * n_teams)),
        wanted=wanted_by_day.astype(np.int64),
        minimum=np.full(wanted_by_day.shape, minimum),
        supervisors_needed=np.full(wanted_by_day.shape, supervisors_needed),
        skills_needed=np.full((k, *wanted_by_day.shape), skills_needed),
        params=RostersParams(**{"shortage_price": 3.0, "surplus_price": 1.0, **params}),
    )


def hand_cases():
    """(title, problem, cost)."""
    flat = {"A": ("4on4off", 0)}
    straight = {"days": "DDDD----", "nights": "NNNN----"}
    return [
        # two days, two nights, four off: four teams two days apart have one on each shift
        ("four teams, 4 on 4 off", roster(), 0.0),
        # ten wanted: five missing on 16 shifts at 3
        ("twice as many wanted", roster(wanted=10), 16 * 5 * 3.0),
        # a team that is on day 1 stays there: the others follow, in pairs of odd phases
        ("one team stays", roster(on=[("4on4off", 1), *[("", 0)] * 3], change_price=7.0), 0.0),
        # two teams on the same phase: one of them has to change
        ("one has to change", roster(on=[("4on4off", 0)] * 2 + [("", 0)] * 2, change_price=7.0), 7.0),
        # both kept: four of sixteen shifts are doubled (20 beyond), the others cover eight, four are bare (20 missing)
        ("both kept", roster(on=[("4on4off", 0)] * 2 + [("", 0)] * 2, kept=("A", "B")), 80.0),
        # a team without a supervisor, and each shift asks for one: nobody stands in
        ("no supervisor", roster(supervisors=[1, 1, 1, 0], supervisors_needed=1), "infeasible"),
        ("a supervisor less", roster(supervisors=[1, 1, 1, 0], supervisors_needed=1, relax={"supervisors": 1.0}), 0.0),
        # a team takes two vehicles, and hands them over at seven
        ("too few vehicles", roster(fleet=1), "infeasible"),
        ("vehicles", roster(fleet=2), 0.0),
        # whoever worked the night before cannot begin with a day: five are there by night, five missing by day
        ("history", roster(1, days=1, history=[("N",)], most_week_h=84.0), 15.0),
        # four days on after four days on are more than seven; kept, the team cannot do otherwise
        ("kept too long", roster(1, straight, on=[("days", 0)], history=["DDDD"], kept=("A",)), "infeasible"),
        # free to choose it is on four of sixteen shifts all the same
        ("not kept", roster(1, straight, history=["DDDD"]), 3.0 * 12 * 5),
        # 42 hours a week are more than 40
        ("hours", roster(most_week_h=40.0), "infeasible"),
        ("hours relaxed", roster(most_week_h=40.0, relax={"hours a week": 2.0}), 0.0),
        ("minimum of five", roster(minimum=5), 0.0),
        ("a skill in three of four teams", roster(skilled=[1, 1, 1, 0], skills_needed=1), "infeasible"),
        ("everyone has it", roster(skilled=[1, 1, 1, 1], skills_needed=1), 0.0),
        ("today's roster", roster(1, on=[flat["A"]]), 3.0 * 60),
    ]  # fmt: skip


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    good = {t: ("4on4off", 2 * k) for k, t in enumerate("ABCD")}
    plain = RostersPlan(good)
    days = {"days": "DDDD----", "nights": "NNNN----"}
    return {
        "known teams": (roster(), RostersPlan({**good, "X": ("4on4off", 0)})),
        "every team": (roster(), RostersPlan({t: o for t, o in good.items() if t != "D"})),
        "known patterns": (roster(), RostersPlan({**good, "A": ("4on4off", 8)})),
        "kept pattern": (roster(on=[("4on4off", 1)] * 4, kept=("A",)), plain),
        "rest": (roster(history=[("N",), (), (), ()]), plain),
        "longest work": (roster(1, days, history=["DDD"], longest_work=6), RostersPlan({"A": ("days", 0)})),
        "hours a week": (roster(most_week_h=40.0), plain),
        "minimum": (roster(minimum=6), plain),
        "skills": (roster(skilled=[1, 1, 1, 0], skills_needed=1), plain),
        "supervisors": (roster(supervisors=[1, 1, 0, 1], supervisors_needed=1), plain),
        "vehicles": (roster(fleet=1), plain),
    }


def random_problem(seed: int) -> RostersProblem:
    """Three or four teams on one or two short patterns over six days."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 5))
    patterns = [{"p": "DDNN--"}, {"p": "DN--", "q": "DD--"}, {"p": "DD-NN---"}][int(rng.integers(3))]
    first = next(iter(patterns))
    on = [
        (first, int(rng.integers(len(patterns[first])))) if rng.random() < 0.6 else ("", 0) for _ in range(n)
    ]
    history = [[(), ("N",), ("D", "D"), ("-",)][int(rng.integers(4))] for _ in range(n)]
    return roster(
        n,
        patterns,
        need=rng.integers(2, 8, (2, 6)),
        officers=rng.integers(3, 6, n).tolist(),
        supervisors=rng.integers(0, 2, n).tolist(),
        vehicles=rng.integers(1, 3, n).tolist(),
        skilled=rng.integers(0, 3, (n, 1)),
        on=on,
        history=history,
        fleet=int(rng.choice([0, 3, 5])),
        change_price=float(rng.integers(0, 6)),
        longest_work=int(rng.integers(4, 6)),
        kept=("A",) if on[0][0] and rng.random() < 0.3 and history[0] == ("-",) else (),
        minimum=int(rng.random() < 0.15),
        relax={"minimum": 1.0} if rng.random() < 0.2 else {},
        most_week_h=float(rng.choice([48.0, 60.0])),
    )


def random_problem_with_posts(seed: int) -> RostersProblem:
    """Four teams of which three lead and three are skilled; most shifts ask for one of each, if anybody is there."""
    rng = np.random.default_rng(seed)
    lead, skill = (np.ones(4, dtype=np.int64) for _ in range(2))
    lead[rng.integers(4)], skill[rng.integers(4)] = 0, int(rng.integers(2))
    problem = roster(
        4,
        {"p": "DDNN--"},
        need=rng.integers(2, 8, (2, 6)),
        supervisors=lead.tolist(),
        skilled=skill.reshape(4, 1),
        on=[("p", int(rng.integers(6))), *[("", 0)] * 3],
        history=[(), *([(), ("-",), ("N",)][int(rng.integers(3))] for _ in range(3))],
        kept=("A",) if rng.random() < 0.5 else (),
        longest_work=int(rng.choice([4, 5])),
        fleet=int(rng.choice([0, 4, 6])),
        most_week_h=84.0,
        rest_s=3600.0 * float(rng.choice([11, 12])),
    )
    asked = rng.random((2, 6)) < 0.3
    return replace(
        problem,
        minimum=np.where(rng.random((2, 6)) < 0.15, 5, 0),
        supervisors_needed=asked.astype(np.int64),
        skills_needed=(rng.random((1, 2, 6)) < 0.3).astype(np.int64),
    )


def enumerate_best(problem: RostersProblem):
    """Look at every assignment: (best or None, its cost)."""
    options = [
        (p, f)
        for p, cycle in zip(problem.pattern_ids, problem.patterns, strict=True)
        for f in range(len(cycle))
    ]
    best, value = None, None
    for chosen in product(options, repeat=len(problem.team_ids)):
        plan = RostersPlan(dict(zip(problem.team_ids, chosen, strict=True)))
        if FAMILY.check(problem, plan):
            continue
        found = FAMILY.objectives(problem, plan)[0].value
        if value is None or found < value:
            best, value = plan, found
    return best, value


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    freer = replace(p, kept=())
    longer = replace(p, longest_work=p.longest_work + 2, fleet=0)
    relaxed = replace(p, relax={"minimum": 2.0, "rest": 7200.0})
    return [(replace(problem, params=q), problem) for q in (freer, longer, relaxed)]
