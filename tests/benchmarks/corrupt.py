"""Suite ``corrupt``: 10,000 spoilt plans before two judges that share nothing.

Each plan that breaks a rule by the brute-force judge of the tests is refused by the engine with just those rules
named; each other one has its new objective recomputed, and is refused where that is not the claimed one.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from optimiser.errors import RejectedPlan
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from tests.benchmarks.montgomery import LEVELS, planted
from tests.benchmarks.spec import Mode, Row, Suite
from tests.oracles.sectors_cases import enumerate_best, random_problem, random_problem_of_places
from tests.oracles.sectors_judge import corrupt, second_judge

SHARE = {"full": 1.0, "quick": 0.05, "smoke": 0.02}
EACH = 50


def small(count: int) -> Iterator[tuple[SectorsProblem, SectorsPlan]]:
    """Yield best plans of small maps that carry every rule, ``EACH`` times each."""
    given, seed = 0, 0
    while given < count:
        problem = (random_problem, random_problem_of_places)[seed % 2](seed)
        plan, _ = enumerate_best(problem)
        seed += 1
        for _ in range(EACH if plan is not None else 0):
            given += 1
            yield problem, plan


def county(what: str, count: int) -> Iterator[tuple[SectorsProblem, SectorsPlan]]:
    """Yield the planted plan of a county of 701 areas."""
    made = planted("county", 1, what, "travel")
    for _ in range(count):
        yield made.problem, made.plan


def judged(plans: Iterator[tuple[SectorsProblem, SectorsPlan]], count: int, size: str) -> dict[str, Any]:
    """Spoil and judge ``count`` plans."""
    began = time.perf_counter()
    rng = np.random.default_rng(7)
    refused = revalued = unchanged = 0
    rules: Counter[str] = Counter()
    wrong = []
    for (problem, plan), _ in zip(plans, range(count), strict=False):
        bad = corrupt(problem, plan, rng)
        expected = second_judge(problem, bad)
        old, new = (FAMILY.objectives(problem, p)[0].value for p in (plan, bad))
        differs = abs(new - old) > 1e-6 * max(1.0, abs(new))
        try:
            judge(problem, FAMILY, Outcome(bad, objective=(old,)), name="x", options=SolveOptions())
            accepted, said = True, ""
        except RejectedPlan as refusal:
            accepted, said = False, str(refusal)
        found = {v.rule for v in FAMILY.check(problem, bad)}
        named = not expected or bool(re.search("broken rules", said))
        if found != expected or not named or accepted != (not expected and not differs):
            wrong.append(f"{sorted(found)} instead of {sorted(expected)}")
        refused += bool(expected)
        revalued += not expected and differs
        unchanged += not expected and not differs
        rules.update(expected)
    return {
        "size": size,
        "status": f"{refused} refused by rule, {revalued} with another objective, {unchanged} as good as before",
        "objective": float(refused + revalued + unchanged),
        "bound": None,
        "gap": None,
        "build_s": 0.0,
        "solve_s": time.perf_counter() - began,
        "reached": not wrong and refused + revalued + unchanged == count,
        "wrong": "; ".join(wrong[:3]),
        "by_rule": dict(sorted(rules.items())),
    }


def _small(mode: Mode) -> dict[str, Any]:
    count = round(4000 * SHARE[mode])
    return judged(small(count), count, "6 areas, all rules")


def _county(what: str) -> Any:
    def run(mode: Mode) -> dict[str, Any]:
        count = round(3000 * SHARE[mode])
        return judged(county(what, count), count, f"701 areas, {what}")

    return run


_DISTRICTS, _, _BEATS = LEVELS
SUITE = Suite(
    name="corrupt",
    issue="10,000 corrupted plans: every broken rule named, every other objective recomputed",
    rows=(
        Row("small maps, every rule", _small, quick=True, smoke=True, limit_s=1200),
        Row("6 districts", _county(_DISTRICTS), quick=True, limit_s=1200),
        Row("50 beats", _county(_BEATS), limit_s=1200),
    ),
)
