"""How much demand the free units cover, what one more is worth and one less costs.

Demand of a zone covered by k units counts (1 - q)(1 + q + .. + q^(k-1)), q the chance that a unit is busy (MEXCLP,
Daskin 1983), so the k-th unit adds (1 - q) q^(k-1). A unit on its way to its post covers from there (DMEXCLP:
Jagtenberg, Bhulai and van der Mei, Operations Research for Health Care 4, 2015).
"""

from __future__ import annotations

import numpy as np

from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.moving import place, time_slice
from optimiser.simulate.state import FREE, N_POOL, PROACTIVE, PolicyArrays, State
from optimiser.simulate.world import World


@compiled
def count_cover(w: World, but: int) -> None:
    """Count for each zone the free units that reach it, one left out."""
    p, s = w.p, w.s
    s.cover[:] = 0
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if unit != but and s.unit[unit].doing in (FREE, PROACTIVE):
            reach = p.reach[s.unit[unit].goal]
            for zone in range(len(reach)):
                s.cover[zone] += reach[zone]


@leaf
def loss_of(p: PolicyArrays, s: State, zone_from: int) -> float:
    """Share of demand that is lost when a unit that covers from here is taken."""
    lost = 0.0
    reach = p.reach[zone_from]
    for zone in range(len(reach)):
        if reach[zone] and s.cover[zone] > 0:
            lost += p.weight[zone] * p.power[min(s.cover[zone] - 1, len(p.power) - 1)]
    return lost


@leaf
def bared_by(p: PolicyArrays, s: State, zone_from: int) -> float:
    """Share of demand that nobody covers any more when a unit that covers from here is taken."""
    bare = 0.0
    reach = p.reach[zone_from]
    for zone in range(len(reach)):
        if reach[zone] and s.cover[zone] == 1:
            bare += p.weight[zone]
    return bare


@compiled
def best_post(w: World, unit: int, now: float) -> int:
    """Return the post at which a free unit adds most to the demand covered; of equal ones the nearer.

    The way has no other say: where units stand lasts longer than the way there. Priced like that of a move, it kept
    units where their calls had been, and more urgent calls came late (suite ``policies``, made-up county).
    """
    t, p, s = w.t, w.p, w.s
    count_cover(w, unit)
    part, here = time_slice(t, now), place(t, s, unit, now)
    best, most, least = p.posts[0], -np.inf, np.inf
    for post in p.posts:
        gain = _gain_at(p, s, post)
        way = 0.0 if post == here else float(t.table[t.mode[s.unit[unit].kind, -1], part, here, post])
        if gain > most + 1e-12 or (gain > most - 1e-12 and way < least):
            best, most, least = post, max(most, gain), way
    return best


@leaf
def shift_cover(p: PolicyArrays, s: State, unit: int, sign: int) -> None:
    """Take a unit's cover out of the count (-1) or put it back (1)."""
    reach = p.reach[s.unit[unit].goal]
    for zone in range(len(reach)):
        if reach[zone]:
            s.cover[zone] += sign


@compiled
def best_move(w: World, now: float) -> tuple[int, int]:
    """Return the free unit and the post whose move is worth most after its price, (-1, -1) if none is.

    Tried is the post that adds most now, with every free unit; both are counted exactly. ``number`` holds the price
    of a move, the weight of a second of its way and the worth of covering all demand.
    """
    t, p, s = w.t, w.p, w.s
    count_cover(w, -1)
    post, most = int(p.posts[0]), -1.0
    for at in p.posts:
        gain = _gain_at(p, s, at)
        if gain > most + 1e-12:
            post, most = int(at), gain
    part = time_slice(t, now)
    best, worth = -1, 0.0
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if s.unit[unit].doing != FREE or s.unit[unit].goal == post:
            continue
        way = float(t.table[t.mode[s.unit[unit].kind, -1], part, place(t, s, unit, now), post])
        price = p.number[0] + p.number[1] * way
        if most * p.number[2] <= price + worth:
            continue
        lost = loss_of(p, s, s.unit[unit].goal)
        shift_cover(p, s, unit, -1)
        gain = _gain_at(p, s, post) - lost
        shift_cover(p, s, unit, 1)
        if gain * p.number[2] - price > worth:
            best, worth = unit, gain * p.number[2] - price
    return (best, post) if best >= 0 else (-1, -1)


@leaf
def _gain_at(p: PolicyArrays, s: State, post: int) -> float:
    """Share of demand that one more unit at a post adds."""
    gain = 0.0
    reach = p.reach[post]
    for zone in range(len(reach)):
        if reach[zone]:
            gain += p.weight[zone] * p.power[min(s.cover[zone], len(p.power) - 1)]
    return gain
