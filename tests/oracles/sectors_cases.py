"""Sector designs small enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import LIMITED, SENSES
from tests.oracles.sectors_hand import breaking_plans, hand_cases, path_of_four, ring_of_six

__all__ = [
    "breaking_plans",
    "enumerate_best",
    "hand_cases",
    "monotone_pairs",
    "path_of_four",
    "random_problem",
    "ring_of_six",
]


def random_problem(seed: int) -> SectorsProblem:
    """Six areas on a random tree with two more links, two or three districts, whole numbers throughout."""
    rng = np.random.default_rng(seed)
    n = 6
    edges = {(int(rng.integers(i)), i) for i in range(1, n)}
    while len(edges) < n + 1:
        i, j = sorted(rng.choice(n, 2, replace=False).tolist())
        edges.add((i, j))
    ids = tuple(f"a{i}" for i in range(n))
    k = int(rng.integers(2, 4))
    travel = rng.integers(10, 400, (n, n)).astype(float)
    np.fill_diagonal(travel, 5.0)
    calls = rng.integers(0, 9, n).astype(float)
    work = rng.integers(1, 6, (2, n)).astype(float)
    shares = (0.5, 0.3, 0.2) if k == 3 and rng.random() < 0.5 else ()
    centres = tuple(ids[i] for i in rng.choice(n, k, replace=False)) if rng.random() < 0.4 else ()
    locks = ((ids[int(rng.integers(n))], "d1"),) if rng.random() < 0.3 else ()
    relax = {}
    if rng.random() < 0.3:
        relax = {str(rng.choice(["contiguity", "lock"])): 1.0}
    more = _more_rules(seed, ids, work)
    within = more.pop("respond_within_s")
    return SectorsProblem(
        area_ids=ids,
        edges=np.array(sorted(edges)),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=calls,
        covered_calls=(travel <= 150) * calls[None, :],
        cover_calls=calls,
        balance_names=("work", "other"),
        balance=work,
        params=SectorsParams(
            district_ids=tuple(f"d{i + 1}" for i in range(k)),
            fixed_centres=centres,
            target_shares=shares,
            balance_frac={"work": float(rng.choice([0.3, 0.5, 0.8])), "other": 0.9},
            objectives=(("cover",), ("travel",))[int(rng.integers(2))],
            locks=locks,
            longest_drive_s=float(rng.choice([300.0, np.inf])),
            relax=relax | more.pop("relax"),
            **more,
        ),
        respond_within_s=within,
    )


def _more_rules(seed: int, ids, work):
    """Pairs, a ceiling and a critical location for some seeds, from a stream of their own."""
    rng = np.random.default_rng((seed, 1))
    a, b, c, d = rng.permutation(ids)[:4].tolist()
    within = np.full(len(ids), np.inf)
    if rng.random() < 0.2:
        within[int(rng.integers(len(ids)))] = 200.0
    relax = {str(rng.choice(["together", "apart"])): 1.0} if rng.random() < 0.2 else {}
    return {
        "together": ((a, b),) if rng.random() < 0.3 else (),
        "apart": ((c, d),) if rng.random() < 0.3 else (),
        "ceilings": {"other": 0.75 * float(work[1].sum())} if rng.random() < 0.3 else {},
        "respond_within_s": within,
        "relax": relax,
    }


def random_problem_of_places(seed: int) -> SectorsProblem:
    """As :func:`random_problem`, with a plan of today, wards, borders, and any objective at all."""
    problem = random_problem(seed)
    rng = np.random.default_rng((seed, 2))
    p, n = problem.params, len(problem.area_ids)
    aims = (
        "compactness",
        "moved",
        "deviation",
        "splits",
        "boundary",
        "score",
        "travel",
        "backup",
        "expected",
    )
    aim = aims[seed % len(aims)]
    given = p.fixed_centres
    if aim in ("backup", "expected") and not given:
        given = tuple(rng.choice(problem.centre_ids, p.n_districts, replace=False).tolist())
    today = tuple(str(d) for d in rng.choice(p.district_ids, n))
    change = aim == "moved" or rng.random() < 0.4
    distance = rng.integers(1, 9, (n, n)) * 100.0
    np.fill_diagonal(distance, 0.0)
    weights = {"travel": 0.01, "cover": 1.0, "boundary": 0.2, "splits": 1.0, "deviation": 5.0}
    return replace(
        problem,
        distance_m=distance,
        border_m=rng.integers(1, 20, len(problem.edges)).astype(float),
        today=today if change else (),
        places={"ward": tuple(str(w) for w in rng.choice(["", "x", "y"], n))},
        params=replace(
            p,
            objectives=(aim,),
            weights=weights if aim == "score" else {},
            fixed_centres=given,
            locks=(),
            change_limit_frac=0.6 if change and rng.random() < 0.5 else 1.0,
            split_limits={"ward": 2} if rng.random() < 0.5 else {},
        ),
    )


DRAWN_PLANS = 5


def random_problem_with_limits(seed: int) -> SectorsProblem:
    """As :func:`random_problem_of_places`, with one or two objectives held within the best of some random plans."""
    problem = random_problem_of_places(seed)
    rng = np.random.default_rng((seed, 4))
    p = problem.params
    names = sorted(set(LIMITED) - set(p.objectives) - (set() if all(p.centres()) else {"backup", "expected"}))
    chosen = rng.choice(names, int(rng.integers(1, 3)), replace=False).tolist()
    seats = p.centres() if all(p.centres()) else rng.permutation(problem.centre_ids)[: p.n_districts].tolist()
    home = dict(zip(seats, p.district_ids, strict=True))
    drawn = [
        {a: home.get(a, str(rng.choice(p.district_ids))) for a in problem.area_ids}
        for _ in range(DRAWN_PLANS)
    ]
    plans = [SectorsPlan(label, {d: c for c, d in home.items()}) for label in drawn]
    limits = {}
    for name in chosen:
        values = [value_of(problem, plan, name) for plan in plans]
        limits[name] = float(max(values) if SENSES[name] == "max" else min(values))
    relax = {f"{chosen[0]} limit": 0.2} if rng.random() < 0.3 else {}
    return replace(problem, params=replace(p, limits=limits, relax=dict(p.relax) | relax))


def random_problem_of_moves(seed: int) -> SectorsProblem:
    """As :func:`random_problem`, with a plan of today that breaks most rules and the fewest moves to mend it as aim."""
    problem = random_problem(seed)
    rng = np.random.default_rng((seed, 3))
    p, n = problem.params, len(problem.area_ids)
    far = all(p.centres())
    today = tuple(
        str(d) for d in rng.choice([*p.district_ids, ""], n, p=[0.9 / p.n_districts] * p.n_districts + [0.1])
    )
    counted = np.ones((1, n))
    return replace(
        problem,
        balance_names=(*problem.balance_names, "areas"),
        balance=np.concatenate([problem.balance, counted]),
        today=today if any(today) else (p.district_ids[0],) * n,
        respond_within_s=problem.respond_within_s if far else np.zeros(0),
        places={"ward": tuple(str(w) for w in rng.choice(["", "x", "y"], n))},
        params=replace(
            p,
            objectives=("moved",),
            moved_on=("areas", "", "other")[seed % 3],
            longest_drive_s=p.longest_drive_s if far else float("inf"),
            change_limit_frac=0.7 if rng.random() < 0.3 else 1.0,
            split_limits={"ward": 2} if rng.random() < 0.5 else {},
            relax={"balance": 0.1} if rng.random() < 0.3 else {},
        ),
    )


def random_problem_of_borders(seed: int) -> SectorsProblem:
    """As :func:`random_problem`, with the border as aim: whole lengths, cut links alone, or metres with fractions.

    Drives are limited where all centres are given; wards are split at most twice; one rule is relaxed at times.
    """
    problem = random_problem(seed)
    rng = np.random.default_rng((seed, 5))
    p, m = problem.params, len(problem.edges)
    far = all(p.centres())
    lengths = (rng.integers(0, 9, m) * 3.0, np.ones(m), rng.random(m) * 900.0)
    return replace(
        problem,
        border_m=lengths[seed % 3],
        respond_within_s=problem.respond_within_s if far else np.zeros(0),
        places={"ward": tuple(str(w) for w in rng.choice(["", "x", "y"], len(problem.area_ids)))},
        params=replace(
            p,
            objectives=("boundary",),
            longest_drive_s=p.longest_drive_s if far else float("inf"),
            contiguity=bool(rng.random() < 0.8),
            split_limits={"ward": 2} if rng.random() < 0.3 else {},
            relax={str(rng.choice(["balance", "ceiling", "splits"])): 0.2} if rng.random() < 0.3 else {},
        ),
    )


SHAPES = ("", "closer neighbour", "smooth", "round")
FLOWER = [(0, k) for k in range(1, 7)] + [(k, k % 6 + 1) for k in range(1, 7)] + [(1, 7), (2, 7)]
"""A cell with its six neighbours, and one more area at their edge: from there the middle is under the third rule."""


def random_problem_of_shape(seed: int) -> SectorsProblem:
    """No balance, one of the four shapes: two districts on eight cells, or two to three on six areas at random."""
    rng = np.random.default_rng((seed, 3))
    shape = SHAPES[seed % 4]
    if flower := bool(seed // 4 % 2):
        angle = np.deg2rad(60.0 * np.arange(6))
        ring = np.column_stack([np.cos(angle), np.sin(angle)])
        xy = np.vstack([[0.0, 0.0], ring, ring[0] + ring[1]]) + rng.normal(0.0, 0.05, (8, 2))
        edges = FLOWER
    else:
        xy = rng.random((6, 2))
        edges = sorted(
            {tuple(sorted((int(rng.integers(i)), i))) for i in range(1, 6)} | {(0, 3), (1, 4), (2, 5)}
        )
    n, k = len(xy), 2 if flower else int(rng.integers(2, 4))
    ids = tuple(f"a{i}" for i in range(n))
    travel = rng.integers(10, 400, (n, n)).astype(float)
    np.fill_diagonal(travel, 5.0)
    calls = rng.integers(0, 9, n).astype(float)
    given = tuple(rng.choice(ids, k, replace=False).tolist()) if rng.random() < 0.3 else ()
    free = [a for a in ids if a not in given]
    aim = ("travel", "cover", "compactness", "score")[int(rng.integers(4))]
    return SectorsProblem(
        area_ids=ids,
        edges=np.array(edges),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=calls,
        covered_calls=(travel <= 150) * calls[None, :],
        cover_calls=calls,
        balance_names=(),
        balance=np.zeros((0, n)),
        distance_m=1000.0 * np.linalg.norm(xy[:, None] - xy[None], axis=2),
        params=SectorsParams(
            district_ids=tuple(f"d{i + 1}" for i in range(k)),
            fixed_centres=given,
            objectives=(aim,),
            weights={"travel": 0.01, "cover": 1.0} if aim == "score" else {},
            locks=((free[0], "d2"),) if given and rng.random() < 0.5 else (),
            together=(tuple(free[:2]),) if not shape and rng.random() < 0.3 else (),
            longest_drive_s=float(rng.choice([320.0, np.inf])),
            contiguity=bool(rng.random() < 0.6),
            shape=shape,
        ),
    )


def monotone_pairs_of_shape(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem_of_shape(4 * seed + 2)  # smooth
    p = problem.params
    chain, none = replace(p, shape="closer neighbour"), replace(p, shape="", contiguity=False)
    further, unlocked = replace(p, relax={"longest drive": 100.0}), replace(p, locks=())
    return [(replace(problem, params=q), problem) for q in (chain, none, further, unlocked)]


def random_problem_of_carving(seed: int) -> SectorsProblem:
    """Six areas, one kind of work within a narrow window, districts alike: what ``sectors.carve`` answers."""
    rng = np.random.default_rng((seed, 5))
    problem = random_problem(seed)
    n, k = len(problem.area_ids), int(rng.integers(2, 4))
    together = (problem.area_ids[:2],) if rng.random() < 0.2 else ()
    return replace(
        problem,
        balance_names=("work",),
        balance=rng.integers(2, 5, (1, n)).astype(float),
        respond_within_s=np.zeros(0),
        params=SectorsParams(
            district_ids=tuple(f"d{i + 1}" for i in range(k)),
            balance_frac={"work": 0.13},
            objectives=(("cover",), ("travel",))[int(rng.integers(2))],
            longest_drive_s=float(rng.choice([350.0, np.inf])),
            together=together,
        ),
    )


OWN_RANDOM = {
    "sectors.border": random_problem_of_borders,
    "sectors.moves": random_problem_of_moves,
    "sectors.median": random_problem_of_shape,
    "sectors.carve": random_problem_of_carving,
}
"""What makes the random problems of a formulation that does not answer those of :func:`random_problem`."""


def enumerate_best(problem: SectorsProblem):
    """Look at every plan: (best plan or None, its first objective)."""
    sign = -1.0 if problem.params.first_sense == "max" else 1.0
    best, best_value = None, None
    for plan in every_plan(problem):
        value = FAMILY.objectives(problem, plan)[0].value
        if best_value is not None and sign * value >= sign * best_value:
            continue
        if not FAMILY.check(problem, plan):
            best, best_value = plan, value
    return best, best_value


def enumerate_in_order(problem: SectorsProblem):
    """Look at every plan: the values of the best by all objectives in their order, or None."""
    best = None
    for plan in every_plan(problem):
        values = [(-1 if o.sense == "max" else 1) * o.value for o in FAMILY.objectives(problem, plan)]
        if (best is None or values < best) and not FAMILY.check(problem, plan):
            best = values
    return best


def every_plan(problem: SectorsProblem):
    """Name every plan with a centre in each district, whatever it breaks."""
    p = problem.params
    ids = problem.area_ids
    for centres in permutations(problem.centre_ids, p.n_districts):
        if any(given and given != c for given, c in zip(p.centres(), centres, strict=True)):
            continue
        seat = {int(problem.centre_area[problem.centre_ids.index(c)]): d for d, c in enumerate(centres)}
        others = [i for i in range(len(ids)) if i not in seat]
        for labels in product(range(p.n_districts), repeat=len(others)):
            where = seat | dict(zip(others, labels, strict=True))
            yield SectorsPlan(
                {ids[i]: p.district_ids[d] for i, d in sorted(where.items())},
                dict(zip(p.district_ids, centres, strict=True)),
            )


def monotone_pairs(seed: int, make=random_problem):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = make(seed)
    p = problem.params
    wider = replace(p, balance_frac={name: t + 0.2 for name, t in p.balance_frac.items()})
    relaxed = replace(p, relax={**p.relax, "balance": 0.2})
    unlocked = replace(p, locks=())
    apart = replace(p, contiguity=False)
    return [(replace(problem, params=q), problem) for q in (wider, relaxed, unlocked, apart)]
