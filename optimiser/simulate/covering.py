"""How much demand the free units cover, what one more is worth and one less costs.

Demand of a zone covered by k units counts (1 - q)(1 + q + .. + q^(k-1)), q the chance that a unit is busy (MEXCLP,
Daskin 1983), so the k-th unit adds (1 - q) q^(k-1). A unit on its way to its post covers from there (DMEXCLP:
Jagtenberg, Bhulai and van der Mei, Operations Research for Health Care 4, 2015).
"""

from __future__ import annotations

from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.state import FREE, N_POOL, PROACTIVE, PolicyArrays, State


@compiled
def count_cover(p: PolicyArrays, s: State, but: int) -> None:
    """Count for each zone the free units that reach it, one left out."""
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
def best_post(p: PolicyArrays, s: State, unit: int) -> int:
    """Return the post at which a free unit adds most to the demand covered; ties to the earlier post."""
    count_cover(p, s, unit)
    best, most = p.posts[0], -1.0
    for post in p.posts:
        gain = 0.0
        reach = p.reach[post]
        for zone in range(len(reach)):
            if reach[zone]:
                gain += p.weight[zone] * p.power[min(s.cover[zone], len(p.power) - 1)]
        if gain > most + 1e-12:
            best, most = post, gain
    return best
