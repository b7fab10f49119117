"""What a formulation compiles it compiles when asked to, before any clock starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimiser import registry

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import importlib, sys
from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions

name = sys.argv[1]
formulation = registry.load(name)
if formulation.warm is not None:
    formulation.warm()

def compiled():
    found = {}
    for module in [m for m in list(sys.modules) if m.split(".")[0] in ("optimiser", "optimiser_models")]:
        for key, value in vars(sys.modules[module]).items():
            if hasattr(value, "py_func") and hasattr(value, "signatures"):
                found[value.py_func.__module__ + "." + key] = tuple(map(str, value.signatures))
    return found

before = compiled()
if name == "sectors.cuts":  # small problems, too, go through the bound
    importlib.import_module("optimiser_models.sectors.cuts").SMALL_MODEL = 0
if name == "sectors.median":  # they are branched on
    importlib.import_module("optimiser_models.sectors.median.tree").FEW_PAIRS = -100
cases = importlib.import_module(f"tests.oracles.{name.split('.')[0]}_cases")
random_problem = getattr(cases, "OWN_RANDOM", {}).get(name, cases.random_problem)
for seed in range(4):
    solve(random_problem(seed), formulation, SolveOptions(time_limit_s=20, confirm=False))
print(sum(map(len, before.values())), {k: v for k, v in compiled().items() if v != before.get(k, ())})
"""


@pytest.mark.parametrize("name", registry.names())
def test_a_solve_compiles_nothing_that_warm_has_not(name):
    """In a fresh process four solves compile nothing that warm() has not; without a warm() nothing at all."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    n_warmed, added = done.stdout.strip().splitlines()[-1].split(" ", 1)
    assert added == "{}"
    assert (int(n_warmed) > 0) == (registry.load(name).warm is not None)
