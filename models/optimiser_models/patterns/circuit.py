"""From how often each stretch of days is used to one cycle of days: components and Euler circuits.

A *state* is all that the rules need to know between two days: before a block of work the weekday (and the last shift
where one single day off came between and matters), within a block the weekday, the shift, and how many days the run on
it and the block have lasted. A *step* leads from one state to the next and carries the days it stands for. As many
steps enter a state as leave it, so the used steps form one cycle of days exactly if they hang together (Hierholzer).
Two blocks that pass the same state may exchange their ends there: that hangs them together too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from optimiser.problems.patterns.plan import DAYS, PatternsPlan

State = Hashable


@dataclass(frozen=True, slots=True)
class Step:
    """One step between states: the weekday it begins on and the days it stands for."""

    tail: State
    head: State
    weekday: int
    days: tuple[str, ...]


def components(steps: Iterable[Step]) -> list[set[State]]:
    """Return the sets of states that hang together by the steps, largest first."""
    parent: dict[State, State] = {}

    def root(x: State) -> State:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for step in steps:
        parent[root(step.tail)] = root(step.head)
    found: dict[State, set[State]] = defaultdict(set)
    for x in list(parent):
        found[root(x)].add(x)
    return sorted(found.values(), key=len, reverse=True)


def circuit(steps: Sequence[Step]) -> list[Step]:
    """Return the steps in an order in which each begins where the one before it ends, the first after the last.

    Parameters
    ----------
    steps
        Each as often as it is used; they hang together, and as many enter each state as leave it.
    """
    leaving: dict[State, list[Step]] = defaultdict(list)
    for step in reversed(steps):
        leaving[step.tail].append(step)
    found: list[Step] = []
    path: list[Step] = []
    at = steps[0].tail
    while True:
        if leaving[at]:
            step = leaving[at].pop()
            path.append(step)
            at = step.head
        elif path:
            found.append(path.pop())
            at = found[-1].tail
        else:
            return found[::-1]


def plan_of(steps: Sequence[Step]) -> PatternsPlan:
    """Return the pattern that a circuit of steps is, its first row beginning on a Monday."""
    order = circuit(steps)
    days = [day for step in order for day in step.days]
    shift = (DAYS - order[0].weekday) % DAYS
    days = days[shift:] + days[:shift]
    return PatternsPlan(tuple(tuple(days[k : k + DAYS]) for k in range(0, len(days), DAYS)))
