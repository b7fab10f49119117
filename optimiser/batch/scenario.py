"""Scenario files: a base, overrides, and lists of runs. TOML, planner's units, unknown keys are errors.

::

    name = "Budget 2028, five districts"
    base = "base.toml"            # read first; what follows overrides it
    question = "sectors"          # sectors, shifts, assignment, fold or standby
    [sectors]
    n_districts = 5
    tolerance_pct = 8
    [solve]
    time_limit_min = 2
    formulation = "sectors.cuts"

A batch file has the same tables as a common base, and one ``[[scenario]]`` a run with its own name and tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError, UsageError, reason
from optimiser.prepare import choices
from optimiser.prepare.questions import kinds
from optimiser.solve.options import SolveOptions

_TOP = ("name", "base", "question", "solve", "scenario", "tags")
DEEPEST_BASE = 10


@dataclass(frozen=True)
class Scenario:
    """One run to be: a question, its choices in planner's names and units, and how to solve."""

    name: str
    question: str
    choices: Mapping[str, Any] = field(default_factory=dict)
    options: SolveOptions = field(default_factory=SolveOptions)
    formulation: str = ""
    source: str = "scenario"


@dataclass(frozen=True)
class Unreadable:
    """A scenario of a list that cannot be asked, and why."""

    name: str
    error: UsageError


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read a scenario file, or a batch file with a list of them.

    Raises
    ------
    UsageError
        Naming the file and every key that is unknown.
    InputError
        If the file is missing or no TOML.
    """
    listed = read_list(path)
    faults = [str(s.error) for s in listed if isinstance(s, Unreadable)]
    if faults:
        raise UsageError("\n".join(faults))
    return tuple(s for s in listed if isinstance(s, Scenario))


def read_list(path: Path) -> tuple[Scenario | Unreadable, ...]:
    """Read a batch file, or a file of one scenario: one that cannot be asked leaves the others as they are.

    Raises
    ------
    UsageError
        If the list itself is wrong: empty, or two scenarios of one name.
    InputError
        If the file is missing or no TOML.
    """
    data = _read(path, ())
    entries = data.pop("scenario", None)
    if entries is None:
        return (_one(data, str(data.get("name", path.stem)), str(path)),)
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
        raise UsageError(f"{path}: [[scenario]] must be a list of tables with at least one entry.")
    made = []
    for number, entry in enumerate(entries, start=1):
        table = merged(data, entry)
        if "name" not in entry:
            table["name"] = f"{data.get('name', path.stem)} {number}"
        made.append(_one(table, str(table["name"]), f"{path}, scenario {number}"))
    names = [s.name for s in made]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise UsageError(f"{path}: two scenarios are called {', '.join(twice)}; give each its own name.")
    return tuple(made)


def _one(table: Mapping[str, Any], name: str, where: str) -> Scenario | Unreadable:
    try:
        return from_table(table, where)
    except UsageError as error:
        return Unreadable(name, error)


def from_table(table: Mapping[str, Any], where: str = "scenario") -> Scenario:
    """Make a scenario of a table.

    Raises
    ------
    UsageError
        If the question is missing, or a key or choice is unknown or cannot be.
    """
    tables = [t for t in table if t in registry.families()]
    question = table.get("question") or (tables[0] if len(tables) == 1 else "")
    if question not in registry.families():
        raise UsageError(
            f"{where}: say which question = {' | '.join(registry.families())}; got {question!r}."
        )
    unknown = sorted(set(table) - set(_TOP) - set(registry.families()))
    if unknown:
        raise UsageError(
            f"{where}: unknown key {', '.join(unknown)}. Known: {', '.join((*_TOP, *registry.families()))}."
        )
    solve, chosen = _table(table, "solve", where), _table(table, question, where)
    # a date without quotes is a date in TOML; choices, requests and their digests hold text
    chosen = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in chosen.items()}
    formulation = str(solve.pop("formulation", "")) or registry.default(question)
    (options,) = choices.read((SolveOptions,), solve, f"{where}, [solve]")
    made = Scenario(str(table.get("name", question)), question, chosen, options, formulation, where)
    check(made)
    return made


def check(scenario: Scenario) -> None:
    """Raise UsageError where a scenario names what there is not; what depends on the data is told when it is asked."""
    registry.known(scenario.formulation)
    if scenario.formulation.split(".")[0] != scenario.question:
        raise UsageError(
            f"{scenario.source}: {scenario.formulation} does not answer {scenario.question}. It needs one of "
            f"{', '.join(registry.names(scenario.question))}."
        )
    choices.read(kinds(scenario.question), scenario.choices, f"{scenario.source}, [{scenario.question}]")


def _table(table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: {key} = {value!r} should be a table, [{key}] with its choices below.")
    return dict(value)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` overridden by ``over``, table by table."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in seen or len(seen) > DEEPEST_BASE:
        raise UsageError(f"{path}: its bases form a circle: {' -> '.join(p.name for p in seen)}.")
    try:
        data = read_toml(path, " as a scenario")
    except FileNotFoundError as error:
        raise InputError(f"{path} cannot be read as a scenario: {reason(error)}.") from error
    base = data.pop("base", "")
    if not base:
        return data
    if not isinstance(base, str):
        raise UsageError(f'{path}: base = {base!r} should be the name of a scenario file, as "base.toml".')
    if not (path.parent / base).exists():
        raise InputError(f"{path}: its base {path.parent / base} is missing.")
    return merged(_read(path.parent / base, (*seen, path.resolve())), data)
