"""Plans by name on the command line: a run, ``current``, a plan of the project, or a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.batch.runner import store_of
from optimiser.batch.store import Run
from optimiser.data.plans import BEATS, other_names, read_plan, read_plan_file
from optimiser.data.project import Project
from optimiser.data.read import is_table
from optimiser.errors import InputError, OptimiserError, UsageError
from optimiser.prepare.questions import Question, ask
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.report.phrases import count, listed
from optimiser.solve.result import Result

ROTA = "rota"
"""Today's rota, beside runs of shifts."""


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
    """Return the question, its plans by name, and the results of those that are runs.

    The question is that of the first run named; without a run it is the sector question with the choices given,
    and as many districts as the first plan has.
    """
    runs = {n: r for n in names if (r := _run(project, n)) is not None}
    results = {n: _result(run) for n, run in runs.items()}
    if runs:
        first = next(iter(runs.values()))
        if pairs:
            raise UsageError(
                f"--set changes nothing here: the question is that of run {first.id}. Leave it out, or name no run."
            )
        question = Question(str(first.request["family"]), first.problem())
    else:
        question = _sector_question(project, _districts(project, names[0]), settings_of(pairs, "sectors"))
    plans: dict[str, Any] = {}
    for name in names:
        if name in results:
            if results[name].plan is None:
                raise InputError(f"Run {name} has no plan to compare.")
            plans[name] = results[name].plan
        elif question.family == "shifts" and name == ROTA and question.problem.existing is not None:
            plans[name] = question.problem.existing
        elif question.family != "sectors":
            raise InputError(f"{name!r} is no run; only sector plans can be given as files.")
        else:
            district_of = _districts(project, name)
            _same_districts(name, district_of, question.problem.params.district_ids)
            plans[name] = plan_of(question.problem, district_of)
    return question, plans, results


def sector_entries(project: Project, names: Sequence[str], pairs: Sequence[str]) -> list[Any] | None:
    """Return plans of areas to compare, each with the question of its own districts; None where a run is no such plan.

    The first run named gives rules and data; without one they are those of the choices.

    Raises
    ------
    InputError
        If there is no such plan, or a run is about other areas.
    """
    from optimiser.compare_sectors import Entry, variant

    runs = {n: r for n in names if (r := _run(project, n)) is not None}
    if any(r.request["family"] != "sectors" for r in runs.values()):
        return None
    if runs and pairs:
        first = next(iter(runs.values()))
        raise UsageError(
            f"--set changes nothing here: the question is that of run {first.id}. Leave it out, or name no run."
        )
    if runs:
        base = next(iter(runs.values())).problem()
    else:
        base = question_of(project, _districts(project, names[0]), pairs).problem
    found = []
    for name in dict.fromkeys(names):
        if name in runs:
            problem, result = runs[name].problem(), _result(runs[name])
            if result.plan is None:
                raise InputError(f"Run {name} has no plan to compare.")
            if problem.area_ids != base.area_ids:
                raise InputError(
                    f"Run {name} is about {len(problem.area_ids)} areas, the first plan about {len(base.area_ids)}."
                )
            found.append(Entry(name, problem, result.plan, result))
        else:
            district_of = _districts(project, name)
            problem = variant(base, district_of)
            found.append(Entry(name, problem, plan_of(problem, dict(district_of))))
    return found


def asked_again(project: Project, entries: Sequence[Any], pairs: Sequence[str]) -> Any:
    """Return what asks the first plan's question of a project with other weeks.

    Raises
    ------
    InputError
        If the centres of a plan are none of that question's.
    """
    home = dict(entries[0].plan.district_of)
    at_stations = not set(entries[0].problem.centre_ids) <= {str(i) for i in project.areas["area_id"]}
    table = [*pairs, *(["centres=stations"] if at_stations else [])]

    def ask_again(other: Project) -> Any:
        problem = question_of(other, home, table).problem
        for entry in entries:
            strange = set(entry.plan.centre_of.values()) - set(problem.centre_ids)
            if strange:
                raise InputError(
                    f"The plans are served from different places ({', '.join(sorted(strange)[:3])}): compare them "
                    "without --samples, or name plans with the same kind of centres."
                )
        return problem

    return ask_again


def assignment_of(project: Project, name: str) -> Mapping[str, str]:
    """Return the district of each area in a plan by name: a run's, one of the project, one in use, or a file's.

    Raises
    ------
    InputError
        If there is no such plan, or it is no plan of areas.
    """
    run = _run(project, name)
    if run is None:
        return _districts(project, name)
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


def _run(project: Project, name: str) -> Run | None:
    if name in project.plans or name in ("districts", ROTA) or is_table(name):
        return None
    try:
        return store_of(project.folder).run(name)
    except InputError as error:
        known = ", ".join(["districts", *project.plans])
        raise InputError(f"{name!r} is neither a plan ({known}), a CSV file, nor a run: {error}") from error


def _result(run: Run) -> Result[Any]:
    """Return the result of a run; why it has none is the planner's to mend, whatever it was."""
    try:
        return run.result()
    except InputError:
        raise
    except OptimiserError as error:
        raise InputError(f"Run {run.id} has no plan to compare: {error}") from error


def _districts(project: Project, name: str) -> Mapping[str, str]:
    if name == "districts":
        return districts_in_use(project)
    if name in project.plans:
        return project.plans[name]
    return read_plan(Path(name), other_names(project.areas))


def question_of(project: Project, district_of: Mapping[str, str], pairs: Sequence[str]) -> Question:
    """Return the sector question that a plan of its own answers: with its districts by name."""
    return _sector_question(project, district_of, settings_of(pairs, "sectors"))


def _sector_question(project: Project, district_of: Mapping[str, str], choices: dict[str, Any]) -> Question:
    """Ask for as many districts as the plan has, by its names, with free centres; for further ones by new names."""
    from dataclasses import replace

    names = tuple(sorted({d for d in district_of.values() if d}))
    locks = _locks(choices.pop("locks", []))
    table = {"centres": "free", "n_districts": len(names), "objective": "travel"} | choices
    question = ask(project, "sectors", table, "--set")
    params = question.problem.params
    more = params.n_districts - len(names)
    if more >= 0 and not params.fixed_centres:
        params = replace(params, district_ids=(*names, *(f"new {k + 1}" for k in range(more))))
    params = replace(params, locks=(*params.locks, *locks))
    return Question("sectors", replace(question.problem, params=params))


def _locks(given: Any) -> tuple[tuple[str, str], ...]:
    """Read locks, pairs of area and district; the districts are those of the plan, so they are told last."""
    if not isinstance(given, list) or any(not isinstance(p, list) or len(p) != 2 for p in given):
        raise UsageError(f"--set locks={given} should be pairs of area and district: [['12', 'North']].")
    return tuple((str(a), str(d)) for a, d in given)
