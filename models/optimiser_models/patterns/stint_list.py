"""All stints that the rules allow: a block of work, its shifts in order, and the days off after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimiser.problems.base import relaxed
from optimiser.problems.patterns import OFF, PatternsProblem
from optimiser.problems.patterns.params import DAY_S
from optimiser.problems.patterns.plan import DAYS
from optimiser_models.patterns.circuit import Step

NO_TAG = -1
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Allowed:
    """What may follow what, and for how long, relaxed.

    Parameters
    ----------
    next_day, after_off
        Whether shift b may follow shift a on the next day, or after one single day off, by [a][b].
    run
        Fewest and most days in a row, by shift.
    off
        Fewest and most days off after a block that ends in a shift, by shift.
    """

    next_day: list[list[bool]]
    after_off: list[list[bool]]
    run: list[tuple[int, int]]
    work: tuple[int, int]
    off: list[tuple[int, int]]

    def tag(self, last: int, off: int) -> int:
        """Return the last shift where what may follow depends on it, else NO_TAG."""
        return last if off == 1 and not all(self.after_off[last]) else NO_TAG


def allowed(problem: PatternsProblem) -> Allowed:
    """Read the rules."""
    p, ids = problem.params, problem.shift_ids
    start, length = problem.shift_start_s.tolist(), problem.shift_length_s.tolist()
    rest = p.rest_s - relaxed(p.relax, "rest") - _ROUNDING
    n = range(len(ids))

    def rested(a: int, b: int, days: int) -> bool:
        return bool(days * DAY_S + start[b] - start[a] - length[a] >= rest)

    least, most = problem.off_limits()
    after_nights = p.least("days off after nights", p.off_after_nights)
    return Allowed(
        next_day=[
            [
                rested(a, b, 1)
                and (ids[a], ids[b]) not in p.forbidden
                and not (p.forward and start[b] < start[a])
                for b in n
            ]
            for a in n
        ],
        after_off=[[rested(a, b, 2) and (ids[a], ids[b]) not in p.forbidden_after_off for b in n] for a in n],
        run=problem.run_limits(),
        work=problem.work_limits(),
        off=[(max(least, after_nights) if night else least, most) for night in problem.night().tolist()],
    )


@dataclass(frozen=True, slots=True)
class Stint:
    """A block of work that begins on a weekday, by shift number, and the days off after it."""

    weekday: int
    shifts: tuple[int, ...]
    off: int
    tag: int
    next_tag: int

    @property
    def length(self) -> int:
        """Days in all."""
        return len(self.shifts) + self.off

    @property
    def tail(self) -> tuple[int, int]:
        """Where it begins: the weekday and what the day before asks for."""
        return self.weekday, self.tag

    @property
    def head(self) -> tuple[int, int]:
        """Where the next one begins."""
        return (self.weekday + self.length) % DAYS, self.next_tag

    def free_weekends(self) -> int:
        """Return the weekends that lie within its days off."""
        first = self.weekday + len(self.shifts)
        return sum((first + k) % DAYS == 5 for k in range(self.off - 1))

    def steps(self, ids: tuple[str, ...]) -> Iterator[Step]:
        """Return its steps from state to state, a day each, the days off in one."""
        state: tuple[object, ...] = ("off", *self.tail)
        run = 0
        for k, s in enumerate(self.shifts):
            run = run + 1 if k and self.shifts[k - 1] == s else 1
            day = (self.weekday + k) % DAYS
            then = ("work", day, s, run, k + 1)
            yield Step(state, then, day, (ids[s],))
            state = then
        day = (self.weekday + len(self.shifts)) % DAYS
        yield Step(state, ("off", *self.head), day, (OFF,) * self.off)


def blocks(rules: Allowed, most: int) -> list[tuple[int, ...]]:
    """Return every order of shifts of a block that the rules allow; more than ``most`` are cut off.

    Depth first by runs: each run of one shift has a length within its limits.
    """
    found: list[tuple[int, ...]] = []
    least_days, most_days = rules.work
    waiting: list[tuple[int, ...]] = [()]
    while waiting and len(found) <= most:
        block = waiting.pop()
        if len(block) >= least_days:
            found.append(block)
        for s, (low, high) in enumerate(rules.run):
            if block and (block[-1] == s or not rules.next_day[block[-1]][s]):
                continue
            limit = high if rules.next_day[s][s] else 1
            for n in range(low, min(limit, most_days - len(block)) + 1):
                waiting.append((*block, *([s] * n)))
    return found


def stints(problem: PatternsProblem, most: int) -> list[Stint]:
    """Return every stint on every weekday that the rules and needs allow; more than ``most`` are cut off."""
    rules = allowed(problem)
    closed = (problem.need == 0) & (problem.params.exact and not problem.params.relax.get("cover"))
    tags = [NO_TAG, *(s for s in range(len(problem.shift_ids)) if rules.tag(s, 1) == s)]
    found: list[Stint] = []
    for block in blocks(rules, most):
        low, high = rules.off[block[-1]]
        for weekday in range(DAYS):
            if any(closed[s, (weekday + k) % DAYS] for k, s in enumerate(block)):
                continue
            for tag in tags:
                if tag != NO_TAG and not rules.after_off[tag][block[0]]:
                    continue
                found += [
                    Stint(weekday, block, off, tag, rules.tag(block[-1], off)) for off in range(low, high + 1)
                ]
        if len(found) > most:
            break
    return found
