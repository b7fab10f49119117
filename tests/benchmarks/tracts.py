"""Suite ``tracts``: census tracts of American states to districts of equal people, within half a percent.

Moment of inertia as in suite ``states``, on 295 to 686 tracts; published optima by Gurobi on 8 threads. A row is
reached where the published optimum is found and proved within 15 minutes.
"""

from __future__ import annotations

import time
from typing import Any

from tests.benchmarks import states_data as data
from tests.benchmarks.spec import Mode, Row, Suite
from tests.benchmarks.states import solved
from tests.benchmarks.states_edges import TRACTS

LIMIT_S = 900.0
QUICK_S = 30.0
STATES = ("NH", "ID", "ME", "NM", "NE", "MS", "AR")
QUICK = {"NH", "ID", "ME"}


def inertia(state: str, mode: Mode) -> dict[str, Any]:
    """Solve the tracts of one state."""
    began = time.perf_counter()
    known = data.known_inertia("tract")[state, True] | {"unit": data.inertia}
    g = data.graph("tract", state)
    problem = data.inertia_question(g, state, known["k"], limits=known["limits"])
    return solved(g, problem, known, ("sectors.cuts",), LIMIT_S if mode == "full" else QUICK_S, began)


def made_up(mode: Mode) -> dict[str, Any]:
    """Eight by eight made-up tracts to two districts: any answer must be admissible and its bound below it."""
    began = time.perf_counter()
    g = data.made_up(8, 5)
    problem = data.question(g, 2, objective="travel", distance=data.hops(g))
    known = {"status": "open", "optimum": None, "seconds": float("inf")}
    return solved(g, problem, known, ("sectors.cuts",), 10.0, began)


SUITE = Suite(
    name="tracts",
    issue="moment of inertia of at least 5 of NH ID ME NM NE MS AR proved, fewest links cut found, in 15 min each",
    rows=(
        Row("made-up tracts", made_up, quick=True, smoke=True, limit_s=120),
        *(
            Row(f"inertia {s}", lambda mode, s=s: inertia(s, mode), quick=s in QUICK, limit_s=LIMIT_S + 300)  # type: ignore[misc]
            for s in STATES
        ),
        *TRACTS,
    ),
)
