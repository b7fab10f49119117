"""The question of a run, asked again: of other data by the same rules, or with some choices changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.prepare.fitted import on_other_data, variant
from optimiser.prepare.questions import ask

_PLAN = "plan"
"""Stands in the request of a plan mended by hand instead of choices."""


def free_choices(n_districts: int) -> dict[str, Any]:
    """Return the choices of a plan that no run made: its number of districts, each served from its best place."""
    return {"centres": "free", "n_districts": n_districts, "objective": "travel"}


def choices_of(run: Run) -> dict[str, Any]:
    """Return the choices that a run was asked with; for sectors with the number of districts it has."""
    request = run.request
    given: Mapping[str, Any] = request["scenario"]
    if request["family"] != "sectors":
        return dict(given)
    n = run.problem().params.n_districts
    kept = {k: v for k, v in given.items() if k != _PLAN}
    found = kept if kept or _PLAN not in given else free_choices(n)
    return found | {"n_districts": found.get("n_districts") or n}


def of_other_data(run: Run) -> Callable[[Project], Any]:
    """Return what asks the question of a run, with its rules, of a project with other data."""
    family, problem, choices = str(run.request["family"]), run.problem(), choices_of(run)

    def again(other: Project) -> Any:
        if family != "sectors":
            return replace(ask(other, family, choices, f"run {run.id}").problem, params=problem.params)
        named = problem.params.district_ids
        return on_other_data(ask(other, family, choices, f"run {run.id}", named=named).problem, problem)

    return again


def own_districts(family: str) -> Callable[[Any, Any], Any]:
    """Return what makes of a question of a family and a plan the question with the plan's own districts."""

    def fit(problem: Any, plan: Any) -> Any:
        return variant(problem, plan.district_of) if family == "sectors" else problem

    return fit
