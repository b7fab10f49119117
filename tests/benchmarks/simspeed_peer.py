"""The same police model as a simpy program: processes, timeouts, one call and one unit at a time.

What it holds: grades in strict order, several units a call, a reserve cut-off, prisoner runs at the scene, tours with
overtime, breaks that wait for a quiet moment, a table policy, ways by table. It reads the engine's inputs and gives
the response of every call, so the two can be compared call by call.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np

OFF, FREE, BUSY, BREAK = range(4)


@dataclass
class Model:
    """Inputs of one replication, all lists and arrays as in ``optimiser.simulate.state``."""

    calls: Any
    fleet: Any
    table_s: np.ndarray
    order: list[list[int]]
    reserve: list[int]


class World:
    """State of the simpy model."""

    def __init__(self, env: Any, model: Model) -> None:
        self.env, self.m = env, model
        n = len(model.fleet.unit)
        self.post = model.fleet.unit["post"].tolist()
        self.doing = [OFF] * n
        self.leaving = [False] * n
        self.meal = [0.0] * n
        self.way: list[tuple[int, int, float, float]] = [(z, z, 0.0, 0.0) for z in self.post]
        self.wake: list[Any] = [None] * n
        c = model.calls
        self.zone, self.grade = c.call["zone"].tolist(), c.call["grade"].tolist()
        self.need, self.after = c.call["need"].tolist(), c.call["after"].tolist()
        self.service, self.width = c.service.tolist(), c.width
        self.got = [0] * len(self.zone)
        self.first = [-1] * len(self.zone)
        self.response = np.full(len(self.zone), np.inf)
        self.queue: list[tuple[int, int]] = []
        self.table = model.table_s.tolist()

    def place(self, u: int) -> int:
        """Zone of a unit now: where it set out until half-way."""
        origin, goal, left, due = self.way[u]
        now = self.env.now
        return goal if now >= due or (now - left) / (due - left) >= 0.5 else origin

    def go(self, u: int, to: int) -> float:
        """Set out for a zone."""
        origin = self.place(u)
        took = self.table[origin][to]
        self.way[u] = (origin, to, self.env.now, self.env.now + took)
        return took

    def work(self, u: int, call: int, k: int) -> Any:
        """Process of one unit on one call."""
        env = self.env
        yield env.timeout(self.go(u, self.zone[call]))
        if self.response[call] == np.inf:
            self.response[call] = env.now - self.m.calls.call["time"][call]
        yield env.timeout(self.service[call * self.width + k])
        if self.after[call] >= 0 and self.first[call] == u:
            yield env.timeout(self.after[call])
        self.release(u)

    def serve(self, call: int) -> bool:
        """Send units in the zone's order while the reserve allows."""
        while self.got[call] < self.need[call]:
            if sum(d == FREE for d in self.doing) <= self.m.reserve[self.grade[call]]:
                return False
            unit = next((u for u in self.m.order[self.zone[call]] if self.doing[u] == FREE), -1)
            if unit < 0:
                return False
            if self.first[call] < 0:
                self.first[call] = unit
            self.doing[unit] = BUSY
            self.env.process(self.work(unit, call, min(self.got[call], self.width - 1)))
            self.got[call] += 1
        return True

    def serve_queue(self) -> None:
        """Offer free units to waiting calls in order."""
        left = []
        while self.queue:
            entry = heapq.heappop(self.queue)
            if not self.serve(entry[1]):
                left.append(entry)
                if FREE not in self.doing:
                    break
        for entry in left:
            heapq.heappush(self.queue, entry)

    def release(self, u: int) -> None:
        """Go off duty, to a waiting call, to a break, or back to the post."""
        if self.leaving[u]:
            self.doing[u], self.leaving[u], self.meal[u] = OFF, False, 0.0
            self.way[u] = (self.post[u], self.post[u], self.env.now, self.env.now)
            return
        self.doing[u] = FREE
        if self.queue:
            self.serve_queue()
        if self.doing[u] != FREE:
            return
        if self.meal[u] > 0 and not self.queue:
            self.env.process(self.pause(u, self.meal[u]))
            self.meal[u] = 0.0
        elif self.place(u) != self.post[u] and self.way[u][1] != self.post[u]:
            self.go(u, self.post[u])

    def pause(self, u: int, length: float) -> Any:
        """Process of a break."""
        self.doing[u] = BREAK
        yield self.env.timeout(length)
        if self.doing[u] == BREAK:
            self.release(u)

    def arrivals(self) -> Any:
        """Process of all calls."""
        for call, at in enumerate(self.m.calls.call["time"].tolist()):
            yield self.env.timeout(at - self.env.now)
            if not self.serve(call):
                heapq.heappush(self.queue, (self.grade[call], call))

    def duties(self) -> Any:
        """Process of all planned events."""
        for at, length, u, what, _ in self.m.fleet.duty.tolist():
            yield self.env.timeout(at - self.env.now)
            if what == 0:
                self.leaving[u] = True
                if self.doing[u] in (FREE, BREAK):
                    self.release(u)
            elif what == 1:
                if self.doing[u] != OFF:
                    self.leaving[u] = False
                else:
                    self.way[u] = (self.post[u], self.post[u], at, at)
                    self.release(u)
            elif self.doing[u] == FREE:
                self.env.process(self.pause(u, length))
            elif self.doing[u] != OFF:
                self.meal[u] = length


def run(model: Model, until_s: float) -> np.ndarray:
    """Run and return the response of every call in seconds."""
    import simpy

    env = simpy.Environment()
    world = World(env, model)
    env.process(world.duties())
    env.process(world.arrivals())
    env.run(until=until_s)
    return world.response
