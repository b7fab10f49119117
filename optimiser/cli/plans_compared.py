"""Plans beside each other on the command line: all by the rules and data of the first, each with its own districts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optimiser.batch.asked_again import choices_of, of_other_data
from optimiser.batch.store import Run
from optimiser.cli.plans import (
    districts_of,
    own_choices,
    question_of,
    refuse_choices,
    result_of,
    run_named,
)
from optimiser.compare_sectors import Entry
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.fitted import fitted, on_other_data, same_question, variant
from optimiser.prepare.sectors import plan_of


def sector_entries(project: Project, names: Sequence[str], pairs: Sequence[str]) -> list[Entry] | None:
    """Return plans of areas to compare, each with the question of its own districts; None where a run is no such plan.

    The first run named gives rules and data; without one they are those of the choices. A run keeps its proof only
    where it was asked by the same ones.

    Raises
    ------
    InputError
        If there is no such plan, or a run is about other areas.
    """
    runs = {n: r for n in names if (r := run_named(project, n)) is not None}
    if any(r.request["family"] != "sectors" for r in runs.values()):
        return None
    first = next(iter(runs.values()), None)
    if first is not None:
        refuse_choices(first, pairs)
        base = first.problem()
    else:
        base = question_of(project, districts_of(project, names[0]), pairs).problem
    found = []
    for name in dict.fromkeys(names):
        if name in runs and first is not None:
            found.append(_of_run(name, runs[name], first, base))
        else:
            district_of = districts_of(project, name)
            problem = variant(base, district_of)
            found.append(Entry(name, problem, plan_of(problem, district_of)))
    return found


def _of_run(name: str, run: Run, first: Run, base: Any) -> Entry:
    own, result = run.problem(), result_of(run)
    if result.plan is None:
        raise InputError(f"Run {name} has no plan to compare.")
    problem, plan = fitted(base, name, own, result.plan)
    if run.id == first.id or same_question(own, problem):
        return Entry(name, problem, plan, result)
    note = _judged_otherwise(name, choices_of(run), first.id, choices_of(first))
    if plan is not result.plan:
        note += f" Each district is served from the best place that {first.id} has."
    return Entry(name, problem, plan, note=note)


def judged_otherwise(project: Project, names: Sequence[str], results: Mapping[str, Any]) -> list[str]:
    """Say of each run without a result for the question of the first how it was asked."""
    runs = {n: r for n in names if (r := run_named(project, n)) is not None}
    first = next(iter(runs.values()), None)
    if first is None:
        return []
    here = choices_of(first)
    return [_judged_otherwise(n, choices_of(r), first.id, here) for n, r in runs.items() if n not in results]


def _judged_otherwise(name: str, there: Mapping[str, Any], first: str, here: Mapping[str, Any]) -> str:
    """Say that a run was asked otherwise than the first, in which choices, and what it is judged by."""
    keys = [k for k in {**there, **here} if k != "n_districts" and there.get(k) != here.get(k)]
    apart = ", ".join(f"{k} {_told(there, k)} there and {_told(here, k)} here" for k in keys)
    return (
        f"{name} was asked with other rules or data than {first}{f' ({apart})' if apart else ''}; "
        f"both are judged by those of {first}."
    )


def _told(choices: Mapping[str, Any], key: str) -> str:
    return str(choices[key]) if key in choices else "not given"


def asked_again(
    project: Project, names: Sequence[str], pairs: Sequence[str]
) -> tuple[Mapping[str, Any], Callable[[Project], Any]]:
    """Return the choices of the question that plans are compared by, and what asks it of a project with other weeks.

    The question is that of the first run named, else that of the first plan with the choices given.
    """
    first = next((r for n in names if (r := run_named(project, n)) is not None), None)
    if first is not None:
        return choices_of(first), of_other_data(first)
    home = districts_of(project, names[0])
    base = question_of(project, home, pairs).problem
    choices = own_choices(base.params.n_districts, pairs)
    return choices, lambda other: on_other_data(question_of(other, home, pairs).problem, base)
