"""Suite ``elaspy``: published ambulance traces, every response time and every unit chosen.

Runs Diesel_3 (1,400 calls, 23 units) and Diesel_4 (3,500, 24) of ELASPY (Dieleman and Jagtenberg 2024), by the rules
in the data's FORMATS.md 5.1. Reached only if 100 % agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.spec import Mode, Row, Suite, needs_shared
from tests.oracles import elaspy

MEANS_MIN = {"3": (6.9167, 12.527), "4": (6.5890, 11.8226)}
"""Mean and 95th percentile in the data's notes."""


def _run(number: str) -> Callable[[Mode], dict[str, Any]]:
    def run(mode: Mode) -> dict[str, Any]:
        needs_shared()
        elaspy.run(number)  # compiles
        started = time.perf_counter()
        found = elaspy.run(number)
        solve_s = time.perf_counter() - started
        mean, p95 = MEANS_MIN[number]
        same = found.same_response == found.same_unit == found.same_free == found.n
        wrong = [] if same else [f"{found} does not agree with the published trace"]
        if abs(found.mean_min - mean) > 1e-3 or abs(found.p95_min - p95) > 1e-2:
            wrong.append(f"mean {found.mean_min:.4f}, p95 {found.p95_min:.4f} min; published {mean}, {p95}")
        return {
            "size": f"{found.n} calls",
            "status": "same" if same else "differs",
            "objective": found.mean_min,
            "bound": None,
            "gap": 1.0 - found.same_response / found.n,
            "build_s": None,
            "solve_s": solve_s,
            "reached": not wrong,
            "wrong": "; ".join(wrong),
            "agreement": {
                "response times": found.same_response,
                "units": found.same_unit,
                "free units": found.same_free,
            },
        }

    return run


SUITE = Suite(
    name="elaspy",
    issue="simulator: ELASPY's traces, 100 % of response times and unit choices",
    rows=(Row("Diesel_3", _run("3"), quick=True), Row("Diesel_4", _run("4"), quick=True)),
)
