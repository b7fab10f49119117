"""A plan where there is one: with nothing to move, and where the first share of the time found none."""

from __future__ import annotations

from dataclasses import replace

from optimiser_models.sectors import cuts
from optimiser_models.sectors.run import Run

from optimiser.problems.sectors import FAMILY
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from tests.oracles.sectors_cases import path_of_four


def test_one_district_is_a_plan():
    """All areas in one district: no move exists, and the search has its plan at once."""
    problem = path_of_four()
    params = replace(
        problem.params, district_ids=("D1",), fixed_centres=(), target_shares=(), balance_frac={}
    )
    one = replace(problem, params=params)
    outcome = cuts.solve(one, None, SolveOptions(time_limit_s=20, confirm=False), Recorder())
    assert outcome.plan is not None
    assert FAMILY.check(one, outcome.plan) == []


def test_an_aim_without_a_plan_gets_all_the_time(monkeypatch):
    """The first of two aims has a share of the time; where that finds no plan it has all of it, with other seeds."""
    seen: list[tuple[float, int, bool]] = []
    stage = cuts._stage

    def blind(run: Run, start: object) -> dict[str, object]:
        seen.append((run.until_s, run.options.seed, run.last))
        if len(seen) == 1:
            run.prove(1.0)
            return {}
        return stage(run, start)

    monkeypatch.setattr(cuts, "_stage", blind)
    problem = path_of_four()
    two = replace(problem, params=replace(problem.params, objectives=("travel", "cover"), weights={}))
    outcome = cuts.solve(two, None, SolveOptions(time_limit_s=20, confirm=False), Recorder())
    assert outcome.plan is not None
    assert [last for _, _, last in seen] == [False, False, True]
    assert seen[0][0] < 20
    assert seen[1][0] == 20
    assert seen[1][1] != seen[0][1]
    assert len(outcome.bound) == 2
