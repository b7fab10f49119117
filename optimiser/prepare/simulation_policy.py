"""The policies that a project's simulation can compare: who is sent, and what else a dispatcher may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.prepare.simulation import Ground
from optimiser.simulate import (
    Cover,
    Fleet,
    Policy,
    Rules,
    covering,
    crow,
    joint,
    leigh,
    nearest,
    one_at_a_time,
    random_within,
    usual_worth,
    veto,
)
from optimiser.simulate.lived import Habits

_MOST_BARED_FRAC = 0.02
_BUSY_FRAC = 0.3
_NO_TARGET_S = 900.0
_COVER_S = 1000.0
_NEAR_FRAC = 0.9

WORDS: Mapping[str, str] = {
    "random": "any free unit that is within the target, drawn by lot",
    "crow": "the free unit nearest in a straight line",
    "nearest": "the free unit that is there first, each by its own driver class",
    "leigh": "Leigh's rules: of the four nearest by crow the quickest; less urgent calls also await a break or "
    "prisoner run that ends in time, and leave no large area bare",
    "veto": "the quickest unit that leaves at most 2 % of urgent demand without cover",
    "priced": "the unit of least way and cover taken away; units that come free stand by where they cover most",
    "one": "optimised one call at a time: way, lateness and cover taken away, weighed together",
    "joint": "all open calls matched with all units at every event",
    "relocate": "joint, and free units moved where that restores cover",
}
"""What ``--policy`` takes, and what each does."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """A policy with the rules that hold under it, and both in words."""

    policy: Policy
    rules: Rules
    words: str


def cover_of(ground: Ground, habits: Habits | None, posts: NDArray[np.int64] | None = None) -> Cover:
    """Return what covering means here: reached in the time that the usual delay and turn-out leave of the target.

    ``posts``: but at most the time in which the nearest post reaches nine tenths of urgent demand. Where every unit
    reaches everything within the target, such cover would tell no place from another.
    """
    grade = ground.grades[0]
    left_s = ground.target_s.get(grade, _NO_TARGET_S)
    way_s = np.asarray(ground.travel.table_s, dtype=float)[1, 0]
    if habits is not None and grade in habits.delay_s:
        left_s -= habits.turnout_s[grade] + float(np.median(habits.delay_s[grade]))
        way_s = way_s * np.exp(habits.pace_log_mean[grade])
    of_grade = ground.calls.zone[ground.calls.grade == grade]
    urgent = np.bincount(of_grade, minlength=len(ground.zone_ids)).astype(np.float64) + 1e-6
    if posts is not None:
        left_s = min(left_s, _weighted_quantile(way_s[posts].min(axis=0), urgent, _NEAR_FRAC))
    return Cover(reach=way_s <= left_s, weight=urgent, busy_frac=_BUSY_FRAC)


def _weighted_quantile(values: NDArray[np.float64], weight: NDArray[np.float64], at: float) -> float:
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(share, at)), len(values) - 1)])


def pace_of(ground: Ground, habits: Habits | None) -> dict[int, float]:
    """Return how much longer than the table a way usually takes, by grade."""
    if habits is None:
        return {}
    return {g: float(np.exp(m)) for g, m in habits.pace_log_mean.items() if g in ground.grades}


def manner(
    name: str,
    ground: Ground,
    fleet: Fleet,
    rules: Rules,
    habits: Habits | None = None,
    *,
    turns: bool = False,
    takes_over: bool = False,
    interrupts: bool = False,
) -> Manner:
    """Return a policy by name.

    Parameters
    ----------
    turns
        Whether a unit on its way to a less urgent call may be turned round.
    takes_over
        Whether a unit that comes free takes over a call from one on its way that would be there later.
    interrupts
        Whether the most urgent grade may take a unit off the scene of the least urgent ones where none is free.

    Raises
    ------
    InputError
        If there is no policy of this name.
    """
    if name not in WORDS:
        raise InputError(f"There is no policy {name!r}; there are {', '.join(WORDS)}.")
    grades = rules.grades
    held, said = rules, WORDS[name]
    if turns and len(grades) > 1:
        held = replace(held, diverts={g: grades[k + 1] for k, g in enumerate(grades[:-1])})
        said += "; units on their way are turned round for a more urgent call"
    if takes_over:
        held = replace(held, takes_over=grades)
        said += "; a unit that comes free takes over a call from one on its way that it is there before"
    if interrupts and len(grades) > 2:
        held = replace(held, interrupts={grades[0]: grades[2]})
        said += (
            f"; grade {grades[0]} takes units off the scene of grade {grades[2]} and below where none is free"
        )
    return Manner(policy=_policy(name, ground, fleet, grades, habits), rules=held, words=said)


def _policy(
    name: str, ground: Ground, fleet: Fleet, grades: tuple[int, ...], habits: Habits | None
) -> Policy:
    if name == "random":
        return random_within(ground.target_s.get(grades[0], _NO_TARGET_S))
    if name in ("nearest", "crow"):
        return nearest() if name == "nearest" else crow()
    posts = np.unique(fleet.post)
    cover = cover_of(ground, habits, posts)
    if name == "leigh":
        return leigh(cover, _MOST_BARED_FRAC)
    if name == "veto":
        return veto(cover, _MOST_BARED_FRAC)
    if name == "priced":
        price = np.array([0.0] + [_COVER_S] * (len(grades) - 1))
        return covering(cover, price, posts, name="priced cover")
    worth = usual_worth(grades, pace=pace_of(ground, habits))
    if name == "one":
        return one_at_a_time(worth, cover, grades)
    return joint(worth, cover, grades, posts if name == "relocate" else None)
