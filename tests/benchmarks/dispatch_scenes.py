"""Seeded snapshots on Newport's junctions: units, open incidents and zones, two driver classes, lights for grade 1."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from optimiser import roads
from optimiser.problems.assignment import AssignmentParams, AssignmentProblem
from optimiser.roads.graph import largest
from tests.benchmarks.spec import SHARED, needs_shared
from tests.oracles.roads import grid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
JOURNEY_WEIGHT = 0.2
"""A second of any unit's way counts a fifth of one until the first arrival: further units come from near."""
DOUBLE, ON_BREAK, ADVANCED, URGENT = 0.35, 0.25, 0.5, 1 / 3
COVERAGE_S = {50: 120.0, 500: 40.0}
"""By number of units, so that a zone lies within reach of about eight free officers: cover binds."""


@cache
def network(name: str) -> roads.RoadNetwork:
    """Return Newport's streets, or a small grid made up."""
    if name == "grid":
        return roads.build(largest(grid(14, 1), ("car",)))
    needs_shared()
    return roads.load(SHARED / "roads" / "newport-2023-06-13.osm.pbf")


def _to(name: str, junction: Ints, driver: str) -> NDArray[np.float32]:
    """Seconds from every junction to each of these, (n, n_junctions)."""
    return roads.times(network(name), junction, driver=driver, reverse=True)


def scene(name: str, size: tuple[int, int, int], seed: int) -> AssignmentProblem:
    """Return the snapshot of (units, incidents, zones) of this seed."""
    n_units, n_incidents, n_zones = size
    net = network(name)
    rng = np.random.default_rng([seed, *size])
    core = np.flatnonzero(net.junction_core & 1)
    at = rng.choice(core, n_units)
    where = rng.choice(core, n_incidents, replace=n_incidents > len(core))
    zone = rng.choice(core, n_zones, replace=n_zones > len(core))
    advanced = rng.random(n_units) < ADVANCED
    resting = np.isin(np.arange(n_units), rng.permutation(n_units)[: round(ON_BREAK * n_units)])
    urgent = rng.random(n_incidents) < URGENT
    slow, quick = (_to(name, where, d)[:, at].T.astype(np.float64) for d in ("basic", "advanced"))
    lit = advanced[:, None] & urgent[None, :]
    reach_slow, reach_quick = (_to(name, zone, d)[:, at].T.astype(np.float64) for d in ("basic", "advanced"))
    return AssignmentProblem(
        params=AssignmentParams(
            coverage_s=COVERAGE_S.get(n_units, 40.0), max_units=4, journey_weight=JOURNEY_WEIGHT
        ),
        unit_ids=tuple(f"u{k:03d}" for k in range(n_units)),
        officers=np.where(rng.random(n_units) < DOUBLE, 2, 1),
        driver_class=tuple(np.where(advanced, "advanced", "basic").tolist()),
        status=tuple(np.where(resting, "ends", "free").tolist()),
        ready_s=np.where(resting, rng.integers(60, 2700, n_units), 0).astype(float),
        incident_ids=tuple(f"i{k:03d}" for k in range(n_incidents)),
        grade=np.where(urgent, 1, 2),
        officers_needed=rng.choice([1, 1, 2, 3], n_incidents),
        age_s=np.where(urgent, rng.integers(0, 180, n_incidents), rng.integers(0, 1200, n_incidents)).astype(
            float
        ),
        weight=np.ones(n_incidents),
        travel_s=np.where(lit, quick, slow),
        zone_ids=tuple(f"z{k:03d}" for k in range(n_zones)),
        demand_level=rng.integers(1, 4, n_zones),
        zone_s=np.where(advanced[:, None], reach_quick, reach_slow),
    )
