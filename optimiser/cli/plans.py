"""Plans by name on the command line: a run, ``current``, a plan of the project, or a file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.batch.asked_again import choices_of, free_choices
from optimiser.batch.runner import store_of
from optimiser.batch.store import Run
from optimiser.data.plans import BEATS, other_names, read_plan, read_plan_file
from optimiser.data.project import Project
from optimiser.data.read import is_table
from optimiser.errors import InputError, OptimiserError, UsageError
from optimiser.prepare.fitted import fitted, same_question, variant
from optimiser.prepare.questions import Question, ask
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems import portable
from optimiser.report.phrases import count, listed
from optimiser.solve.result import Result

ROTA = "rota"
"""Today's rota, beside runs of shifts."""
_TOML_WORDS = ("true", "false", "inf", "nan")


def settings_of(pairs: Sequence[str], family: str) -> dict[str, Any]:
    """Read ``key=value`` pairs; values are TOML, or plain text where they are no TOML.

    A key may be written with its table, ``sectors.tolerance_pct``, and one entry of a choice that is itself a table as
    ``leave_cap_by_sector.D1``.

    Raises
    ------
    UsageError
        If a pair has no ``=``, belongs to another question, or gives an entry of what is no table.
    """
    table: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign:
            raise UsageError(f"--set {pair!r} should be KEY=VALUE.")
        try:
            value: Any = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError as error:
            if text.strip()[:1] in ("[", "{"):
                meant = _quoted(text.strip())
                hint = (
                    f" Texts in it stand in double quotes, and the whole in single ones: '{key}={meant}'."
                    if meant
                    else ""
                )
                raise UsageError(
                    f"--set {pair!r} is no list or table as TOML writes it: {error}.{hint}"
                ) from error
            value = text
        name, _, entry = key.strip().removeprefix(f"{family}.").partition(".")
        if not entry:
            table[name] = value
            continue
        if name in registry.families():
            raise UsageError(
                f"--set {pair!r} is no choice of {family}; write {entry}=... or {family}.{entry}=..."
            )
        entries = table.setdefault(name, {})
        if not isinstance(entries, dict):
            raise UsageError(
                f"--set {pair!r} is one entry of a table, but {name} is given as {entries!r} before."
            )
        entries[entry] = value
    return table


def _quoted(text: str) -> str:
    """Return a list or table with its bare texts in double quotes, as likely meant; "" where that is none either."""
    entries = r"[^\[\]{},\"]+" if text.startswith("[") else r"[^{},=\"]+(?==)"
    number = re.compile(r"\s*([+-]?\d+(\.\d+)?)?\s*")
    meant = re.sub(entries, lambda m: m[0] if number.fullmatch(m[0]) else f'"{m[0].strip()}"', text)
    try:
        tomllib.loads(f"v = {meant}")
    except tomllib.TOMLDecodeError:
        return ""
    return meant


def question_and_plans(
    project: Project, names: Sequence[str], pairs: Sequence[str]
) -> tuple[Question, dict[str, Any], dict[str, Result[Any]]]:
    """Return the question, its plans by name, and the results of the runs that were asked it.

    The question is that of the first run named; without a run it is the sector question with the choices given,
    and as many districts as the first plan has. A plan with other districts keeps them. A run that was asked another
    question has no result for this one: its proof says nothing here.
    """
    runs = {n: r for n in names if (r := run_named(project, n)) is not None}
    results = {n: result_of(run) for n, run in runs.items()}
    if runs:
        first = next(iter(runs.values()))
        refuse_choices(first, pairs)
        question = Question(str(first.request["family"]), first.problem())
    else:
        question = question_of(project, districts_of(project, names[0]), pairs)
    plans: dict[str, Any] = {}
    for name in dict.fromkeys(names):
        if name in runs:
            if results[name].plan is None:
                raise InputError(f"Run {name} has no plan to compare.")
            family = str(runs[name].request["family"])
            if family != question.family:
                raise InputError(f"Run {name} is about {family}, the first about {question.family}.")
            plans[name], own, asked = results[name].plan, runs[name].problem(), question.problem
            if family == "sectors":
                asked, plans[name] = fitted(asked, name, own, plans[name])
            if not _alike(family, own, asked):
                del results[name]
        elif question.family == "shifts" and name == ROTA and question.problem.existing is not None:
            plans[name] = question.problem.existing
        elif question.family != "sectors":
            raise InputError(f"{name!r} is no run; only sector plans can be given as files.")
        else:
            district_of = districts_of(project, name)
            asked = question.problem
            if name == names[0] and not runs:
                _same_districts(name, district_of, asked.params.district_ids)
            else:
                asked = variant(asked, district_of)
            plans[name] = plan_of(asked, district_of)
    return question, plans, results


def _alike(family: str, own: Any, asked: Any) -> bool:
    """Were two questions asked with the same data and rules?"""
    if family == "sectors":
        return same_question(own, asked)
    return portable.digest(own) == portable.digest(asked)


def refuse_choices(first: Run, pairs: Sequence[str]) -> None:
    """Refuse choices beside a run, whose question stands."""
    if pairs:
        raise UsageError(
            f"--set changes nothing here: the question is that of run {first.id}. Leave it out, or name no run."
        )


def assignment_of(project: Project, name: str) -> Mapping[str, str]:
    """Return the district of each area in a plan by name: a run's, one of the project, one in use, or a file's.

    Raises
    ------
    InputError
        If there is no such plan, or it is no plan of areas.
    """
    run = run_named(project, name)
    if run is None:
        return districts_of(project, name)
    plan = run.result().plan
    if run.request["family"] != "sectors" or plan is None:
        raise InputError(f"Run {name} has no plan of areas.")
    district_of: Mapping[str, str] = plan.district_of
    return district_of


def levels_of(project: Project, name: str) -> tuple[Mapping[str, str], Mapping[str, str] | None]:
    """Return the beats of a plan by name, and its own districts where it has both levels; else None.

    Raises
    ------
    InputError
        If there is no such plan.
    """
    upper = name.removesuffix(BEATS)
    if f"{upper}{BEATS}" in project.plans and upper in project.plans:
        return project.plans[f"{upper}{BEATS}"], project.plans[upper]
    if name not in project.plans and is_table(name):
        file = read_plan_file(Path(name), other_names(project.areas)).usable()
        return (file.beat_of, file.district_of) if file.beat_of else (file.district_of, None)
    return assignment_of(project, name), None


def _same_districts(name: str, district_of: Mapping[str, str], asked: tuple[str, ...]) -> None:
    """Refuse a plan whose districts are not those of the question: its figures would mean nothing."""
    theirs = {d for d in district_of.values() if d}
    if not theirs & set(asked):
        hint = " Use 'districts' for the districts in use." if name == "current" else ""
        raise InputError(
            f"{name} has {count(len(theirs), 'district')} ({listed(sorted(theirs))}), the question is about "
            f"{len(asked)} ({listed(asked)}): none has the same name.{hint}"
        )


def run_named(project: Project, name: str) -> Run | None:
    """Return the run of a name; None where it names a plan of the project or a file."""
    if name in project.plans or name in ("districts", ROTA) or is_table(name):
        return None
    try:
        return store_of(project.folder).run(name)
    except InputError as error:
        known = ", ".join(["districts", *project.plans])
        raise InputError(f"{name!r} is neither a plan ({known}), a CSV file, nor a run: {error}") from error


def result_of(run: Run) -> Result[Any]:
    """Return the result of a run; why it has none is the planner's to mend, whatever it was."""
    try:
        return run.result()
    except InputError:
        raise
    except OptimiserError as error:
        raise InputError(f"Run {run.id} has no plan to compare: {error}") from error


def districts_of(project: Project, name: str) -> Mapping[str, str]:
    """Return the district of each area in a plan that is no run."""
    if name == "districts":
        return districts_in_use(project)
    if name in project.plans:
        return project.plans[name]
    return read_plan(Path(name), other_names(project.areas))


def question_of(project: Project, district_of: Mapping[str, str], pairs: Sequence[str]) -> Question:
    """Return the sector question that a plan of its own answers: with its districts by name, and free centres."""
    names = sorted({d for d in district_of.values() if d})
    return ask(project, "sectors", own_choices(len(names), pairs), "--set", named=names)


def own_choices(
    n_districts: int, pairs: Sequence[str], base: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the choices given on top of those of a run, or of a plan that no run made."""
    chosen = settings_of(pairs, "sectors")
    if "locks" in chosen:
        chosen["locks"] = _locks(chosen["locks"])
    return {**(base or free_choices(n_districts)), **chosen}


def question_and_plan(
    project: Project, name: str, pairs: Sequence[str]
) -> tuple[Question, Mapping[str, str], dict[str, Any]]:
    """Return the question that a plan is mended or bettered by, the plan, and the choices: a run's own, changed.

    Raises
    ------
    InputError
        If there is no such plan, or it is no plan of areas.
    """
    district_of, run = assignment_of(project, name), run_named(project, name)
    if run is None:
        names: Sequence[str] = sorted({d for d in district_of.values() if d})
        choices = own_choices(len(names), pairs)
    else:
        names = run.problem().params.district_ids
        choices = own_choices(len(names), pairs, choices_of(run))
    return ask(project, "sectors", choices, "--set", named=names), district_of, choices


def as_pair(key: str, value: Any) -> str:
    """Return a choice as ``--set`` takes it."""
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w ]*", value) and value not in _TOML_WORDS
    return f"{key}={value if plain else _toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value)


def _locks(given: Any) -> tuple[tuple[str, str], ...]:
    """Read locks, pairs of area and district; ids are text, also where they are typed as numbers."""
    if not isinstance(given, list) or any(not isinstance(p, list) or len(p) != 2 for p in given):
        raise UsageError(f"--set locks={given} should be pairs of area and district: [['12', 'North']].")
    return tuple((str(a), str(d)) for a, d in given)
