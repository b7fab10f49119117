"""The published plans of the state instances are admissible and worth what was published, as we read the data."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.problems.sectors import FAMILY, SectorsPlan
from tests.benchmarks import states_data as data
from tests.benchmarks.spec import SHARED

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the published plans are in ../shared/data")
LEVELS = [("county", s) for s in data.EPSG if s != "MS"] + [
    ("tract", s) for s in ("NH", "ID", "ME", "NM", "NE", "MS", "AR")
]


@pytest.mark.parametrize(("level", "state"), LEVELS)
def test_stored_plans_have_the_published_inertia(level: str, state: str):
    """With the state's own plane every stored plan evaluates to its published value, within its two decimals."""
    g = data.graph(level, state)
    far = data.distance_km(g, state)
    for (name, contiguity), known in data.known_inertia(level).items():
        label = data.inertia_plan(level, state, "cut" if contiguity else "hess") if name == state else None
        if label is None:
            continue
        low, high = known["limits"]
        assert (
            np.abs(np.subtract(data.window(g.people, known["k"]), (low, high))).max() <= 1
        )  # WV: one person more
        assert not data.faults(g, label, known["k"], contiguity=contiguity, limits=(low, high))
        assert data.least_cost(g, far, label, 2) / data.MILLION == pytest.approx(known["optimum"], abs=0.01)


def test_counts_of_the_published_tables():
    """As counted in the description of the data: 116 optima, 37 infeasible and 7 open among the perturbed."""
    said = [known["status"] for known in data.known_perturbed().values()]
    assert [said.count(s) for s in ("optimal", "infeasible", "open")] == [116, 37, 7]
    assert data.known_hops()["NM"] == (3, 1743350)
    assert len(data.known_fl25()) == 7


def test_published_cut_edges_are_counted_again():
    """Every stored plan of few links cut has the count that was verified when the data was gathered."""
    for row in data.known_cut_edges():
        if not row["verified_cut_edges_of_published_plan"] or (row["level"], row["state"]) in (
            ("tract", "UT"),
            ("tract", "NV"),
        ):
            continue
        contiguity = row["contiguity"] == "contig"
        g = data.graph(row["level"], row["state"])
        label = data.cut_edges_plan(row["level"], row["state"], contiguity)
        assert data.cut_links(g, label) == int(row["verified_cut_edges_of_published_plan"])
        assert not data.faults(g, label, int(row["k"]), contiguity=contiguity)


@pytest.mark.parametrize(
    ("level", "state"), [("county", "ME"), ("county", "NM"), ("county", "AL"), ("tract", "AR")]
)
def test_windows_admit_exactly_the_whole_numbers(level: str, state: str):
    """The question's windows hold L and U and no other whole number beyond them."""
    g = data.graph(level, state)
    for k in range(1, 8):
        low, high = data.window(g.people, k)
        if k > g.n:
            continue
        least, most = data.question(g, k, objective="travel").windows()
        assert np.ceil(least).tolist() == [[low] * k]
        assert np.floor(most).tolist() == [[high] * k]


def test_a_plan_is_judged_the_same_by_the_rules():
    """The published plan of New Mexico passes the product's rules and has the product's spread around its centres."""
    g = data.graph("county", "NM")
    problem = data.inertia_question(g, "NM", 3)
    label = data.inertia_plan("county", "NM", "cut")
    assert label is not None
    district = {i: str(d + 1) for i, d in zip(g.ids, label.tolist(), strict=True)}
    cost = problem.distance_m**2 * problem.calls
    centre = {}
    for d in range(3):
        mine = np.flatnonzero(label == d)
        centre[str(d + 1)] = g.ids[mine[np.argmin(cost[np.ix_(mine, mine)].sum(axis=1))]]
    plan = SectorsPlan(district, centre)
    assert FAMILY.check(problem, plan) == []
    assert data.inertia(FAMILY.objectives(problem, plan)[0].value) == pytest.approx(32944.25, abs=0.01)
