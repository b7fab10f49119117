"""What a question of patrol is given: harm by place and part of the week, time, limits, what was done before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations

RULES = (
    Rule("known places", "a plan names only places of the list", "places", relaxable=False),
    Rule("known parts", "a plan names only parts of the week of the list", "parts", relaxable=False),
    Rule("blocks", "time is given in whole blocks, never less than none", "blocks", relaxable=False),
    Rule("time available", "no more blocks are given in a part of the week than there are", "blocks"),
    Rule("at once", "no place gets more blocks in one part of the week than allowed", "blocks"),
    Rule("not flooded", "no place gets more blocks a week than allowed", "blocks"),
    Rule("least time", "every place gets at least so many blocks a week", "blocks"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolParams:
    """The planner's choices.

    Parameters
    ----------
    block_h
        Hours of one block.
    half_h
        Hours a week in one place and part that reach half of its harm; twice as many reach three quarters, and so on.
    most_at_once
        Most blocks in one place and part of the week; 0 for no limit.
    flood_factor
        No place gets more than this many times an even share of all blocks, and never less than one block is allowed.
    least_blocks
        Blocks a week that every place gets, whatever its harm.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    block_h: float = asked(0.5, "h", "Hours of one block", minimum=0.05)
    half_h: float = asked(2.0, "h", "Hours in one place and part that reach half its harm", minimum=0.01)
    most_at_once: int = asked(4, "blocks", "Most blocks in one place and part (0: no limit)", minimum=0)
    flood_factor: float = asked(5.0, "", "Most a place gets, in even shares of all time", minimum=1.0)
    least_blocks: int = asked(0, "blocks", "Blocks a week that every place gets", minimum=0)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if not (self.block_h > 0 and self.half_h > 0 and self.flood_factor >= 1):
            raise InputError("block_h and half_h must be above 0 and flood_factor at least 1.")
        if self.most_at_once < 0 or self.least_blocks < 0:
            raise InputError("most_at_once and least_blocks must be 0 or more.")
        check_relaxations(self.relax, RULES)

    @property
    def first_sense(self) -> Sense:
        """Direction of the objective."""
        return "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolProblem:
    """Places, parts of the week, harm and time.

    Parameters
    ----------
    place_ids, part_ids
        P places and T parts of the week.
    harm
        Harm a week that the public reported, or injury, weighted, shape (P, T). Nothing that officers find themselves.
    available
        Blocks a week in each part, shape (T,).
    past_h
        Officer-initiated hours a week of the past, shape (P, T): compared with harm, never a reason to go anywhere.
    residents
        People living in each place, shape (P,); 0 where unknown.
    off
        What was left out of harm and why, in words.
    params
        The planner's choices.

    Raises
    ------
    InputError
        If shapes disagree or a number is out of range.
    """

    place_ids: tuple[str, ...]
    part_ids: tuple[str, ...]
    harm: NDArray[np.float64]
    available: NDArray[np.int64]
    past_h: NDArray[np.float64]
    residents: NDArray[np.float64]
    off: tuple[str, ...]
    params: PatrolParams

    def __post_init__(self) -> None:
        p, t = len(self.place_ids), len(self.part_ids)
        for name, shape in (("harm", (p, t)), ("available", (t,)), ("past_h", (p, t)), ("residents", (p,))):
            values = getattr(self, name)
            if values.shape != shape:
                raise InputError(f"{name} has shape {values.shape}; it needs {shape}.")
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be finite and >= 0.")
        for what, ids in (("place_ids", self.place_ids), ("part_ids", self.part_ids)):
            if len(set(ids)) != len(ids) or not ids:
                raise InputError(f"{what} must be one or more, all different.")
        for name in ("harm", "available", "past_h", "residents"):
            getattr(self, name).flags.writeable = False

    def time_limits(self) -> NDArray[np.int64]:
        """Return the most blocks of each part, relaxation included, shape (T,)."""
        return self.available + int(np.floor(self.params.relax.get("time available", 0.0) + 1e-9))

    def once_limit(self) -> int:
        """Return the most blocks of one place and part, relaxation included."""
        most = self.params.most_at_once or int(self.time_limits().max(initial=0))
        return most + int(np.floor(self.params.relax.get("at once", 0.0) + 1e-9))

    def week_limit(self) -> int:
        """Return the most blocks a week of one place, relaxation included."""
        even = float(self.available.sum()) / len(self.place_ids)
        most = max(1, int(np.floor(self.params.flood_factor * even + 1e-9)))
        return most + int(np.floor(self.params.relax.get("not flooded", 0.0) + 1e-9))

    def least(self) -> int:
        """Return the fewest blocks a week of one place, relaxation included."""
        return max(
            0, int(np.ceil(self.params.least_blocks - self.params.relax.get("least time", 0.0) - 1e-9))
        )

    def reached_frac(self, blocks: NDArray[np.integer] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of a place's harm that so many blocks reach: half by ``half_h``, then half of the rest."""
        hours = np.asarray(blocks, dtype=np.float64) * self.params.block_h
        return np.asarray(1.0 - np.exp2(-hours / self.params.half_h))
