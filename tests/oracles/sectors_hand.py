"""Sector designs whose answer is worked out by hand, and plans that break one rule each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.sectors import SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.params import PRIORITY_COVERS, limit_rule

DATA = (
    "distance_m",
    "border_m",
    "today",
    "respond_within_s",
    "places",
    "priorities",
    "priority_covered",
    "priority_calls",
)
"""What a problem may carry beside its params."""
APART_KM = 1000.0 * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
"""Squares of a kilometre in a row."""


def path_of_four(**params) -> SectorsProblem:
    """Four areas in a row, one call a week each, a minute from neighbour to neighbour: A - B - C - D.

    ``params`` may also name data of the problem (:data:`DATA`).
    """
    ids = ("A", "B", "C", "D")
    travel = 60.0 * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    given = {"district_ids": ("1", "2"), "balance_frac": {"calls": 0.05}} | params
    data = {name: given.pop(name) for name in DATA if name in given}
    return SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        centre_ids=ids,
        centre_area=np.arange(4),
        travel_s=travel,
        calls=np.ones(4),
        covered_calls=(travel <= 60.0) * 1.0,
        cover_calls=np.ones(4),
        balance_names=("calls",),
        balance=np.ones((1, 4)),
        params=SectorsParams(**given),
        **data,
    )


def ring_of_six(**params) -> SectorsProblem:
    """Six areas in a ring; the road links opposite areas, so the cheapest pairs do not touch.

    ``params`` may also name data of the problem (:data:`DATA`).
    """
    ids = tuple("ABCDEF")
    n = 6
    hops = np.minimum((np.arange(n)[:, None] - np.arange(n)) % n, (np.arange(n) - np.arange(n)[:, None]) % n)
    travel = np.array([0.0, 200.0, 300.0, 10.0])[hops]
    given = {"district_ids": ("1", "2", "3"), "balance_frac": {"calls": 0.0}} | params
    data = {name: given.pop(name) for name in DATA if name in given}
    return SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]]),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=np.ones(n),
        covered_calls=(travel <= 100.0) * 1.0,
        cover_calls=np.ones(n),
        balance_names=("calls",),
        balance=np.ones((1, n)),
        params=SectorsParams(**given),
        **data,
    )


def _own_drive(area: str, seconds: float, **params) -> SectorsProblem:
    """The path of four where one station is this far from its own area."""
    problem = path_of_four(**params)
    travel = problem.travel_s.copy()
    i = problem.area_ids.index(area)
    travel[i, i] = seconds
    return replace(problem, travel_s=travel)


def _stations_at(areas: tuple[int, ...], **params) -> SectorsProblem:
    """The path of four with stations in these areas only."""
    problem = path_of_four(**params)
    chosen = list(areas)
    return replace(
        problem,
        centre_ids=tuple(problem.centre_ids[i] for i in chosen),
        centre_area=np.array(chosen),
        travel_s=problem.travel_s[chosen],
        covered_calls=problem.covered_calls[chosen],
    )


def hand_cases():
    """(name, problem, optimum or "infeasible")."""
    return [
        # {A B} {C D}: each district drives one minute once
        ("path, travel", path_of_four(), 120.0),
        # the same pairs; every call is within a minute of its centre
        ("path, cover", path_of_four(objectives=("cover",)), 4.0),
        # centres at the ends: A serves B (60 s), D serves C (60 s)
        ("path, centres given", path_of_four(fixed_centres=("A", "D")), 120.0),
        # centres A and B: {A} alone is out of balance, and {A, C} does not hang together
        ("path, centres that cannot balance", path_of_four(fixed_centres=("A", "B")), "infeasible"),
        # {A, C} {B, D} are linked once contiguity may fail twice: A serves C (120 s), B serves D (120 s)
        (
            "path, contiguity relaxed by two areas",
            path_of_four(fixed_centres=("A", "B"), relax={"contiguity": 2.0}),
            240.0,
        ),
        # with +-50 % more tolerance {A} {B C D} is allowed: 60 + 120
        ("path, balance relaxed", path_of_four(fixed_centres=("A", "B"), relax={"balance": 0.5}), 180.0),
        # B locked to the second district, C to the first: nothing contiguous is left
        (
            "path, locks that cross",
            path_of_four(fixed_centres=("A", "D"), locks=(("B", "2"), ("C", "1"))),
            "infeasible",
        ),
        # one of the two locks may be broken, yet each alone still makes two of three areas cross
        (
            "path, a lock relaxed",
            path_of_four(fixed_centres=("A", "D"), locks=(("B", "1"), ("C", "1")), relax={"lock": 1.0}),
            120.0,
        ),
        # a quarter and three quarters: {A} {B C D} from C, or its mirror: 60 + 60
        ("path, unequal targets", path_of_four(target_shares=(0.25, 0.75)), 120.0),
        # opposite areas are 10 s apart but do not touch: neighbours it must be, 3 x 200
        ("ring, contiguity binds", ring_of_six(), 600.0),
        ("ring, without contiguity", ring_of_six(contiguity=False), 30.0),
        # no neighbour is within 100 s: only the centres themselves are covered
        ("ring, cover", ring_of_six(objectives=("cover",)), 3.0),
        # B is a minute from either centre, further than 50 s: no pair is left for it
        (
            "path, an area no centre serves",
            path_of_four(fixed_centres=("A", "D"), longest_drive_s=50.0),
            "infeasible",
        ),
        # stations in A and B, each further than 50 s from every area: no pair is left at all
        (
            "path, stations that serve nobody",
            replace(
                _stations_at((0, 1), longest_drive_s=50.0, contiguity=False), travel_s=np.full((2, 4), 60.0)
            ),
            "infeasible",
        ),
        # the station in A is 90 s from its own area, so it cannot open; {A B} from B and {C D}: 60 + 60
        ("path, a station too far from its own area", _own_drive("A", 90.0, longest_drive_s=60.0), 120.0),
        # four districts for four areas: B, locked to the second, is served from its own station, 500 s away,
        # although A's is only 60 s away
        (
            "path, every area its own district",
            _own_drive("B", 500.0, district_ids=("1", "2", "3", "4"), locks=(("B", "2"),), balance_frac={}),
            500.0,
        ),
        # stations in C and D only, A locked to the first: {A B C} from C, 120 + 60, and {D}
        (
            "path, a lock far from the stations",
            _stations_at((2, 3), locks=(("A", "1"),), balance_frac={}),
            180.0,
        ),
        ("ring, longest drive", ring_of_six(longest_drive_s=150.0), "infeasible"),
        *_hand_cases_of_places(),
        *_hand_cases_of_shape(),
        *_hand_cases_of_limits(),
        (
            "ring, longest drive relaxed",
            ring_of_six(longest_drive_s=150.0, relax={"longest drive": 60.0}),
            600.0,
        ),
    ]


def _hand_cases_of_places():
    """Rules and objectives about places, today and shape."""
    return [
        # A with D counts as one area: {A B D} from B, 60 + 120, and {C}
        ("path, ends kept together", path_of_four(together=(("A", "D"),), balance_frac={}), 180.0),
        # the same, but one area of the group may leave it: the free optimum
        (
            "path, ends kept together, one may leave",
            path_of_four(together=(("A", "D"),), relax={"together": 1.0}),
            120.0,
        ),
        # A and B apart: {A} {B C D} from C, 60 + 60
        ("path, neighbours kept apart", path_of_four(apart=(("A", "B"),), balance_frac={}), 120.0),
        ("path, neighbours kept apart, in balance", path_of_four(apart=(("A", "B"),)), "infeasible"),
        (
            "path, neighbours kept apart, once relaxed",
            path_of_four(apart=(("A", "B"),), relax={"apart": 1.0}),
            120.0,
        ),
        # at most one call a district: two districts hold two of four
        ("path, a ceiling too low", path_of_four(ceilings={"calls": 1.0}, balance_frac={}), "infeasible"),
        ("path, a ceiling that holds", path_of_four(ceilings={"calls": 2.0}, balance_frac={}), 120.0),
        # B needs its centre within 30 s, so B is a centre; {A B} from B, {C D}: 60 + 60
        (
            "path, a critical location",
            path_of_four(respond_within_s=np.array([np.inf, 30.0, np.inf, np.inf])),
            120.0,
        ),
        # both ends need their centre within 30 s: A and D are centres
        (
            "path, critical ends with given centres",
            path_of_four(respond_within_s=np.array([30.0, np.inf, np.inf, np.inf]), fixed_centres=("B", "D")),
            "infeasible",
        ),
        # today {A} {B C D}; at most a quarter of the work may move: B moves to the first, 60 + 60
        (
            "path, little change",
            path_of_four(today=("1", "2", "2", "2"), change_limit_frac=0.25),
            120.0,
        ),
        (
            "path, no change at all",
            path_of_four(today=("1", "2", "2", "2"), change_limit_frac=0.0),
            "infeasible",
        ),
        # in balance, one of the four must move
        ("path, least moved", path_of_four(today=("1", "2", "2", "2"), objectives=("moved",)), 0.25),
        # balance +-5 % forces {A B} {C D}: the place B-C is cut, a ward of A and B is not
        (
            "path, a place cut",
            path_of_four(places={"ward": ("x", "x", "y", "y")}, split_limits={"ward": 0}),
            120.0,
        ),
        (
            "path, a place that must be cut",
            path_of_four(places={"ward": ("", "x", "x", "")}, split_limits={"ward": 0}),
            "infeasible",
        ),
        (
            "path, fewest further pieces",
            path_of_four(places={"ward": ("", "x", "x", "")}, objectives=("splits",)),
            1.0,
        ),
        # squares of one kilometre each: two areas at 1 km
        ("path, compactness", path_of_four(distance_m=APART_KM, objectives=("compactness",)), 2e6),
        # borders 5, 3 and 7 m long, no balance: cut the shortest
        (
            "path, boundary",
            path_of_four(border_m=np.array([5.0, 3.0, 7.0]), objectives=("boundary",), balance_frac={}),
            3.0,
        ),
        # {A B} {C D} is exactly even
        ("path, deviation", path_of_four(balance_frac={"calls": 0.6}, objectives=("deviation",)), 0.0),
        # centres A and B: in {A B} and {C D} no call of C or D is near A; all calls of A and B have both
        (
            "path, backup from given centres",
            path_of_four(fixed_centres=("B", "C"), objectives=("backup",)),
            2.0,
        ),
        # own car free 0.7 of the time: 4 x 0.7; B and C fall back on the other: 2 x 0.3 x 0.7
        (
            "path, expected from given centres",
            path_of_four(fixed_centres=("B", "C"), objectives=("expected",), busy_frac=0.3),
            3.22,
        ),
        # drive in minutes plus one for each call left uncovered, less four: 2 - 4
        (
            "path, a score",
            path_of_four(objectives=("score",), weights={"travel": 1 / 60, "cover": 1.0}),
            -2.0,
        ),
    ]


def _hand_cases_of_shape():
    """A ring of six with centres A and B given: each is 10 s from its opposite, D and E, which it may not reach."""
    hops = np.array([[min(abs(i - j), 6 - abs(i - j)) for j in range(6)] for i in range(6)])

    def ring(name: str, **params) -> SectorsProblem:
        given = {"district_ids": ("1", "2"), "balance_frac": {}, "fixed_centres": ("A", "B")} | params
        return ring_of_six(shape=name, distance_m=1000.0 * hops, **given)

    far = 1000.0 * np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 1, 0, 1], [3, 2, 1, 0]])
    return [
        # C from B 200, D from A 10, E from B 10, F from A 200
        ("ring, no shape", ring("", contiguity=False), 420.0),
        # D from A needs E from A (300), which needs F from A; C from B: 200 + 10 + 300 + 200
        ("ring, closer neighbour", ring("closer neighbour"), 710.0),
        # D from A needs C and E, but C from A needs B: so D from B (300), and E from A: 200 + 300 + 300 + 200
        ("ring, smooth", ring("smooth"), 1000.0),
        # fewer than five neighbours: the same two of two
        ("ring, round", ring("round", contiguity=False), 1000.0),
        # E locked to the second district, so D goes with it: 200 + 300 + 10 + 200
        ("ring, closer neighbour and a lock", ring("closer neighbour", locks=(("E", "2"),)), 710.0),
        # from B, D is nearer than its only neighbour C; from A it needs C, which needs B
        (
            "path, an end that no chain reaches",
            path_of_four(shape="closer neighbour", balance_frac={}, fixed_centres=("A", "B"), distance_m=far),
            "infeasible",
        ),
    ]


def _plan(label: str, centres: str, ids: str = "ABCD") -> SectorsPlan:
    return SectorsPlan(dict(zip(ids, label, strict=True)), {str(k + 1): c for k, c in enumerate(centres)})


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    problem = path_of_four()
    good = _plan("1122", "AC")
    loose = path_of_four(balance_frac={})
    return {
        "known areas": (problem, replace(good, district_of={**good.district_of, "X": "1"})),
        "known districts": (loose, replace(good, centre_of={**good.centre_of, "9": "B"})),
        "every area": (
            loose,
            replace(good, district_of={k: v for k, v in good.district_of.items() if k != "D"}),
        ),
        "centre": (problem, _plan("1122", "AB")),
        "fixed centre": (path_of_four(fixed_centres=("B", "")), good),
        "contiguity": (problem, _plan("1221", "AB")),
        "balance": (problem, _plan("1222", "AC")),
        "lock": (path_of_four(locks=(("A", "2"),)), good),
        "longest drive": (path_of_four(longest_drive_s=30.0, balance_frac={}), good),
        "old ground": (path_of_four(today=("1", "2", "1", "2"), change_limit_frac=0.9), _plan("1122", "BC")),
        "ceiling": (path_of_four(ceilings={"calls": 2.5}, balance_frac={}), _plan("1222", "AC")),
        "together": (path_of_four(together=(("B", "C"),)), good),
        "apart": (path_of_four(apart=(("A", "B"),)), good),
        "response": (path_of_four(respond_within_s=np.array([np.inf, 30.0, np.inf, np.inf])), good),
        "change": (path_of_four(today=("1", "2", "2", "2"), change_limit_frac=0.1), good),
        "splits": (path_of_four(places={"ward": ("", "x", "x", "")}, split_limits={"ward": 0}), good),
        "shape": (
            # from the centre A, B is further than C: C touches nothing of its district that is nearer
            path_of_four(
                shape="closer neighbour",
                balance_frac={},
                distance_m=1000.0 * np.array([[0, 3, 2, 1], [1, 0, 1, 2], [2, 1, 0, 1], [3, 2, 1, 0.0]]),
            ),
            _plan("1112", "AD"),
        ),
        # C lies two minutes from A
        "cover limit": (path_of_four(limits={"cover": 4.0}, balance_frac={}), _plan("1112", "AD")),
        **{
            limit_rule(name): (
                path_of_four(
                    limits={name: 4.0},
                    balance_frac={},
                    priorities=(priority,),
                    priority_covered=loose.covered_calls[None],
                    priority_calls=loose.cover_calls[None],
                ),
                _plan("1112", "AD"),
            )
            for name, priority in PRIORITY_COVERS.items()
        },
        "travel limit": (path_of_four(limits={"travel": 100.0}), good),
        # only B has both centres within a minute: 1; and 4 x 0.7 + 0.3 x 0.7 = 3.01 calls find a free car
        "backup limit": (path_of_four(limits={"backup": 2.0}), good),
        "expected limit": (path_of_four(limits={"expected": 3.2}), good),
        "compactness limit": (path_of_four(limits={"compactness": 1e6}, distance_m=APART_KM), good),
        "deviation limit": (
            path_of_four(limits={"deviation": 0.2}, balance_frac={"calls": 0.6}),
            _plan("1222", "AC"),
        ),
        "splits limit": (path_of_four(places={"ward": ("", "x", "x", "")}, limits={"splits": 0.0}), good),
    }


def _hand_cases_of_limits():
    """The path of four with an objective held within a limit instead of aimed at."""
    lopsided = {"balance_frac": {"calls": 0.6}, "fixed_centres": ("A", "B"), "limits": {"deviation": 0.2}}
    today = {"balance_frac": {}, "fixed_centres": ("A", "D"), "today": ("1", "1", "1", "2")}
    return [
        # no pair of districts drives less than two minutes in all
        ("path, less driving than there can be", path_of_four(limits={"travel": 119.0}), "infeasible"),
        # {A} {B C D}: three quarters instead of a half; 60 + 120 once that much is allowed
        ("path, deviation limited", path_of_four(**lopsided), "infeasible"),
        (
            "path, a limit on deviation relaxed",
            path_of_four(**lopsided, relax={"deviation limit": 0.3}),
            180.0,
        ),
        # C is two minutes from A, where it belongs today: it must go to D's for all four calls, not for three
        ("path, cover kept", path_of_four(**today, objectives=("moved",), limits={"cover": 4.0}), 0.25),
        (
            "path, cover kept in part",
            path_of_four(**today, objectives=("moved",), limits={"cover": 3.0}),
            0.0,
        ),
        (
            "path, cover kept, relaxed",
            path_of_four(**today, objectives=("moved",), limits={"cover": 4.0}, relax={"cover limit": 1.0}),
            0.0,
        ),
        (
            "path, pieces limited",
            path_of_four(places={"ward": ("", "x", "x", "")}, limits={"splits": 0.0}),
            "infeasible",
        ),
    ]
