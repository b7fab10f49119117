"""The sergeant's page: beats in an order in which every car's stand side by side, in words and as boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.fold.lattice import FORMULATION

from optimiser.errors import InputError
from optimiser.problems.fold import FoldParams, FoldPlan, FoldProblem
from optimiser.report.fold_page import Fold, beat_order, fits_one_page, fold_page, smallest_sheet
from optimiser.report.words import findings
from optimiser.solve.engine import solve
from tests.oracles import report_cases as cases
from tests.oracles.fold_cases import GOOD, path_of_four


def texts(figure) -> list[str]:
    return [t.get_text() for t in figure.texts]


def test_every_row_is_side_by_side():
    """On random tables of nine beats each car's beats are neighbours in the order, with every number of cars."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        edges = np.array(
            [(i, j) for i in range(9) for j in range(i) if (i % 3, j % 3, i - j) in _GRID or i - j == 3]
        )
        problem = FoldProblem(
            beat_ids=tuple(f"{k}" for k in rng.permutation(9)),
            edges=edges,
            work=rng.integers(1, 9, 9).astype(float),
            params=FoldParams(),
        )
        plan = solve(problem, FORMULATION).plan
        order = beat_order(problem, plan)
        assert sorted(order) == sorted(problem.beat_ids)
        for groups in plan.groups_at.values():
            for group in groups:
                at = sorted(order.index(b) for b in group)
                assert at == list(range(at[0], at[0] + len(at)))


_GRID = {(1, 0, 1), (2, 1, 1)}


def test_page_says_cars_beats_and_how_even():
    """Four rows, the joined beats by name, and 50 % over the even share with three cars; three parts fit a page."""
    problem, result = cases.fold()
    folds = [Fold(part, problem, result) for part in ("day", "evening", "night")]
    said = texts(fold_page(folds, title="Fold table"))
    assert said.count("A+B") == 3 * 2  # with three cars and with two; with one it is all four
    assert said.count("A+B+C+D") == 3
    assert said.count("+50 %".replace(" ", "\u00a0")) == 3
    assert {"day", "evening", "night", "4", "3", "2", "1"} <= set(said)


def test_what_cannot_be_drawn_is_said():
    """A table that is not nested, and more rows than a page holds."""
    problem, result = cases.fold()
    crossed = FoldPlan({**GOOD.groups_at, 2: (("A", "C"), ("B", "D"))})
    with pytest.raises(InputError, match="not nested at 3 cars"):
        beat_order(problem, crossed)
    many = [Fold("night", problem, result)] * 20
    assert not fits_one_page(many)
    with pytest.raises(InputError, match="do not fit"):
        fold_page(many, title="Fold table")


def test_many_beats_take_a_larger_sheet():
    """Sixty beats have 62 rows: too many for A4 with 47, few enough for A3 with 67."""
    n = 60
    line = FoldProblem(
        beat_ids=tuple(f"{k:02d}" for k in range(n)),
        edges=np.column_stack([np.arange(n - 1), np.arange(1, n)]),
        work=np.ones(n),
        params=FoldParams(),
    )
    groups = {
        k: (line.beat_ids[: n - k + 1], *((b,) for b in line.beat_ids[n - k + 1 :])) for k in range(1, n + 1)
    }
    folds = [Fold("night", line, cases.judged(line, FoldPlan(groups), None))]
    assert smallest_sheet(folds) == "A3"
    assert "60" in texts(fold_page(folds, title="Fold table", size="A3"))


def test_words():
    """What the table gives, what limits it, and the proof: 1/6 found against a bound of 0.15, at most 10 % better."""
    said = " ".join(findings("fold", *cases.fold(part_name="night", most_beats=4)))
    assert "4 beats are folded from 4 cars down to 1".replace("4 beats", "4\u00a0beats") in said
    assert "50.0\u00a0% more than the even share, with 3\u00a0cars" in said
    assert "the most beats allowed, 4" in said
    assert "10.0\u00a0% better" in said


def test_full_cars_only():
    """Nothing to fold is said plainly."""
    problem = path_of_four(fewest_cars=4)
    result = cases.judged(problem, FoldPlan({4: GOOD.groups_at[4]}), 0.0)
    assert "nothing to fold" in findings("fold", replace(problem), result)[0]
