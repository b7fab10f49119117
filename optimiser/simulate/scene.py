"""What a policy from outside sees when it has to decide, and how it acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.allowing import may_take
from optimiser.simulate.compiled import compiled
from optimiser.simulate.moving import place, set_out, time_slice
from optimiser.simulate.sending import dequeue, send
from optimiser.simulate.state import (
    FREE,
    N_QUEUE,
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)
from optimiser.simulate.world import World, hold

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of a replication. Numbers of units, calls, zones and grades run from 0.

    ``calls``, ``fleet``, ``travel``, ``rules`` and ``policy`` are the engine's arrays; read them, never write them.
    """

    calls: CallArrays
    fleet: FleetArrays
    travel: TravelArrays
    rules: RuleArrays
    policy: PolicyArrays
    state: State

    @property
    def now_s(self) -> float:
        """Seconds since the Monday."""
        return float(self.state.now[0])

    def waiting(self) -> IntArray:
        """Return the calls that want a unit, the most urgent and oldest first. It may lack only some of its units."""
        return self.state.queue[: self.state.n[N_QUEUE]].copy()

    def missing(self, call: int) -> int:
        """Units, or officers, that a call still wants."""
        return int(self.calls.call["need"][call] - self.calls.call["got"][call])

    def free(self, grade: int) -> IntArray:
        """Units that may be sent to a call of this grade now."""
        units = range(len(self.state.unit))
        return np.array(
            [u for u in units if may_take(self.rules, self.state, u, grade, self.now_s)], dtype=np.int64
        )

    def zone(self, unit: int) -> int:
        """Zone in which a unit is now."""
        return int(place(self.travel, self.state, unit, self.now_s))

    def travel_s(self, units: IntArray, calls: IntArray) -> NDArray[np.float64]:
        """Seconds from where units are to calls, by own class and grade, shape (units, calls)."""
        t, part = self.travel, time_slice(self.travel, self.now_s)
        at = np.array([self.zone(int(u)) for u in units], dtype=np.int64)
        mode = t.mode[self.state.unit["kind"][units]][:, self.calls.call["grade"][calls]]
        return np.asarray(
            t.table[mode, part, at[:, None], self.calls.call["zone"][calls][None, :]], dtype=float
        )

    def send(self, unit: int, call: int) -> None:
        """Send a free unit to a waiting call.

        Raises
        ------
        InputError
            If the unit may not be sent to this grade now, or the call waits for nobody.
        """
        now, s = self.now_s, self.state
        at = np.flatnonzero(s.queue[: s.n[N_QUEUE]] == call)
        if not at.size or self.missing(call) <= 0:
            raise InputError(f"Call {call} waits for no unit; send only to calls of waiting().")
        if not may_take(self.rules, s, unit, int(self.calls.call["grade"][call]), now):
            raise InputError(f"Unit {unit} may not be sent to call {call} now; send only units of free().")
        world = World(self.calls, self.fleet, self.travel, self.rules, self.policy, s)
        _send(world, unit, call, now)
        if self.missing(call) <= 0:
            dequeue(s, int(at[0]))

    def move(self, unit: int, zone: int) -> None:
        """Let a free unit go to a zone and stand by there (relocation).

        Raises
        ------
        InputError
            If the unit is not free.
        """
        if self.state.unit["doing"][unit] != FREE:
            raise InputError(f"Unit {unit} is not free and cannot be moved.")
        set_out(self.travel, self.state, unit, -1, int(self.state.unit["kind"][unit]), zone, self.now_s)


@compiled
def _send(world: World, unit: int, call: int, now: float) -> None:
    send(hold(world), unit, call, now)
