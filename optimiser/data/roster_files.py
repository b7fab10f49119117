"""Teams, patterns and what was worked before: small tables of a planner, and the roster system's own export."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.read import read_exact
from optimiser.errors import InputError

_MOST_FAULTS = 20
_MOST = 10_000
OFF = "-"
_OWN = ("team", "officers", "supervisors", "vehicles", "pattern", "phase")


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team: what it brings on duty, its officers by skill, and the pattern and phase (from 0) it is on."""

    team: str
    officers: int
    supervisors: int
    vehicles: int
    skills: dict[str, int]
    pattern: str
    phase: int


def read_teams(path: Path) -> tuple[TeamRow, ...]:
    """Read ``team,officers``, perhaps ``supervisors,vehicles,pattern,phase`` (from 1), and a column for each skill.

    Raises
    ------
    InputError
        Naming, all together, rows whose team or numbers cannot be.
    """
    lower, rows = _rows(path, ("team", "officers"))
    skills = [c for c in lower if c not in _OWN]
    found: list[TeamRow] = []
    faults = []
    for line, cells in rows:
        counts = {
            c: _count(cells.get(c, "") or "0") for c in ("officers", "supervisors", "vehicles", *skills)
        }
        phase = _count(cells.get("phase", "") or "1")
        bad = [c for c, n in counts.items() if n is None]
        team = cells["team"]
        if not team or any(r.team == team for r in found):
            faults.append(f"line {line}: team {team!r} {'stands twice' if team else 'has no name'}")
        elif bad:
            faults.append(f"line {line}: {bad[0]} {cells.get(bad[0])!r} is no whole number of 0 or more")
        elif phase is None or phase < 1:
            faults.append(f"line {line}: phase {cells.get('phase')!r} is no day of a pattern, from 1 on")
        else:
            known = {c: n for c, n in counts.items() if n is not None}
            own = {s: known[s] for s in skills}
            found.append(
                TeamRow(
                    team, known["officers"], known["supervisors"], known["vehicles"], own,
                    cells.get("pattern", ""), phase - 1,
                )
            )  # fmt: skip
    _refuse(path, faults, empty=not found)
    return tuple(found)


def read_patterns(path: Path) -> dict[str, tuple[str, ...]]:
    """Read ``pattern,days``: days as shifts with blanks between, ``E E L L N N - - - -`` (``off`` is a day off too).

    Raises
    ------
    InputError
        Naming patterns that stand twice or have no days.
    """
    _, rows = _rows(path, ("pattern", "days"))
    found: dict[str, tuple[str, ...]] = {}
    faults = []
    for line, cells in rows:
        name, days = cells["pattern"], tuple(map(_day, cells["days"].split()))
        if not name or name in found or not days:
            faults.append(f"line {line}: pattern {name!r} stands twice, has no name or no days")
        else:
            found[name] = days
    _refuse(path, faults, empty=not found)
    return found


def read_worked(path: Path, first: dt.date) -> dict[str, dict[dt.date, str]]:
    """Read what teams worked before a date: ``team,date,shift``, as a roster of ours is written.

    Raises
    ------
    InputError
        Naming dates that are none, and days of a team that stand twice.
    """
    _, rows = _rows(path, ("team", "date", "shift"))
    found: dict[str, dict[dt.date, str]] = {}
    faults = []
    for line, cells in rows:
        try:
            date = dt.date.fromisoformat(cells["date"])
        except ValueError:
            faults.append(f"line {line}: {cells['date']!r} is no date as 2027-01-04")
            continue
        mine = found.setdefault(cells["team"], {})
        if date in mine:
            faults.append(f"line {line}: {cells['team']} on {date} stands twice")
        elif date < first:
            mine[date] = _day(cells["shift"])
    _refuse(path, faults, empty=False)
    return found


def _rows(path: Path, needed: tuple[str, ...]) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    if not path.is_file():
        raise InputError(f"{path} is missing; it needs the columns {', '.join(needed)}.")
    table = read_exact(path, by_hand=True)
    lower = {h.strip().casefold(): h for h in reversed(table.header)}
    missing = [c for c in needed if c not in lower]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it has {', '.join(table.header)}.")
    names = [h.strip().casefold() for h in table.header]
    columns = [table.frame[lower[c]].astype(str).str.strip() for c in names]
    rows = [
        (int(line), dict(zip(names, cells, strict=True)))
        for line, *cells in zip(table.lines, *columns, strict=True)
    ]
    return names, rows


def _day(text: str) -> str:
    """Return a shift, or ``-`` for a day off however it is written."""
    return OFF if text.casefold() in ("", "off", OFF) else text


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _MOST else None


def _refuse(path: Path, faults: list[str], *, empty: bool) -> None:
    if empty and not faults:
        faults = ["there is no row under the heading"]
    if faults:
        more = f" and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise InputError(f"{path}: {'; '.join(faults[:_MOST_FAULTS])}{more}.")
