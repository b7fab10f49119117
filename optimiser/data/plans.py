"""Plans as files: ``area_id,district_id[,beat_id]`` by row, one plan a file, the file's name its name.

A file that gives districts and beats holds two plans: ``name`` and, one level down, ``name:beats``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.data.quality import Finding, finding
from optimiser.data.read import KINDS, read_table
from optimiser.data.spreadsheet import honest
from optimiser.data.store import write_plan
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

_AREA_NAMES = ("area_id", "area", "dest", "destination", "pdgrid", "grid", "ra")
_DISTRICT_NAMES = ("district_id", "district", "beat_id", "beat", "sector", "source", "centre", "center")
_CENTRES = ("source", "centre", "center")
_BEAT_NAMES = ("beat_id", "beat")
BEATS = ":beats"
"""Ends the name of the beats of a plan that has districts as well."""
RESERVED = ("current", "districts", "beats")
"""Names that mean what is in use today."""
_MOST_NAMED = 20


@dataclass(frozen=True)
class PlanFile:
    """What a file says of the areas of a map, and what is wrong with it.

    Parameters
    ----------
    path
        Where it stands.
    district_of, beat_of
        By area id; an area without one is left out. ``beat_of`` is empty where the file gives no beats beside
        districts.
    missing
        Areas of the map that the file leaves out or gives no district.
    extra
        Line and id of rows whose area is not on the map.
    doubled
        Line, id and first line of areas that stand there again with the same district.
    contradicting
        Line and a sentence for areas that stand there again with another district or beat.
    split_beats
        Beats that lie in more than one district, with these.
    unread
        What the reader set aside, in words.
    """

    path: Path
    district_of: Mapping[str, str]
    beat_of: Mapping[str, str]
    missing: tuple[str, ...] = ()
    extra: tuple[tuple[int, str], ...] = ()
    doubled: tuple[tuple[int, str, int], ...] = ()
    contradicting: tuple[tuple[int, str], ...] = ()
    split_beats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps the file from being used, by line."""
        found = [(line, f"line {line}: {name!r} is not an area") for line, name in self.extra]
        found += [(line, f"line {line}: {said}") for line, said in self.contradicting]
        return tuple(said for _, said in sorted(found))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a planner should know of it, though it can be used."""
        said = [f"line {n}: area {name!r} again, as on line {first}" for n, name, first in self.doubled]
        if self.missing:
            n = len(self.missing)
            said.append(f"{n} area{'' if n == 1 else 's'} without a district: {_some(self.missing)}")
        said += [f"beat {b} lies in {' and '.join(d)}" for b, d in self.split_beats.items()]
        said += [
            f"districts {' and '.join(map(repr, names))} differ by capitals or spaces alone: one, mistyped?"
            for names in _alike(self.district_of.values())
        ]
        return (*said, *self.unread)

    def usable(self) -> PlanFile:
        """Return this file.

        Raises
        ------
        InputError
            With all its faults by line, and then what is missing, if it has any fault.
        """
        if not self.district_of and self.extra and not self.contradicting:
            names = _some(tuple(dict.fromkeys(name for _, name in self.extra)), 5)
            raise InputError(
                f"{self.path}: none of its areas is on this map ({names}). It is a plan for other areas, or names "
                "them otherwise: use the ids of the areas imported."
            )
        if self.faults:
            more = f" and {len(self.faults) - _MOST_NAMED} more" if len(self.faults) > _MOST_NAMED else ""
            also = f" Besides: {'; '.join(self.notes[:_MOST_NAMED])}." if self.notes else ""
            raise InputError(
                f"{self.path}: {'; '.join(self.faults[:_MOST_NAMED])}{more}.{also} Each area of a plan once, by its id."
            )
        return self


def _alike(names: Iterable[str]) -> list[list[str]]:
    """Return the names that are one but for capitals and spaces, group by group."""
    groups: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        groups.setdefault("".join(name.casefold().split()), []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def keep_plan(
    folder: Path,
    name: str,
    district_of: Mapping[str, str],
    beat_of: Mapping[str, str] | None = None,
    *,
    again: bool = False,
) -> Path:
    """Write a plan into a folder of plans under a name of its own, and return the file.

    Raises
    ------
    InputError
        If the name cannot be a plan's, is taken (and ``again`` is False), or there is nothing to keep.
    """
    path = check_free(folder, name, again=again)
    if not district_of:
        raise InputError(f"Plan {name} would be empty: no area has a district.")
    write_plan(folder, name, district_of, beat_of)
    return path


def check_free(folder: Path, name: str, *, again: bool) -> Path:
    """Return the file of a plan that may be written.

    Raises
    ------
    InputError
        If the name cannot be a plan's, or is taken and ``again`` is False.
    """
    check_name(name)
    path = folder / f"{name}.csv"
    if path.exists() and not again:
        raise InputError(f"There is a plan {name} already ({path}). Choose another name, or say --again.")
    return path


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a plan.

    Raises
    ------
    InputError
        Saying what a name may be.
    """
    if not re.fullmatch(r"\w[\w .-]{0,59}", name) or name.endswith((".", " ", ".csv")) or name in RESERVED:
        raise InputError(
            f"{name!r} cannot be a plan's name: letters, digits, blanks, hyphens and dots, at most 60, and none of "
            f"{', '.join(RESERVED)}."
        )


def _some(names: tuple[str, ...], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def other_names(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return every name an area answers to: its id, and its other id where that is nobody's id."""
    ids = areas["area_id"].tolist()
    others = areas["other_id"].tolist()
    known = {o: a for o, a in zip(others, ids, strict=True) if o and others.count(o) == 1}
    return {**known, **{a: a for a in ids}}


def current_plan(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the beats in use, or the districts where no beat is given; areas without one are left out."""
    column = "beat_id" if (areas["beat_id"] != "").any() else "district_id"
    return {a: d for a, d in zip(areas["area_id"], areas[column], strict=True) if d}


def named(paths: Sequence[Path]) -> dict[str, Path]:
    """Return plan files by the name that their plan gets: the file's, without its ending.

    Raises
    ------
    InputError
        Where two files would get one name, or a name means what is in use.
    """
    found: dict[str, Path] = {}
    for path in paths:
        ending = next((k for k in sorted(KINDS, key=len, reverse=True) if path.name.lower().endswith(k)), "")
        name = path.name[: len(path.name) - len(ending)]
        if name in RESERVED or not name:
            raise InputError(f"{path}: {name!r} means what is in use today; give the file another name.")
        if name in found:
            raise InputError(f"{path} and {found[name]} would both be plan {name!r}; rename one of them.")
        found[name] = path
    return found


class Plans(Mapping[str, Mapping[str, str]]):
    """District of each area by name of the plan.

    A plan whose file cannot be used is no entry, but its name is known: to look it up raises what is wrong with it.

    Parameters
    ----------
    usable
        The plans.
    faults
        What is wrong with the others, by name.
    """

    def __init__(
        self, usable: Mapping[str, Mapping[str, str]], faults: Mapping[str, str] | None = None
    ) -> None:
        self._usable = dict(usable)
        self.faults = {n: said for n, said in (faults or {}).items() if n not in self._usable}

    def __contains__(self, name: object) -> bool:
        return name in self._usable or str(name).removesuffix(BEATS) in self.faults

    def __getitem__(self, name: str) -> Mapping[str, str]:
        if name not in self._usable and name.removesuffix(BEATS) in self.faults:
            raise InputError(self.faults[name.removesuffix(BEATS)])
        return self._usable[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._usable)

    def __len__(self) -> int:
        return len(self._usable)


def read_plans(folder: Path, areas: gpd.GeoDataFrame) -> tuple[Plans, list[Finding]]:
    """Read every ``*.csv`` of a folder of plans; no folder, no plans.

    Returns
    -------
    Plans
        The plans of the files that can be used; the faults of the others by name.
    list of Finding
        One for each file that cannot be used.
    """
    known = other_names(areas)
    plans: dict[str, Mapping[str, str]] = {}
    faults: dict[str, str] = {}
    found = []
    for path in sorted(folder.glob("*.csv")):
        name = path.name.removesuffix(".csv")
        try:
            named([path])
            file = read_plan_file(path, known).usable()
        except InputError as error:
            faults[name] = str(error)
            found.append(_unusable(path, str(error)))
            continue
        plans[name] = file.district_of
        if file.beat_of:
            plans[f"{name}{BEATS}"] = file.beat_of
    return Plans(plans, {n: said for n, said in faults.items() if n not in RESERVED}), found


def _unusable(path: Path, said: str) -> Finding:
    """Say what keeps a file of the folder of plans from being used; all else is used without it."""
    fault = said.removeprefix(str(path)).lstrip(":, ").rstrip(".")
    return finding(
        f"plan {path.stem}: its file cannot be used",
        1,
        0,
        f"{fault}. Mend the file or take it away; the other plans can be used",
        source=f"{path.parent.name}/{path.name}",
    )


def read_plan(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Return the district by area id of one plan; see :func:`read_plan_file`.

    Raises
    ------
    InputError
        Naming missing columns, unknown areas, and areas given twice to different districts.
    """
    return dict(read_plan_file(path, known).usable().district_of)


def read_plan_file(path: Path, known: Mapping[str, str]) -> PlanFile:
    """Read one plan and say all that is wrong with it.

    Parameters
    ----------
    path
        Table with a column for the area, one for its district and perhaps one for its beat, separated by comma,
        semicolon, tab or ``|``.
    known
        Every name of an area to its id.

    Returns
    -------
    PlanFile
        A district named by an area (its centre) is named by that area's id.

    Raises
    ------
    InputError
        If the file is no table, or has no column for the area or the district.
    """
    header = read_table(path, ()).header
    lower = {h.casefold(): h for h in reversed(header)}
    area = next((lower[n] for n in _AREA_NAMES if n in lower), None)
    district = next((lower[n] for n in _DISTRICT_NAMES if n in lower), None)
    beat = next((lower[n] for n in _BEAT_NAMES if n in lower and lower[n] != district), None)
    if area is None or district is None:
        raise InputError(
            f"{path}, line 1: a plan needs columns area_id and district_id; it has {', '.join(header)}."
        )
    columns = [area, district, *([beat] if beat else [])]
    table = read_table(path, columns)
    rows = _Rows(known, centres=district.casefold() in _CENTRES)
    cells = (table.frame[c] for c in columns)
    for line, *row in zip(table.lines.tolist(), *cells, strict=True):
        rows.add(line, *(honest(str(cell).strip()) for cell in row))
    set_aside = tuple(
        f"{r.count} {r.rule} set aside ({', '.join(r.examples)})" for r in table.repairs if r.set_aside
    )
    return PlanFile(
        path,
        rows.district_of,
        rows.beat_of,
        missing=tuple(sorted(set(known.values()) - set(rows.district_of))),
        extra=tuple(rows.extra),
        doubled=tuple(rows.doubled),
        contradicting=tuple(rows.contradicting),
        split_beats=_split(rows.district_of, rows.beat_of),
        unread=set_aside,
    )


class _Rows:
    """The rows of a plan, one after the other."""

    def __init__(self, known: Mapping[str, str], *, centres: bool) -> None:
        self._known = known
        self._centres = centres
        self._first: dict[str, int] = {}
        self.district_of: dict[str, str] = {}
        self.beat_of: dict[str, str] = {}
        self.extra: list[tuple[int, str]] = []
        self.doubled: list[tuple[int, str, int]] = []
        self.contradicting: list[tuple[int, str]] = []

    def add(self, line: int, name: str, district: str, beat: str = "") -> None:
        """Take one row."""
        if name not in self._known:
            self.extra.append((line, name))
            return
        area = self._known[name]
        if self._centres:
            district = self._known.get(district, district)
        first = self._first.setdefault(area, line)
        other = ""
        for now, given in ((district, self.district_of), (beat, self.beat_of)):
            if now and given.setdefault(area, now) != now:
                other = other or f"area {name!r} is given to {now!r} and, on line {first}, to {given[area]!r}"
        if other:
            self.contradicting.append((line, other))
        elif first != line:
            self.doubled.append((line, name, first))


def _split(district_of: Mapping[str, str], beat_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the beats that lie in more than one district."""
    homes: dict[str, set[str]] = {}
    for area, beat in beat_of.items():
        if area in district_of:
            homes.setdefault(beat, set()).add(district_of[area])
    return {b: tuple(sorted(d)) for b, d in sorted(homes.items()) if len(d) > 1}
