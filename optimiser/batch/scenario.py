"""Scenario files: a base, overrides, and lists of runs. TOML, planner's units, unknown keys are errors.

::

    name = "Budget 2028, five districts"
    base = "base.toml"            # read first; what follows overrides it
    question = "sectors"          # sectors, shifts or assignment
    [sectors]
    n_districts = 5
    tolerance_pct = 8
    [solve]
    time_limit_min = 2
    formulation = "sectors.cuts"

A batch file has the same tables as a common base, and one ``[[scenario]]`` a run with its own name and tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.errors import InputError
from optimiser.prepare import choices
from optimiser.solve.options import SolveOptions

_TOP = ("name", "base", "question", "solve", "scenario", "tags")
LARGEST_FILE = 1_000_000
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


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read a scenario file, or a batch file with a list of them.

    Raises
    ------
    InputError
        Naming the file and every key that is unknown.
    """
    data = _read(path, ())
    listed = data.pop("scenario", None)
    if listed is None:
        return (from_table(data, str(path)),)
    if not isinstance(listed, list) or not listed:
        raise InputError(f"{path}: [[scenario]] must be a list with at least one entry.")
    made = []
    for number, entry in enumerate(listed, start=1):
        where = f"{path}, scenario {number}"
        table = merged(data, entry)
        table.setdefault("name", f"{data.get('name', path.stem)} {number}")
        made.append(from_table(table, where))
    names = [s.name for s in made]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError(f"{path}: two scenarios are called {', '.join(twice)}; give each its own name.")
    return tuple(made)


def from_table(table: Mapping[str, Any], where: str = "scenario") -> Scenario:
    """Make a scenario of a table.

    Raises
    ------
    InputError
        If the question is missing, or a key is unknown.
    """
    tables = [t for t in table if t in registry.families()]
    question = table.get("question") or (tables[0] if len(tables) == 1 else "")
    if question not in registry.families():
        raise InputError(
            f"{where}: say which question = {' | '.join(registry.families())}; got {question!r}."
        )
    unknown = sorted(set(table) - set(_TOP) - set(registry.families()))
    if unknown:
        raise InputError(
            f"{where}: unknown key {', '.join(unknown)}. Known: {', '.join((*_TOP, *registry.families()))}."
        )
    solve = dict(table.get("solve", {}))
    formulation = str(solve.pop("formulation", "")) or registry.default(question)
    if formulation.split(".")[0] != question:
        raise InputError(
            f"{where}: {formulation} does not answer {question}. It needs one of "
            f"{', '.join(registry.names(question))}."
        )
    (options,) = choices.read((SolveOptions,), solve, f"{where}, [solve]")
    return Scenario(
        str(table.get("name", question)), question, dict(table.get(question, {})), options, formulation, where
    )


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` overridden by ``over``, table by table."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in seen or len(seen) > DEEPEST_BASE:
        raise InputError(f"{path}: its bases form a circle: {' -> '.join(p.name for p in seen)}.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path} is larger than {LARGEST_FILE:,} bytes; a scenario is a short text.")
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read as a scenario: {error}.") from error
    base = data.pop("base", "")
    if not base:
        return data
    return merged(_read(path.parent / str(base), (*seen, path.resolve())), data)
