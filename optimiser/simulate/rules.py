"""The rules of the force that hold whatever the policy: grades, targets, reserve, interruption, queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.state import GRADE, RuleArrays
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

ByGrade = Mapping[int, float]
_STRICT_S = 1e9


@dataclass(frozen=True, kw_only=True)
class Rules:
    """By grade, each a mapping; a grade that is not named has the default.

    Parameters
    ----------
    grades
        The grades, the most urgent first.
    target_s
        Attend-within target (default: none).
    reserve_units
        Units that must stay free when one is sent to this grade (reserve cut-off; default 0).
    reserve_until_s
        After this wait the reserve no longer holds the call back (default: never).
    together
        Grades whose units go only when enough of them are free; else each goes as it comes free.
    by_officers
        Whether ``Calls.need`` counts officers, so that a two-officer car counts two; else units.
    ends_proactive, ends_break
        Grades that end a proactive block (default all) or a break (default none).
    interrupts
        Grade to the least urgent-ness it may interrupt: ``{1: 2}``, grade 1 takes units off calls of grade 2 and
        below where none is free. The call interrupted is open again with the rest of its work.
    diverts
        Grade to the least urgent-ness of calls whose units, still on their way, it may turn round where that brings
        a unit sooner by ``divert_gain_s`` than any free one. The call left is open again.
    takes_over
        Grades whose call a unit that comes free takes over from one still on its way to it, where it is there sooner
        by ``divert_gain_s``; the other is free then.
    divert_gain_s
        See ``diverts`` and ``takes_over`` (hysteresis, so that units do not flap; default 60 s).
    patience_s
        A call that nobody was sent to within this time leaves the queue (phone; default: never).
    turnout_s
        From the order to the wheels (default 0).
    tail_s
        A unit is not sent in the last so many seconds of its tour (default 0).
    rank_s
        Head start in the queue; None: strict priority of grades. With numbers a call of a grade ages into the next:
        it is served in the order of time of call plus its rank.
    site_lights
        Whether a prisoner run goes at the most urgent grade's speed.
    handover_s
        Time at the start of a tour in which a unit cannot be sent.
    block_s
        Quiet time of at least this length counts as a usable block.
    bin_s
        Interval of utilisation; divides the week.
    """

    grades: tuple[int, ...] = (1,)
    target_s: ByGrade = field(default_factory=dict)
    reserve_units: ByGrade = field(default_factory=dict)
    reserve_until_s: ByGrade = field(default_factory=dict)
    together: tuple[int, ...] = ()
    by_officers: bool = False
    ends_proactive: tuple[int, ...] | None = None
    ends_break: tuple[int, ...] = ()
    interrupts: Mapping[int, int] = field(default_factory=dict)
    diverts: Mapping[int, int] = field(default_factory=dict)
    takes_over: tuple[int, ...] = ()
    divert_gain_s: float = 60.0
    patience_s: ByGrade = field(default_factory=dict)
    turnout_s: ByGrade = field(default_factory=dict)
    tail_s: ByGrade = field(default_factory=dict)
    rank_s: ByGrade | None = None
    site_lights: bool = False
    handover_s: float = 0.0
    block_s: float = 1800.0
    bin_s: float = SECONDS_PER_HOUR

    def __post_init__(self) -> None:
        known = set(self.grades)
        if not known or len(known) != len(self.grades):
            raise InputError(f"grades must be one or more different numbers, got {self.grades}.")
        for name in (
            "target_s",
            "reserve_units",
            "reserve_until_s",
            "interrupts",
            "patience_s",
            "turnout_s",
            "tail_s",
        ):
            given = getattr(self, name)
            unknown = sorted(set(given) - known)
            if unknown:
                raise InputError(
                    f"{name} names grade {unknown[0]}; grades are {', '.join(map(str, self.grades))}."
                )
            if any(not v >= 0 for v in given.values()):
                raise InputError(f"{name} must be 0 or more for every grade, got {dict(given)}.")
        week_s = HOURS_PER_WEEK * SECONDS_PER_HOUR
        if not self.bin_s > 0 or week_s % self.bin_s:
            raise InputError(f"bin_s must divide the week of {week_s:g} s, got {self.bin_s}.")
        strange = sorted(set(self.takes_over) - known)
        if strange:
            raise InputError(
                f"takes_over names grade {strange[0]}; grades are {', '.join(map(str, self.grades))}."
            )
        for given in (self.interrupts, self.diverts):
            for grade, least in given.items():
                if {grade, least} - known or self.grades.index(least) <= self.grades.index(grade):
                    raise InputError(f"Grade {grade} may interrupt only less urgent grades, got {least}.")

    @property
    def n_bins(self) -> int:
        """Intervals of the week."""
        return round(HOURS_PER_WEEK * SECONDS_PER_HOUR / self.bin_s)

    def arrays(self, warm_s: float, end_s: float) -> RuleArrays:
        """Return the arrays of the engine for a measured window."""
        n = len(self.grades)

        def by(given: ByGrade, default: float) -> NDArray[np.float64]:
            return np.array([float(given.get(g, default)) for g in self.grades])

        def among(given: tuple[int, ...] | None) -> NDArray[np.bool_]:
            return np.array([given is None or g in given for g in self.grades])

        def least(given: Mapping[int, int]) -> list[int]:
            return [self.grades.index(given[g]) if g in given else n for g in self.grades]

        strict = {g: k * _STRICT_S for k, g in enumerate(self.grades)}
        table = np.zeros(n, dtype=GRADE)
        table["rank"] = by(strict if self.rank_s is None else self.rank_s, 0.0)
        table["reserve"] = by(self.reserve_units, 0.0)
        table["reserve_until"] = by(self.reserve_until_s, np.inf)
        table["together"] = among(self.together)
        table["from_proactive"] = among(self.ends_proactive)
        table["from_break"] = among(self.ends_break)
        table["cuts"] = least(self.interrupts)
        table["diverts"] = least(self.diverts)
        table["takes_over"] = among(self.takes_over)
        table["divert_gain"] = self.divert_gain_s
        table["patience"] = by(self.patience_s, np.inf)
        table["turnout"] = by(self.turnout_s, 0.0)
        table["tail"] = by(self.tail_s, 0.0)
        table["target"] = by(self.target_s, np.inf)
        return RuleArrays(
            grade=table,
            by_officers=bool(self.by_officers),
            takes_over=bool(self.takes_over),
            site_lights=bool(self.site_lights),
            handover=float(self.handover_s),
            bin_s=float(self.bin_s),
            warm=float(warm_s),
            end=float(end_s),
            block=float(self.block_s),
        )
