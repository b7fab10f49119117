"""What a standby question is given: posts, calls as coverage patterns per part of the day, and the choices.

Calls that the same posts can reach in the same distance bands are one *pattern*: millions of calls become some
thousand patterns, and nothing after that depends on the number of calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations, relaxed

ObjectiveName = Literal[
    "cover", "backup", "gradual", "expected", "travel", "posts", "cars", "cost", "moves", "weighted"
]
GAINS = ("cover", "backup", "gradual", "expected")
"""Objectives to be made large; all others but ``weighted`` are to be made small."""
PRICES = ("travel", "posts", "cars", "cost", "moves")
LIMITED: Mapping[str, tuple[str, str]] = {
    "cover": ("calls covered are no fewer than a given number", "calls per week"),
    "backup": ("calls with backup are no fewer than a given number", "calls per week"),
    "gradual": ("calls covered by distance are no fewer than a given number", "calls per week"),
    "expected": ("calls expected to be covered are no fewer than a given number", "calls per week"),
    "travel": ("all driving to calls together is no more than a given amount", "call-seconds per week"),
    "posts": ("no more posts are in use than a given number", "posts"),
    "cars": ("no more cars stand in all parts of the day together than a given number", "cars"),
}
"""Objectives that can be held within a limit instead of aimed at: what the rule asks, and its unit."""


def limit_rule(objective: str) -> str:
    """Return the name of the rule that holds an objective within its limit; costs and moves have one of their own."""
    return {"cost": "budget", "moves": "moved posts"}.get(objective, f"{objective} limit")


RULES = (
    Rule("known parts", "a plan names only parts of the day that were asked for", "cars", relaxable=False),
    Rule("known posts", "a plan names only posts of this map", "cars", relaxable=False),
    Rule("whole cars", "a whole number of cars, none or more, stands at a post", "cars", relaxable=False),
    Rule("cars", "no more cars stand than there are in that part of the day", "cars"),
    Rule("cars at a post", "no more cars stand at one post than it has room for", "cars"),
    Rule("budget", "the posts in use cost no more than the budget", "cost"),
    Rule("kept post", "a post to be kept has a car in every part of the day", "posts"),
    Rule("moved posts", "no more of today's posts are given up than allowed", "posts"),
    Rule("least cover", "in every part of the day at least this share of the calls is covered", "frac"),
    *(Rule(limit_rule(name), meaning, unit) for name, (meaning, unit) in LIMITED.items()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyParams:
    """The planner's choices.

    Parameters
    ----------
    n_cars
        Most cars standing in each part of the day: one number a part, one for all, or none for no limit.
    objectives
        In order of importance. To be made large, in calls per week: ``cover`` (a car within the nearest band),
        ``backup`` (at least ``backup_cars`` of them), ``gradual`` (by the band of the nearest car), ``expected``
        (some car there is not busy). To be made small: ``travel`` (call-weighted drive of the nearest car),
        ``posts`` (posts in use), ``cars``, ``cost`` (of the posts in use), ``moves`` (today's posts given up).
        ``weighted``: the sum of those in ``weights``, the second kind taken off.
    weights
        For ``weighted``: weight of each objective named; that of a price is in calls per week each.
    cars_per_post
        Most cars at one post.
    budget
        Most that the posts in use may cost; inf for none.
    band_shares
        Share of a call that counts for ``gradual``, by distance band, not rising; later bands count nothing.
    backup_cars
        Cars within the nearest band that make a backup.
    busy_frac
        Share of the time that a car is busy and cannot be counted on (MEXCLP), for posts without their own.
    today
        Posts in use today.
    kept
        Posts that must have a car in every part of the day.
    most_moved
        Most of today's posts that may be given up; inf for no limit.
    least_cover_frac
        Share of the calls to be covered in every part of the day.
    limits
        Per objective of :data:`LIMITED`, in its own unit, the least (of a gain) or the most (of a price) that a plan
        may come to over all parts of the day.
    far_s
        Drive that counts where no post listed for a pattern has a car.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.

    References
    ----------
    Church and ReVelle (1974); Hogan and ReVelle (1986); Daskin (1983); Berman, Krass and Drezner (2003).
    """

    n_cars: tuple[int, ...] = asked((), "cars", "Most cars standing, per part of the day", hidden=True)
    objectives: tuple[ObjectiveName, ...] = asked(("cover",), "", "What to aim for, most important first")
    weights: Mapping[str, float] = asked({}, "", "Weights of a weighted aim", hidden=True)
    cars_per_post: int = asked(1, "cars", "Most cars at one post", minimum=1)
    budget: float = asked(math.inf, "cost", "Most the posts in use may cost")
    band_shares: tuple[float, ...] = asked((1.0,), "frac", "Share of a call that counts, by distance band")
    backup_cars: int = asked(2, "cars", "Cars that make a backup", minimum=1)
    busy_frac: float = asked(0.3, "frac", "Share of the time a car is busy", maximum=1)
    today: tuple[str, ...] = asked((), "", "Posts in use today", hidden=True)
    kept: tuple[str, ...] = asked((), "", "Posts that must be kept")
    most_moved: float = asked(math.inf, "posts", "Most of today's posts given up")
    least_cover_frac: float = asked(0.0, "frac", "Share of the calls to be covered")
    limits: Mapping[str, float] = asked({}, "", "Limits that objectives are held within")
    far_s: float = asked(3600.0, "s", "Drive where no post is near", group="advanced")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if any(n < 0 for n in self.n_cars):
            raise InputError(f"n_cars must be 0 or more in every part of the day, got {list(self.n_cars)}.")
        self._check_objectives()
        shares = self.band_shares
        if (
            not shares
            or list(shares) != sorted(shares, reverse=True)
            or not 0 <= min(shares) <= max(shares) <= 1
        ):
            raise InputError(
                f"band_shares must be fractions that do not rise, nearest first; got {list(shares)}."
            )
        for name, least in (("cars_per_post", 1), ("backup_cars", 1), ("budget", 0), ("most_moved", 0)):
            if not getattr(self, name) >= least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}.")
        if not 0 <= self.busy_frac < 1:
            raise InputError(f"busy_frac must be a fraction below 1, got {self.busy_frac}; 30 % is 0.3.")
        if not 0 <= self.least_cover_frac <= 1:
            raise InputError(
                f"least_cover_frac must be a fraction, got {self.least_cover_frac}; 90 % is 0.9."
            )
        if not 0 < self.far_s < math.inf:
            raise InputError(f"far_s must be positive and finite seconds, got {self.far_s}.")
        for name in ("today", "kept"):
            if len(set(getattr(self, name))) != len(getattr(self, name)):
                raise InputError(f"{name} names a post twice: {sorted(getattr(self, name))}.")
        for name, limit in self.limits.items():
            if name not in LIMITED:
                raise InputError(
                    f"limits may name {', '.join(LIMITED)}; got {name!r}. Cost has budget, and moves most_moved."
                )
            if not 0 <= limit < math.inf:
                raise InputError(f"limits of {name} must be 0 or more and finite, got {limit}.")
        check_relaxations(self.relax, RULES)

    def _check_objectives(self) -> None:
        known = {*GAINS, *PRICES, "weighted"}
        if not self.objectives or set(self.objectives) - known:
            raise InputError(
                f"objectives must be of {', '.join(sorted(known))}; got {list(self.objectives)}."
            )
        if len(set(self.objectives)) != len(self.objectives):
            raise InputError(f"objectives names one twice: {list(self.objectives)}.")
        if ("weighted" in self.objectives) != bool(self.weights):
            raise InputError("weights belong to the objective 'weighted': give both or neither.")
        strange = set(self.weights) - {*GAINS, *PRICES}
        if strange or not all(w >= 0 and math.isfinite(w) for w in self.weights.values()):
            raise InputError(
                f"weights must be 0 or more, of {', '.join((*GAINS, *PRICES))}; got {dict(self.weights)}."
            )

    @property
    def first_sense(self) -> Sense:
        """Direction of the most important objective."""
        return sense_of(self.objectives[0])

    def uses(self, name: str) -> bool:
        """Is this objective asked for, alone, in the weighted sum or within a limit?"""
        return name in self.objectives or self.weights.get(name, 0.0) > 0 or name in self.limits

    def limit_of(self, name: str) -> float:
        """Return the limit that an objective is held within, relaxation included."""
        more = relaxed(self.relax, limit_rule(name))
        return self.limits[name] + (more if sense_of(name) == "min" else -more)


def sense_of(name: str) -> Sense:
    """Return the direction of an objective."""
    return "min" if name in PRICES else "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyProblem:
    """Posts and what they cover. S posts, T parts of the day, P patterns with E entries in all.

    Parameters
    ----------
    post_ids, post_cost
        S candidate posts, and what each costs when in use, shape (S,), >= 0.
    part_ids
        T parts of the day.
    starts
        Shape (P + 1,): pattern i has the entries ``starts[i]`` to ``starts[i + 1]``.
    posts, band
        Shape (E,): post of each entry, rising within a pattern, and its distance band: 0 is within the target.
    weight
        Shape (P, T): calls per week of each pattern in each part of the day, >= 0.
    drive_s
        Shape (E,): drive of each entry in seconds; empty where nothing asks for ``travel``.
    post_busy_frac
        Shape (S,): share of the time that a car at this post is busy; empty for ``params.busy_frac`` everywhere.
    params
        The planner's choices.

    Raises
    ------
    InputError
        If shapes disagree, a number is out of range, or a name is unknown.
    """

    post_ids: tuple[str, ...]
    post_cost: NDArray[np.float64]
    part_ids: tuple[str, ...]
    starts: NDArray[np.int64]
    posts: NDArray[np.int32]
    band: NDArray[np.int8]
    weight: NDArray[np.float64]
    params: StandbyParams
    drive_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    post_busy_frac: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        n_posts, n_parts, entries = len(self.post_ids), len(self.part_ids), int(self.posts.size)
        patterns = self.starts.size - 1
        for name, ids in (("post", self.post_ids), ("part", self.part_ids)):
            if len(set(ids)) != len(ids) or not all(ids) or not ids:
                raise InputError(f"{name}_ids must be at least one, all different and not empty.")
        shapes = {
            "post_cost": ((n_posts,),),
            "weight": ((patterns, n_parts),),
            "band": ((entries,),),
            "drive_s": ((entries,), (0,)),
            "post_busy_frac": ((n_posts,), (0,)),
        }
        for name, allowed in shapes.items():
            if getattr(self, name).shape not in allowed:
                raise InputError(
                    f"{name} has shape {getattr(self, name).shape}; {n_posts} posts, {patterns} patterns with "
                    f"{entries} entries and {n_parts} parts of the day need {allowed[0]}."
                )
        self._check_patterns(n_posts, entries)
        for name in ("post_cost", "weight", "drive_s", "post_busy_frac"):
            values = getattr(self, name)
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be finite and >= 0; the smallest is {values.min()}.")
        self._check_params(n_parts)
        for name in ("post_cost", "starts", "posts", "band", "weight", "drive_s", "post_busy_frac"):
            getattr(self, name).flags.writeable = False

    def _check_patterns(self, n_posts: int, entries: int) -> None:
        if (
            self.starts.size < 1
            or self.starts[0] != 0
            or self.starts[-1] != entries
            or (np.diff(self.starts) < 0).any()
        ):
            raise InputError(f"starts must rise from 0 to {entries}, the number of entries.")
        if entries and (self.posts.min() < 0 or self.posts.max() >= n_posts):
            raise InputError(f"posts must name posts 0 to {n_posts - 1}.")
        if entries and self.band.min() < 0:
            raise InputError("band must be 0 (within the target) or more.")
        inside = np.ones(entries, dtype=bool)
        inside[self.starts[:-1][self.starts[:-1] < entries]] = False
        later = np.flatnonzero(inside)
        if (self.posts[later] <= self.posts[later - 1]).any():
            raise InputError("Within a pattern each post stands once, in rising order.")

    def _check_params(self, n_parts: int) -> None:
        p = self.params
        if len(p.n_cars) not in (0, 1, n_parts):
            raise InputError(
                f"n_cars has {len(p.n_cars)} entries for {n_parts} parts of the day; give one each."
            )
        for name in ("today", "kept"):
            strange = sorted(set(getattr(p, name)) - set(self.post_ids))
            if strange:
                raise InputError(f"{name} names {', '.join(strange[:5])}, which is no post here.")
        if self.post_busy_frac.size and self.post_busy_frac.max() >= 1:
            raise InputError(f"post_busy_frac must be below 1, got {self.post_busy_frac.max()}.")
        if p.uses("travel"):
            if not self.drive_s.size and self.posts.size:
                raise InputError(
                    "An objective or limit of travel needs drive_s: the drive from each post to each pattern."
                )
            if self.drive_s.size and self.drive_s.max() > p.far_s:
                raise InputError(
                    f"far_s is {p.far_s:g} s, less than the longest drive listed, {self.drive_s.max():g} s; "
                    "it stands for calls that no car is near to."
                )

    def cars(self) -> NDArray[np.float64]:
        """Return the most cars of each part of the day, relaxation included, shape (T,); inf where unlimited."""
        n_parts = len(self.part_ids)
        given = self.params.n_cars
        if not given:
            return np.full(n_parts, np.inf)
        each = np.array(given * n_parts if len(given) == 1 else given, dtype=np.float64)
        return each + relaxed(self.params.relax, "cars")

    def room(self) -> float:
        """Return the most cars at one post, relaxation included."""
        return self.params.cars_per_post + relaxed(self.params.relax, "cars at a post")

    def busy(self) -> NDArray[np.float64]:
        """Return the share of the time that a car at each post is busy, shape (S,)."""
        if self.post_busy_frac.size:
            return self.post_busy_frac
        return np.full(len(self.post_ids), self.params.busy_frac)

    def pattern_of(self) -> NDArray[np.int64]:
        """Return the pattern of each entry, shape (E,)."""
        return np.repeat(np.arange(self.starts.size - 1), np.diff(self.starts))
