"""A small made-up project, imported once for the whole run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # beside each other, compiled loops on many threads would wait
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")

from optimiser import registry
from optimiser.cli.shows import make_county
from optimiser.solve import engine


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the search and bound loops once, with time to spare: limits in tests are for solving."""
    engine.warm(registry.load("sectors.cuts"))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Path:
    """Sixty areas, six districts and a year of calls, as raw files and as a project; never write into it."""
    folder = tmp_path_factory.mktemp("county")
    make_county(folder, seed=1, n_areas=60)
    return folder


@pytest.fixture
def county(made_once, tmp_path) -> Path:
    """A copy of the project folder that a test may write into."""
    shutil.copytree(made_once / "county", tmp_path / "county")
    return tmp_path / "county"
