"""A small made-up project, imported once for the whole run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from optimiser_models.sectors import arrays, lagrange, search
from optimiser_models.sectors.grow import grow

from optimiser.cli.shows import make_county
from tests.oracles.sectors_cases import path_of_four


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the search and bound loops once, with time to spare: limits in tests are for solving."""
    problem = path_of_four()
    d = arrays.prepare(problem)
    label = grow(d, 1)
    assert label is not None
    search.anneal(d, label, moves=10, seed=1, keep_going=lambda: True)
    lagrange.improve(d, lagrange.slots(d), lagrange.servable(d), 120.0, rounds=2, keep_going=lambda _: True)


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
