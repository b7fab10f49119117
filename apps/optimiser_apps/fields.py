"""Fields of a question's form, made of the metadata of its dataclasses, in planner's units. No screen here."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from optimiser.errors import InputError
from optimiser.prepare.choices import public_name, to_planner
from optimiser.prepare.questions import kinds
from optimiser.roads.speeds import DRIVERS
from optimiser.solve.options import SolveOptions

Kind = Literal[
    "yes or no",
    "choice",
    "whole",
    "number",
    "list",
    "by grade",
    "text",
    "names",
    "pairs",
    "amounts",
    "links",
    "groups",
    "table",
]

BASICS = "basics"
WORDS = {
    "cover": "Most calls within their target time",
    "travel": "Least driving to calls",
    "as targets allow": "Most calls within target, then least driving; without targets least driving",
    "compactness": "Compact districts",
    "least change": "Least work that changes its district, then least driving",
    "even work": "Most even work, then least driving",
    "short borders": "Shortest borders between districts",
    "picked": "From areas picked below",
    "cover then travel": "Most calls within target, then least driving",
    "cover by priority": "Most calls within target by priority: the most urgent first, then the next, then driving",
    "travel then cover": "Least driving, then most calls within target",
    "stations": "From the stations",
    "free": "From the best area of each district",
    "unit hours": "Unit hours on calls",
    "calls": "Number of calls",
    "cost": "Meet the requirement at least cost",
    "shortage": "Miss the requirement least",
    "available": "Free units that stay",
    "present": "All units, also busy ones",
    "officers": "An officer",
    "units": "A unit",
}
"""Words for the values of choices."""

_UNITS = {"s": "minutes", "frac": "%", "h": "hours"}
_FIRST = ("n_districts", "n_incidents", "n_units")
"""What a planner says before anything else."""
_NOT_SHOWN = ("_per_s", "_m2")
"""Endings of fields in units that no form has; they stay in scenario files."""


@dataclass(frozen=True)
class Field:
    """One field of a form; every value in planner's units."""

    name: str
    kind: Kind
    label: str
    help: str
    group: str
    default: Any
    options: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False
    whole_items: bool = False

    def words(self, value: Any) -> str:
        """Return the words of an option."""
        if isinstance(value, float):
            return f"{value:g}"
        return WORDS.get(str(value), str(value))


def question_fields(family: str) -> tuple[Field, ...]:
    """Return the fields of a question, basics first, then group by group in their own order."""
    return fields_of(kinds(family))


def fields_of(asked: Sequence[type[Any]]) -> tuple[Field, ...]:
    """Return the fields of what some dataclasses hold, in the same order."""
    found = [field for kind in asked for field in _fields(kind)]
    groups = list(dict.fromkeys([BASICS, *(f.group for f in found if f.group != "advanced"), "advanced"]))
    return tuple(sorted(found, key=lambda f: (f.name not in _FIRST, groups.index(f.group))))


def solve_fields() -> tuple[Field, ...]:
    """Return the fields of how to solve."""
    return tuple(_fields(SolveOptions))


def chosen(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that differ from the question's own defaults: what a scenario file would say."""
    by_name = {f.name: f for f in fields}
    return {n: _plain(v) for n, v in values.items() if not _same(v, by_name[n].default)}


def numbers(text: str, label: str, *, whole: bool) -> tuple[float, ...]:
    """Read ``"8, 10, 12"``.

    Raises
    ------
    InputError
        Naming the field and what cannot be read.
    """
    items = [t for t in text.replace(";", ",").split(",") if t.strip()]
    try:
        return tuple(int(t) if whole else float(t) for t in items)
    except ValueError as error:
        what = "whole numbers" if whole else "numbers"
        raise InputError(
            f"{label}: {text!r} should be {what} with commas between, like 8, 10, 12."
        ) from error


def _fields(kind: type[Any]) -> list[Field]:
    hints = typing.get_type_hints(kind)
    found = []
    for f in dataclasses.fields(kind):
        about = f.metadata
        if about.get("hidden") or f.name.endswith(_NOT_SHOWN):
            continue
        made = _field(f, hints[f.name], about)
        if made is not None:
            found.append(made)
    return found


def _field(f: dataclasses.Field[Any], hint: Any, about: Mapping[str, Any]) -> Field | None:
    core = f.default if f.default is not dataclasses.MISSING else _made(f)
    inner = [a for a in get_args(hint) if a is not type(None)]
    optional = get_origin(hint) in (Union, types.UnionType)
    plain = inner[0] if optional else hint
    kind = _kind(f.name, plain, about, core)
    if kind is None:
        return None
    default = to_planner(f.name, core)
    return Field(
        name=public_name(f.name),
        kind=kind,
        label=_label(about),
        help=about["help"],
        group=about["group"],
        default={str(k): v for k, v in default.items()} if kind == "by grade" else default,
        options=_options(f.name, core, about),
        minimum=_bound(f.name, about["minimum"]),
        maximum=_bound(f.name, about["maximum"]),
        optional=optional,
        whole_items=(kind == "list" and inner[0] is int) or (kind == "table" and inner[1] is int),
    )


def _made(f: dataclasses.Field[Any]) -> Any:
    return f.default_factory() if f.default_factory is not dataclasses.MISSING else None


def _kind(name: str, hint: Any, about: Mapping[str, Any], core: Any) -> Kind | None:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is bool:
        return "yes or no"
    if about["options"] or origin is Literal or name == "driver":
        return "choice"
    plain: dict[Any, Kind] = {int: "whole", float: "number", str: "text"}
    if hint in plain:
        return plain[hint]
    if origin is tuple and inner[0] in (int, float):
        return "list"
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if inner[0] is int and core:
            return "by grade"
        return "table" if inner[1] in (int, float) else None
    return _kind_of_list(name, inner) if origin is tuple else None


def _kind_of_list(name: str, inner: tuple[Any, ...]) -> Kind | None:
    """Return how a list is typed: names, pairs of a name and something else, links of two alike, groups."""
    if inner[0] is str or get_origin(inner[0]) is Literal:
        return "names"
    if get_origin(inner[0]) is not tuple:
        return None
    parts = get_args(inner[0])
    if parts[-1] is Ellipsis:
        return "groups"
    if parts[1] is float:
        return "amounts"
    return "links" if name == "apart" else "pairs"


def _options(name: str, core: Any, about: Mapping[str, Any]) -> tuple[Any, ...]:
    if name == "driver":
        return tuple(DRIVERS)
    if isinstance(core, (int, float)) and not isinstance(core, bool):
        return tuple(to_planner(name, float(o)) for o in about["options"])
    return tuple(about["options"])


def _bound(name: str, value: float | None) -> float | None:
    return None if value is None else float(to_planner(name, float(value)))


def _label(about: Mapping[str, Any]) -> str:
    label = about["label"] or about["help"]
    unit = _UNITS.get(about["unit"], "")
    if unit and label.endswith(")"):
        return f"{label[:-1]}; in {unit})"
    return f"{label} ({unit})" if unit and unit not in label else label


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return set(a) == set(b) and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(1.0, abs(b))
    return bool(a == b)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
