"""The catalogue of shift patterns: what is known of each, and what follows from its days."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from optimiser.data.pattern_need import clock_s
from optimiser.errors import UsageError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, SECONDS_PER_HOUR

OFF = "-"
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class CataloguePattern:
    """One pattern of the catalogue.

    Parameters
    ----------
    id, name
        As on the command line, and in words.
    squads
        Days of each squad over one cycle from a Monday on, a letter a day; the first is the pattern itself.
    shifts
        Letter to start (hours after midnight) and length in hours.
    teams_24_7
        Teams for one post round the clock, in the source's words.
    fatigue, source
        In words.
    """

    id: str
    name: str
    squads: tuple[str, ...]
    shifts: dict[str, tuple[float, float]]
    teams_24_7: str
    fatigue: str
    source: str

    @property
    def cycle_days(self) -> int:
        """Days until the pattern begins anew."""
        return len(self.squads[0])

    @property
    def week_h(self) -> float:
        """Mean hours a week, over all squads."""
        hours = sum(self.shifts[d][1] for squad in self.squads for d in squad if d != OFF)
        return hours * DAYS_A_WEEK / self.cycle_days / len(self.squads)

    @property
    def weekends_off(self) -> float:
        """Share of weekends with Saturday and Sunday off, over all squads and all weeks that the cycle passes."""
        off = [
            days[k] == OFF and days[k + 1] == OFF
            for days in (squad * DAYS_A_WEEK for squad in self.squads)
            for k in range(5, len(days), DAYS_A_WEEK)
        ]
        return sum(off) / len(off)

    @property
    def longest_work(self) -> int:
        """Most working days in a row, round the cycle."""
        return max(map(len, "".join("w" if d != OFF else " " for d in self.squads[0] * 2).split()))

    @property
    def longest_off(self) -> int:
        """Most days off in a row, round the cycle."""
        return max(map(len, "".join("o" if d == OFF else " " for d in self.squads[0] * 2).split()))

    def on_duty(self, moved_h: int = 0) -> NDArray[np.int64]:
        """Return the fewest squads on duty by hour of the week, over all weeks, all starts moved by some hours.

        A squad counts in an hour that lies wholly within its shift. Shape (168,).
        """
        weeks = self.cycle_days  # seven cycles are as many weeks as the cycle has days
        total = np.zeros(weeks * HOURS_PER_WEEK, dtype=np.int64)
        for squad in self.squads:
            for day, shift in enumerate(squad * DAYS_A_WEEK):
                if shift != OFF:
                    start, hours = self.shifts[shift]
                    first = day * HOURS_PER_DAY + start + moved_h
                    whole = np.arange(np.ceil(first - 1e-9), np.floor(first + hours + 1e-9), dtype=np.int64)
                    total[whole % total.size] += 1
        fewest: NDArray[np.int64] = total.reshape(weeks, HOURS_PER_WEEK).min(axis=0)
        return fewest


@cache
def pattern_catalogue() -> tuple[CataloguePattern, ...]:
    """Return the catalogue, in the order of its file."""
    text = resources.files("optimiser.data").joinpath("pattern_catalogue.toml").read_text(encoding="utf-8")
    found = []
    for table in tomllib.loads(text)["pattern"]:
        shifts = {
            letter: ((clock_s(start) or 0.0) / SECONDS_PER_HOUR, float(hours))
            for letter, (start, hours) in table.pop("shifts").items()
        }
        found.append(CataloguePattern(squads=tuple(table.pop("squads")), shifts=shifts, **table))
    return tuple(found)


def pattern_named(name: str) -> CataloguePattern:
    """Return a pattern by its id.

    Raises
    ------
    UsageError
        If there is none, naming those that there are.
    """
    known = {p.id: p for p in pattern_catalogue()}
    if name not in known:
        raise UsageError(f"There is no pattern {name!r} in the catalogue; there are {', '.join(known)}.")
    return known[name]
