"""Run replications: calls drawn or replayed, the compiled engine on threads, records read out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from optimiser.errors import InputError
from optimiser.simulate.calls import Calls, Stream
from optimiser.simulate.choosing import COVER, CROW, JOINT, LEIGH, ONE, OUTSIDE, TABLE, VETO
from optimiser.simulate.core import advance
from optimiser.simulate.fleet import WEEK_S, Fleet
from optimiser.simulate.outputs import Outputs, Replication, read_out
from optimiser.simulate.policy import Policy, nearest
from optimiser.simulate.rules import Rules
from optimiser.simulate.scene import Scene
from optimiser.simulate.state import (
    CALL,
    DONE,
    LOOKS,
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
    fresh,
)
from optimiser.simulate.travel import Travel, no_travel
from optimiser.simulate.watching import Looks, Watch

Source = Calls | Stream | Sequence[Calls] | Callable[[int], Calls]
"""A trace; a stream to draw from; calls of each replication, as a list or by number."""


def simulate(
    calls: Source,
    fleet: Fleet,
    travel: Travel | None = None,
    policy: Policy | None = None,
    rules: Rules | None = None,
    *,
    replications: int = 1,
    seed: int = 0,
    horizon_s: float | None = None,
    warm_s: float = 0.0,
    n_threads: int | None = None,
    keep_calls: bool = True,
    keep_units: bool = False,
    watch: Watch | None = None,
) -> Outputs:
    """Simulate a fleet under a policy. The same seed gives the same calls to every fleet, policy and rule.

    Parameters
    ----------
    calls
        See :data:`Source`.
    travel
        Times between zones; one zone without ways (a pure queue) if None.
    policy
        Who goes; the nearest by own class if None.
    rules
        What holds whatever the policy; one grade without target if None.
    replications
        Independent repetitions (of a stream); a trace is replayed once.
    horizon_s
        End of the measured window; the last call of a trace, or a week, if None. Calls of the window are followed
        to their end; time on duty is counted to the horizon.
    warm_s
        Begin of the measured window: what happens before fills the system and is not counted.
    n_threads
        Replications at once; one a processor if None. A policy from outside runs on one.
    keep_calls
        Keep a record of every call; without, only the tables by grade, zone and hour are kept.
    keep_units
        Keep the quiet time of every unit by interval.
    watch
        Look at the cover of every zone so often; not looked at if None.

    Raises
    ------
    InputError
        If the parts do not fit: a zone, grade or unit that there is not, or a window without length.
    """
    travel, policy, rules = travel or no_travel(), policy or nearest(), rules or Rules()
    draw, replications = call_source(calls, seed, horizon_s, replications)
    horizon = horizon_s if horizon_s is not None else _horizon(calls, draw)
    if not 0 <= warm_s < horizon:
        raise InputError(
            f"The measured window runs from {warm_s:g} s to {horizon:g} s; it must have a length."
        )
    n_zones, n_grades = travel.n_zones, len(rules.grades)
    if watch is not None and len(watch.level) != n_zones:
        raise InputError(
            f"Watch: levels are given for {len(watch.level)} zones, the travel table has {n_zones}."
        )
    f = fleet.arrays(horizon, n_zones, np.inf if watch is None else watch.every_s)
    _check_fleet(f, n_zones)
    t = travel.arrays(int(f.unit["kind"].max()) + 1, n_grades)
    r, p = rules.arrays(warm_s, horizon), policy.arrays()
    _check_policy(policy, p, travel, fleet, n_grades)

    def one(k: int) -> Replication:
        trace = draw(k)
        c = call_arrays(trace, rules, n_zones)
        state = fresh(c, f, rules.n_bins, joint=policy.kind == JOINT, by_unit=keep_units)
        looks = None if watch is None else Looks(watch)
        _run(c, f, t, r, p, state, policy, looks)
        return read_out(trace, c, f, r, state, n_zones, keep_calls=keep_calls, looks=looks)

    threads = 1 if policy.kind == OUTSIDE else min(n_threads or os.cpu_count() or 1, replications)
    if threads <= 1:
        found = [one(k) for k in range(replications)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(one, range(replications)))
    return Outputs(
        rules=rules, policy=policy.name, warm_s=warm_s, horizon_s=horizon, replications=tuple(found)
    )


def _run(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    r: RuleArrays,
    p: PolicyArrays,
    state: State,
    policy: Policy,
    looks: Looks | None,
) -> None:
    while (why := advance(c, f, t, r, p, state)) != DONE:
        if why == LOOKS and looks is not None:
            looks.look(state, r)
        elif policy.decide is not None:
            policy.decide(Scene(c, f, t, r, p, state))


def call_source(
    calls: Source, seed: int, horizon_s: float | None, replications: int
) -> tuple[Callable[[int], Calls], int]:
    """Return what gives the calls of each replication, and how many replications there are.

    Raises
    ------
    InputError
        If there is no replication.
    """
    if replications < 1:
        raise InputError(f"replications must be at least 1, got {replications}.")
    if isinstance(calls, Calls):
        return (lambda _: calls), 1
    if isinstance(calls, Stream):
        until = WEEK_S if horizon_s is None else horizon_s
        return (lambda k: calls.draw(until, seed, k)), replications
    if callable(calls):
        return calls, replications
    traces = list(calls)
    return traces.__getitem__, min(replications, len(traces)) if replications > 1 else len(traces)


def _horizon(calls: Source, draw: Callable[[int], Calls]) -> float:
    if isinstance(calls, Stream):
        return WEEK_S
    time_s = draw(0).time_s
    return float(np.nextafter(time_s[-1], np.inf)) if len(time_s) else 0.0


def call_arrays(calls: Calls, rules: Rules, n_zones: int) -> CallArrays:
    """Return the arrays of the engine.

    Raises
    ------
    InputError
        If a call is in a zone or of a grade that there is not.
    """
    n = len(calls)
    zone, grade = np.asarray(calls.zone, dtype=np.int64), np.asarray(calls.grade)
    if n and not (zone.min() >= 0 and zone.max() < n_zones):
        raise InputError(f"A call is in zone {zone.max()}; the travel table has zones 0 to {n_zones - 1}.")
    index = np.full(n, -1, dtype=np.int8)
    for k, g in enumerate(rules.grades):
        index[grade == g] = k
    if (index < 0).any():
        known = ", ".join(map(str, rules.grades))
        raise InputError(f"A call has grade {grade[index < 0][0]}; the rules know grades {known}.")
    service = np.asarray(calls.service_s, dtype=float)
    wide = service if service.ndim == 2 else service[:, None]
    call = np.zeros(n, dtype=CALL)
    call["time"], call["zone"], call["grade"] = calls.time_s, zone, index
    call["need"] = 1 if calls.need is None else calls.need
    call["delay"] = 0.0 if calls.delay_s is None else calls.delay_s
    call["after"] = -1.0 if calls.after_s is None else calls.after_s
    call["draw"] = 0.0 if calls.draw is None else calls.draw
    call["pace"] = 1.0 if calls.pace is None else calls.pace
    call["first_unit"] = -1
    for name in ("sent_at", "arrived_at", "full_at"):
        call[name] = np.inf
    # an interruption writes what is left of the work, so the trace keeps its own copy
    flat = np.ascontiguousarray(wide).reshape(-1)
    rewritten = rules.interrupts or rules.diverts or rules.takes_over
    return CallArrays(call, flat.copy() if rewritten else flat, wide.shape[1])


def _check_fleet(f: FleetArrays, n_zones: int) -> None:
    for name, zones in (("post", f.unit["post"]), ("site", f.sites), ("patrol", f.duty["zone"])):
        if len(zones) and zones.max() >= n_zones:
            raise InputError(
                f"A {name} lies in zone {zones.max()}; the travel table has zones 0 to {n_zones - 1}."
            )
    if len(f.zone_sector) != n_zones:
        raise InputError(f"zone_sector has {len(f.zone_sector)} entries for {n_zones} zones.")


def _check_policy(policy: Policy, p: PolicyArrays, travel: Travel, fleet: Fleet, n_grades: int) -> None:
    if policy.kind in (CROW, LEIGH) and travel.xy_m is None:
        raise InputError("The crow's flight needs Travel.xy_m, the place of each zone.")
    if policy.kind == TABLE and (p.order.shape[0] != travel.n_zones or p.order.max() >= fleet.n_units):
        raise InputError(
            f"A table policy needs one row a zone ({travel.n_zones}) with units from 0 to {fleet.n_units - 1}, "
            f"got {p.order.shape[0]} rows and unit {p.order.max()}."
        )
    if policy.kind in (COVER, VETO, LEIGH, ONE, JOINT) and len(p.weight) != travel.n_zones:
        raise InputError(f"Cover is given for {len(p.weight)} zones, the travel table has {travel.n_zones}.")
    if policy.kind in (COVER, ONE, JOINT) and len(p.cost) != n_grades:
        raise InputError(f"cost_s needs one price a grade, {n_grades}, got {len(p.cost)}.")
    if len(p.posts) and not (p.posts.min() >= 0 and p.posts.max() < travel.n_zones):
        raise InputError(f"A post lies in zone {p.posts.max()}; zones run from 0 to {travel.n_zones - 1}.")
