"""What can be compared: the plan in use, plans that were solved, and plans kept in the project's folder of plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from optimiser.data.canonical import CURRENT_PLAN
from optimiser.data.plans import BEATS
from optimiser.data.project import Project
from optimiser.problems.sectors import SectorsPlan
from optimiser_apps import defaults, sources, today
from optimiser_apps.comparing import Entry
from optimiser_apps.components.question import label, runs_of


def entries_of(project: Project, family: str) -> dict[str, Entry]:
    """Return what can be compared by name: the plan in use, runs that have a plan, the newest first, kept plans."""
    found = _solved(family)
    if family != "sectors":
        return found
    newest = next((e.problem for e in found.values()), None)
    levels = today.levels(project)
    level = today.level_in_use(project, newest)
    now = {level: _by_hand(level, levels[level])} if level else {}
    found = now | found
    for name, district_of in project.plans.items():
        if name == CURRENT_PLAN or name.endswith(BEATS):
            continue
        told = name if name not in found else f"{name} · plan kept"
        found[told] = _by_hand(told, district_of)
    return found


def on_one_question(project: Project, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries of which those that no run made have a question: the first run's, else the project's own.

    Raises
    ------
    InputError
        If there is no run among them and the project's own question cannot be asked.
    """
    if all(e.result is not None for e in entries):
        return tuple(entries)
    solved = next((e.problem for e in entries if e.result is not None), None)
    problem = _own_question(project, entries) if solved is None else solved
    return tuple(replace(e, problem=problem) if e.result is None else e for e in entries)


def _solved(family: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for run in runs_of(family):
        result = sources.result(run) if run.status == "done" else None
        if result is not None and result.plan is not None:
            title = str(run.request["title"])
            name = label(run) if title in found or title in (today.DISTRICTS, today.BEATS) else title
            found[name] = Entry(name, sources.problem(run), result.plan, result)
    return found


def _by_hand(name: str, district_of: Any) -> Entry:
    return Entry(name, None, SectorsPlan(dict(district_of), {}))


def _own_question(project: Project, entries: Sequence[Entry]) -> Any:
    """Return the question that the project's plan in use is judged by; with free centres where a plan needs more."""
    numbers = [len(set(e.plan.district_of.values())) for e in entries]
    chosen = defaults.choices(project, "sectors")
    if not len(project.stations):
        chosen = {"n_districts": numbers[0]} | chosen
    problem = sources.question(project, "sectors", chosen).problem
    if max(numbers) <= len(problem.centre_ids):
        return problem
    return sources.question(
        project, "sectors", chosen | {"centres": "free", "n_districts": numbers[0]}
    ).problem
