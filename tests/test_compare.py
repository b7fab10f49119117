"""Plans side by side: the same rules, matched names, what moved, and whether a difference is proved."""

from __future__ import annotations

from optimiser_models.sectors.flow import FORMULATION

from optimiser.compare import compare, matched, moved
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import UNCONFIRMED
from tests.oracles.sectors_cases import path_of_four


def plan(label: str, centres: str) -> SectorsPlan:
    return SectorsPlan(dict(zip("ABCD", label, strict=True)), {str(k + 1): c for k, c in enumerate(centres)})


def test_rows_by_hand():
    """Out of balance but legal otherwise: 180 call-seconds against 120, one broken rule against none."""
    problem = path_of_four()
    found = compare(FAMILY, problem, {"today": plan("1222", "AC"), "new": plan("1122", "AC")})
    rows = {row["measure"]: row for row in found.rows()}
    assert (rows["call-weighted drive"]["today"], rows["call-weighted drive"]["new"]) == (120.0, 120.0)
    assert (rows["broken rules"]["today"], rows["broken rules"]["new"]) == (2, 0)
    assert rows["mean drive"]["better"] == "lower"


def test_proof_decides_what_is_distinguishable():
    """Two optimal plans of one problem do not differ; a plan without a bound proves nothing."""
    problem = path_of_four()
    result = solve(problem, FORMULATION, SolveOptions(time_limit_s=20))
    both = compare(FAMILY, problem, {"a": result.plan, "b": result.plan}, {"a": result, "b": result})
    assert "no more than" in both.distinguishable()
    assert UNCONFIRMED not in both.distinguishable()
    one = compare(FAMILY, problem, {"a": result.plan, "b": plan("1122", "AC")}, {"a": result})
    assert "not proved" in one.distinguishable()


def test_a_proof_without_a_second_route_is_named():
    """Both proofs are closed, one is confirmed: the other's name stands with the doubt."""
    problem = path_of_four()
    sure = solve(problem, FORMULATION, SolveOptions(time_limit_s=20))
    alone = solve(problem, FORMULATION, SolveOptions(time_limit_s=20, confirm=False))
    found = compare(FAMILY, problem, {"a": sure.plan, "b": alone.plan}, {"a": sure, "b": alone})
    assert found.distinguishable().endswith(f"The proof of b is {UNCONFIRMED}.")


def test_moved_and_matched():
    """Districts renamed are not moved areas; three districts against two find their largest overlap."""
    before = {"A": "x", "B": "x", "C": "y", "D": "y"}
    after = {"A": "1", "B": "1", "C": "2", "D": "3"}
    names = matched(before, after, dict.fromkeys("ABCD", 1.0) | {"D": 2.0})
    assert names == {"1": "x", "2": "2", "3": "y"}
    assert moved(before, {a: names[d] for a, d in after.items()}) == {"C": ("y", "2")}
    assert moved(before, {"A": "x"}) == {"B": ("x", ""), "C": ("y", ""), "D": ("y", "")}
