"""Sector plans in tables, in planner's units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from optimiser.problems.base import Measure, Violation
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.units import minutes, percent


def districts(problem: SectorsProblem, plan: SectorsPlan, measures: tuple[Measure, ...]) -> pd.DataFrame:
    """Return one row a district: areas, work and how far it is from its target, cover and drive."""
    by = {m.name: m.by for m in measures}
    columns: dict[str, tuple[Mapping[str, float], Callable[[float], float]]] = {
        "areas": (by.get("areas", {}), int),
        "calls a week": (by.get("calls", {}), float),
        **{
            f"{kind}, off target (%)": (by.get(f"largest deviation of {kind}", {}), percent)
            for kind in problem.balance_names
        },
        "calls within target (%)": (by.get("calls covered", {}), percent),
        "mean drive (minutes)": (by.get("mean drive", {}), minutes),
    }
    rows = []
    for district in problem.params.district_ids:
        row: dict[str, object] = {
            problem.params.called: district,
            "centre": plan.centre_of.get(district, "none"),
        }
        for name, (values, shown) in columns.items():
            row[name] = shown(values[district]) if district in values else None
        rows.append(row)
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def work_of(
    problem: SectorsProblem, plan: SectorsPlan, kind: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the work of a kind in each district, and each district's target."""
    work = problem.balance[problem.balance_names.index(kind)]
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    names = problem.params.district_ids
    target = dict(zip(names, (problem.params.shares() * work.sum()).tolist(), strict=True))
    return {d: float(work[label == d].sum()) for d in names}, target


def moved_areas(
    problem: SectorsProblem, names: Mapping[str, str], moves: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return the areas that change hands with their calls and work, the busiest first."""
    row = {a: k for k, a in enumerate(problem.area_ids)}
    work = (
        problem.balance[problem.balance_names.index("unit hours")]
        if "unit hours" in problem.balance_names
        else None
    )
    rows = [
        {
            "area": area,
            "name": names.get(area, ""),
            "from": old or "none",
            "to": new or "none",
            "calls a week": float(problem.calls[row[area]]),
            "unit hours a week": None if work is None else float(work[row[area]]),
        }
        for area, (old, new) in moves.items()
        if area in row
    ]
    columns = ["area", "name", "from", "to", "calls a week", "unit hours a week"]
    return pd.DataFrame(rows, columns=columns).sort_values("calls a week", ascending=False, ignore_index=True)


def broken_words(violations: tuple[Violation, ...]) -> str:
    """Say which rules a plan breaks, and how often."""
    counts: dict[str, int] = {}
    for v in violations:
        counts[v.rule] = counts.get(v.rule, 0) + 1
    listed = ", ".join(f"{rule} ({n})" for rule, n in counts.items())
    return f"A new plan would have to keep rules that today's breaks: {listed}."
