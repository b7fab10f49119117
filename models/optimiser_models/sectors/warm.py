"""Compile the loops of search and bound on a tiny map, before the clock of a first solve starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.sectors import SectorsParams, SectorsProblem
from optimiser_models.sectors import lagrange, search
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.joining import Joins, Mean
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.separate import separators
from optimiser_models.sectors.slots import slots_of

ROUNDS = 2


def tiny() -> Districting:
    """Return four areas in a row with two districts, the first area locked."""
    ids = ("A", "B", "C", "D")
    travel_s = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    problem = SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        centre_ids=ids,
        centre_area=np.arange(4),
        travel_s=travel_s,
        calls=np.ones(4),
        covered_calls=np.where(travel_s <= 1.0, 1.0, 0.0),
        cover_calls=np.ones(4),
        balance_names=("calls",),
        balance=np.ones((1, 4)),
        params=SectorsParams(district_ids=("1", "2"), balance_frac={"calls": 0.05}, locks=(("A", "1"),)),
        border_m=np.ones(3),
    )
    return prepare(problem)


def compile_loops() -> None:
    """Run every compiled loop once."""
    d = tiny()
    label = grow(d, 1)
    if label is not None:
        search.anneal(d, label, moves=ROUNDS, seed=1, keep_going=lambda: True)
    separators(np.array([1.0, 0.0, 1.0, 0.0]), 0, d.starts, d.neighbours)
    joins = Joins.none().plus([(0, 3, np.array([1]))])
    joins.add_to(d.cost.copy(), np.ones(1))
    joins.broken(np.array([0]), np.ones((1, d.n)), d.cost.shape[0])
    Mean(d, joins).broken(joins)
    allowed = lagrange.servable(d)
    for in_one_piece in (d, replace(d, contiguity=False)):
        lagrange.improve(
            in_one_piece,
            slots_of(d),
            allowed,
            d.cost.sum(),
            rounds=ROUNDS,
            keep_going=lambda _: True,
            branches=1,
        )
