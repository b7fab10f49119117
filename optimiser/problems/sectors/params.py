"""The planner's choices for a sector design: how many districts, what to aim for, and the rules that hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations, choice

ObjectiveName = Literal[
    "cover",
    "cover 1",
    "cover 2",
    "cover 3",
    "cover 4",
    "cover 5",
    "cover 6",
    "cover 7",
    "cover 8",
    "cover 9",
    "travel",
    "backup",
    "expected",
    "compactness",
    "moved",
    "deviation",
    "splits",
    "boundary",
    "score",
]
AREAS = "areas"
"""The kind of work that counts areas, one each."""
PRIORITIES = tuple(range(1, 10))
"""Priorities whose cover can be an aim of its own, 1 the most urgent."""
PRIORITY_COVERS = {f"cover {priority}": priority for priority in PRIORITIES}
"""Objectives that count the calls of one priority alone, within that priority's own target."""
SENSES: Mapping[str, Sense] = {
    "cover": "max",
    "backup": "max",
    "expected": "max",
    "travel": "min",
    "compactness": "min",
    "moved": "min",
    "deviation": "min",
    "splits": "min",
    "boundary": "min",
    "score": "min",
    **dict.fromkeys(PRIORITY_COVERS, "max"),
}
"""Which way is good, by objective."""

LIMITED: Mapping[str, tuple[str, str]] = {
    "cover": ("calls covered are no fewer than a given number", "calls per week"),
    "travel": ("all driving to calls together is no more than a given amount", "call-seconds per week"),
    "backup": ("calls with a second centre are no fewer than a given number", "calls per week"),
    "expected": ("calls that find a free car are no fewer than a given number", "calls per week"),
    "compactness": ("the spread around the centres is no larger than a given amount", "call-m2"),
    "deviation": ("no district is further off its target share than a given amount", "frac"),
    "splits": ("all named places together are cut into no more than a given number of pieces", "pieces"),
}
"""Objectives that can be held within a limit instead of aimed at: what the rule asks, and its unit."""
HELD: Mapping[str, tuple[str, str]] = {
    **LIMITED,
    **{
        name: (f"calls of priority {p} covered are no fewer than a given number", "calls per week")
        for name, p in PRIORITY_COVERS.items()
    },
}
"""The same with the cover of each priority by itself."""


def limit_rule(objective: str) -> str:
    """Return the name of the rule that holds an objective within its limit; change has one of its own."""
    return "change" if objective == "moved" else f"{objective} limit"


ShapeName = Literal["", "closer neighbour", "smooth", "round"]

RULES = (
    Rule("known areas", "a plan names only areas of this map", "areas", relaxable=False),
    Rule("known districts", "a plan names only the districts asked for", "areas", relaxable=False),
    Rule("every area", "every area belongs to exactly one district", "areas", relaxable=False),
    Rule(
        "centre",
        "every district has one centre, a candidate that lies in one of its own areas",
        "districts",
        False,
    ),
    Rule("fixed centre", "a district whose centre is given keeps it", "districts", relaxable=False),
    Rule(
        "old ground",
        "where change is counted, a district of today keeps a free centre within its areas of today",
        "districts",
        relaxable=False,
    ),
    Rule("contiguity", "every area of a district can be reached from its centre without leaving it", "areas"),
    Rule("balance", "a district's share of the work stays near its target share", "frac"),
    Rule("ceiling", "no district has more of a kind of work than one supervisor can oversee", "of its kind"),
    Rule("lock", "a locked area belongs to the district it is locked to", "areas"),
    Rule("together", "areas kept together are in one district", "areas"),
    Rule("apart", "areas kept apart are in different districts", "pairs"),
    Rule("longest drive", "no area is further from its centre than the longest drive", "s"),
    Rule("response", "a critical location is within its own required drive of its centre", "s"),
    Rule("change", "no more than a given share of the work changes its district", "frac"),
    Rule("splits", "named places are cut into no more than a given number of further pieces", "pieces"),
    Rule("shape", "no area juts out: it touches enough areas of its district nearer to the centre", "areas"),
    *(Rule(limit_rule(name), meaning, unit) for name, (meaning, unit) in HELD.items()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsParams:
    """The planner's choices.

    Parameters
    ----------
    district_ids
        Names of the districts, k of them.
    fixed_centres
        Centre id of each district, "" where it is free; empty for all free.
    target_shares
        Share of the work each district should get; empty for equal shares. Sums to 1.
    balance_frac
        Per attribute of the work, the largest relative deviation from the target share: 0.05 is +-5 %. A part of
        the day is an attribute of its own ("unit hours, night").
    ceilings
        Per attribute, the most of it that one district may have: a supervisor's span of control.
    objectives
        In order of importance. "cover" and "travel" are calls within target of their centre and call-weighted
        drive; "cover 1", "cover 2" ... count the calls of one priority alone; "backup" counts calls within target of
        a second centre too, "expected" those that find a free car (``busy_frac``); "compactness" is work times
        squared distance to the centre; "moved" the work that changes its district; "deviation" the largest deviation
        from a target share; "splits" the further pieces of named places; "boundary" the length of border between
        districts. "score" adds up ``weights``.
    cover_weights
        Weight of a call of each priority that counts for "cover"; empty where all calls that count weigh 1. What
        ``covered_calls`` and ``cover_calls`` of the problem are the weighted sums by.
    weights
        Of each objective in the score, per unit of it: cover counts against the score, travel for it.
    busy_frac
        Share of the time that a district's car is busy, for "expected".
    backup_centres
        Centres within target, the own one among them, that make a "backup": 2, or more.
    locks
        Pairs (area id, district id).
    together, apart
        Groups of areas kept in one district, pairs of areas kept in different ones. A group counts as one large
        area: its members are linked to each other.
    longest_drive_s
        Longest drive from a centre to its areas in seconds; inf for none.
    change_limit_frac
        Largest share of today's work (attribute ``moved_on``, "" for the first) that may change its district.
    split_limits
        Per kind of named place, how many further pieces there may be: 0 splits none of them.
    limits
        Per objective of :data:`HELD`, in its own unit, the least (cover, backup, expected) or the most (the others)
        that a plan may come to: an objective held, not aimed at. Haimes, Lasdon and Wismer (1971).
    shape
        "closer neighbour": every area that is not next to its centre touches one area of its district which is
        closer to the centre; "smooth": two of them where there are two; "round": the third rule of the study.
        Vlcek, Haase, Fliedner and Cors, OR Spectrum 46 (2024), contiguity and compactness C1, C2 and C3.
    called
        ``district`` or ``beat``: how words and tables name one part of the plan.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    district_ids: tuple[str, ...] = field(metadata=choice("", "Names of the districts", hidden=True))
    fixed_centres: tuple[str, ...] = asked((), "", "Centre of each district", hidden=True)
    target_shares: tuple[float, ...] = asked((), "frac", "Share of the work per district")
    balance_frac: Mapping[str, float] = asked(
        {}, "frac", "Largest deviation from the target share, per kind of work"
    )
    ceilings: Mapping[str, float] = asked({}, "", "Most of a kind of work that a district may have")
    objectives: tuple[ObjectiveName, ...] = asked(("travel",), "", "What to aim for, most important first")
    weights: Mapping[str, float] = asked({}, "", "Weight of each objective in the score")
    cover_weights: Mapping[int, float] = asked({}, "", "Weight of a call of each priority in cover")
    busy_frac: float = asked(0.3, "frac", "Share of the time a district's car is busy")
    backup_centres: int = asked(2, "", "Centres within target that make a backup", group="advanced")
    locks: tuple[tuple[str, str], ...] = asked((), "", "Areas tied to a district")
    together: tuple[tuple[str, ...], ...] = asked((), "", "Areas kept in one district")
    apart: tuple[tuple[str, str], ...] = asked((), "", "Areas kept in different districts")
    longest_drive_s: float = asked(
        float("inf"), "s", "Longest drive from a centre to its areas", group="advanced"
    )
    change_limit_frac: float = asked(
        1.0, "frac", "Largest share of today's work that may change its district"
    )
    moved_on: str = asked("", "", "Kind of work that change is counted in")
    split_limits: Mapping[str, int] = asked({}, "pieces", "Further pieces of named places, per kind of place")
    limits: Mapping[str, float] = asked({}, "", "Limits that objectives are held within")
    contiguity: bool = asked(True, "", "Districts hang together", group="advanced")
    shape: ShapeName = asked("", "", "No area juts out", group="advanced")
    called: str = asked("district", "", "What a district is called", hidden=True)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        self._check_districts()
        self._check_amounts()
        self._check_objectives()
        check_relaxations(self.relax, RULES)
        self._check_areas()

    def _check_districts(self) -> None:
        k = len(self.district_ids)
        if self.called not in ("district", "beat"):
            raise InputError(f"called must be district or beat, got {self.called!r}.")
        if k < 1 or len(set(self.district_ids)) != k:
            raise InputError(
                f"district_ids must be at least one, all different; got {list(self.district_ids)}."
            )
        for name, given in (("fixed_centres", self.fixed_centres), ("target_shares", self.target_shares)):
            if given and len(given) != k:
                raise InputError(
                    f"{name} has {len(given)} entries for {k} districts; give one each, or none."
                )
        named = [c for c in self.fixed_centres if c]
        if len(set(named)) != len(named):
            raise InputError(f"fixed_centres gives one centre to two districts: {sorted(named)}.")
        if self.target_shares and not (
            min(self.target_shares) > 0 and abs(sum(self.target_shares) - 1) <= 1e-6
        ):
            raise InputError(
                f"target_shares must be positive and sum to 1; they sum to {sum(self.target_shares):g}."
            )

    def _check_amounts(self) -> None:
        for name, tolerance in self.balance_frac.items():
            if not tolerance >= 0:
                raise InputError(f"balance_frac of {name} must be at least 0, got {tolerance}; 5 % is 0.05.")
        for name, most in self.ceilings.items():
            if not most > 0:
                raise InputError(f"ceilings of {name} must be positive, got {most}.")
        for priority, weight in self.cover_weights.items():
            if not (math.isfinite(weight) and weight >= 0):
                raise InputError(
                    f"cover_weights of priority {priority} must be 0 or more and finite, got {weight}."
                )
        if self.cover_weights and not sum(self.cover_weights.values()) > 0:
            raise InputError(
                "cover_weights are all 0, so no call counts for cover: give one of them a weight."
            )
        for name, pieces in self.split_limits.items():
            if pieces < 0:
                raise InputError(f"split_limits of {name} must be 0 or more pieces, got {pieces}.")
        for name, limit in self.limits.items():
            if name not in HELD:
                raise InputError(
                    f"limits may name {', '.join(LIMITED)} or cover 1, cover 2 ...; got {name!r}. Change has "
                    "change_limit_frac, and the border between districts can be aimed at, not limited."
                )
            if not (math.isfinite(limit) and limit >= 0):
                raise InputError(f"limits of {name} must be 0 or more and finite, got {limit}.")
        if not self.longest_drive_s > 0:
            raise InputError(f"longest_drive_s must be positive seconds, got {self.longest_drive_s}.")
        if not self.change_limit_frac >= 0:
            raise InputError(
                f"change_limit_frac must be 0 or more, got {self.change_limit_frac}; 10 % is 0.1."
            )
        if self.backup_centres < 2:
            raise InputError(
                f"backup_centres must be 2 or more, got {self.backup_centres}: the own one counts."
            )
        if not 0 <= self.busy_frac < 1:
            raise InputError(f"busy_frac must be at least 0 and below 1, got {self.busy_frac}; 30 % is 0.3.")

    def _check_objectives(self) -> None:
        strange = [o for o in self.objectives if o not in SENSES]
        if not self.objectives or strange or len(set(self.objectives)) != len(self.objectives):
            raise InputError(
                f"objectives must be of {', '.join(n for n in SENSES if n not in PRIORITY_COVERS)}, cover 1, cover 2 "
                f"..., each once; got {list(self.objectives)}."
            )
        if set(self.weights) - (set(SENSES) - {"score"}):
            raise InputError(
                f"weights may name {', '.join(n for n in SENSES if n != 'score')}; got {list(self.weights)}."
            )
        for name, weight in self.weights.items():
            if not (math.isfinite(weight) and weight >= 0):
                raise InputError(f"weights of {name} must be 0 or more and finite, got {weight}.")
        if ("score" in self.objectives) != bool(self.weights):
            raise InputError("weights belong to the objective score: give both, or neither.")

    def _check_areas(self) -> None:
        seen: dict[str, str] = {}
        for area, district in self.locks:
            if district not in self.district_ids:
                some = ", ".join(self.district_ids[:8]) + (" ..." if self.n_districts > 8 else "")
                raise InputError(
                    f"lock of area {area} names district {district}, which is not asked for; there are {some}."
                )
            if seen.setdefault(area, district) != district:
                raise InputError(f"area {area} is locked to both {seen[area]} and {district}; keep one lock.")
        group: dict[str, int] = {}
        for g, members in enumerate(self.together):
            for area in members:
                if group.setdefault(area, g) != g:
                    raise InputError(f"area {area} is in two groups of together; join the groups into one.")
            if len(set(members)) < 2:
                raise InputError(f"a group of together needs two areas or more; got {list(members)}.")
            homes = sorted({seen[a] for a in members if a in seen})
            if len(homes) > 1 and not self.relax.get("lock") and not self.relax.get("together"):
                raise InputError(
                    f"areas kept together are locked to {' and '.join(homes)}: {', '.join(members)}. "
                    "Lift a lock or the group."
                )
        for a, b in self.apart:
            if a == b:
                raise InputError(f"apart names area {a} twice in one pair.")
            if a in group and group[a] == group.get(b, -1) and not self.relax.get("apart"):
                raise InputError(f"areas {a} and {b} are kept both together and apart; keep one of the two.")

    @property
    def n_districts(self) -> int:
        """How many districts are asked for."""
        return len(self.district_ids)

    @property
    def first_sense(self) -> Sense:
        """Direction of the most important objective."""
        return SENSES[self.objectives[0]]

    @property
    def aims(self) -> frozenset[str]:
        """Every objective that plays a part, alone or in the score."""
        return frozenset(self.objectives) - {"score"} | {n for n, w in self.weights.items() if w > 0}

    @property
    def judged(self) -> frozenset[str]:
        """Every objective that a plan is aimed at or held by: what data the question needs."""
        return self.aims | set(self.limits)

    def limit_of(self, objective: str) -> float:
        """Return the limit an objective is held within, its relaxation included."""
        more = self.relax.get(limit_rule(objective), 0.0)
        return self.limits[objective] + (more if SENSES[objective] == "min" else -more)

    @property
    def weighs(self) -> bool:
        """Whether calls that count for cover weigh differently, by their priority."""
        return any(weight != 1 for weight in self.cover_weights.values())

    @property
    def counts_change(self) -> bool:
        """Whether change from today is limited or aimed at: then "old ground" holds."""
        return self.change_limit_frac < 1 or "moved" in self.aims

    def shares(self) -> NDArray[np.float64]:
        """Return the target shares, shape (k,)."""
        if self.target_shares:
            return np.asarray(self.target_shares, dtype=np.float64)
        return np.full(self.n_districts, 1.0 / self.n_districts)

    def centres(self) -> tuple[str, ...]:
        """Return the given centre of each district, "" where free."""
        return self.fixed_centres or ("",) * self.n_districts
