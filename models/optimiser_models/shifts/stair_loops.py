"""The loops of ``stairs``, compiled.

``table`` is the price of each level in each slot (T, g), ``cost`` that of the arc from start i to the k + 1st after it
(s, s); sets are rows of numbers of starts, rising.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def arcs(table, starts, per_day, longest):  # type: ignore[no-untyped-def]
    """Cheapest staircase from each start to each later one, summed over the days of the week."""
    slots, levels = table.shape
    s = starts.size
    cost = np.zeros((s, s))
    best_to = np.empty(levels)
    for i in range(s):
        for day in range(slots // per_day):
            first = day * per_day + starts[i]
            best_to[:] = 0.0
            k = 0
            for on in range(1, s + 1):
                gap = (starts[(i + on) % s] - starts[i]) % per_day
                if gap == 0:
                    gap = per_day
                while k < gap:
                    price = table[(first + k) % slots]
                    if k >= longest:
                        least = best_to.min()
                        best_to[:] = np.inf
                        best_to[0] = least + price[0]
                    else:
                        least = np.inf
                        for g in range(levels - 1, -1, -1):
                            least = min(least, best_to[g])
                            best_to[g] = least + price[g]
                    k += 1
                cost[i, on - 1] += best_to.min()
    return cost


@njit(cache=True)
def _closing(cost, most, root):  # type: ignore[no-untyped-def]
    """Cheapest way to close the walk at ``root`` from start p with k arcs more, shape (most + 1, s + 1)."""
    s = cost.shape[0]
    rest = np.full((most + 1, s + 1), np.inf)
    rest[0, s] = 0.0
    for k in range(1, most + 1):
        for p in range(root, s):
            for q in range(p + 1, s + 1):
                on = q - p if q < s else s - p + root
                rest[k, p] = min(rest[k, p], cost[p, on - 1] + rest[k - 1, q])
    return rest


@njit(cache=True)
def cheapest(cost, most):  # type: ignore[no-untyped-def]
    """Cost of the cheapest closed walk of ``most`` arcs."""
    best = np.inf
    for root in range(cost.shape[0]):
        best = min(best, _closing(cost, most, root)[most, root])
    return best


@njit(cache=True)
def listed(cost, most, limit, cap):  # type: ignore[no-untyped-def]
    """List walks of ``most`` arcs below a limit, depth first; stops one beyond ``cap``."""
    s = cost.shape[0]
    sets = np.empty((cap, most), np.int64)
    values = np.empty(cap)
    found = 0
    at = np.zeros(most + 1, np.int64)
    following = np.zeros(most + 1, np.int64)
    spent = np.zeros(most + 1)
    for root in range(s):
        rest = _closing(cost, most, root)
        depth = 0
        at[0], following[0], spent[0] = root, root + 1, 0.0
        while depth >= 0:
            if following[depth] > s:
                depth -= 1
                continue
            p, q = at[depth], following[depth]
            following[depth] += 1
            on = q - p if q < s else s - p + root
            so_far = spent[depth] + cost[p, on - 1]
            if not so_far + rest[most - depth - 1, q] < limit:
                continue
            if q == s:
                if found == cap:
                    return sets, values, cap + 1
                sets[found] = at[:most]
                values[found] = so_far
                found += 1
            else:
                depth += 1
                at[depth], following[depth], spent[depth] = q, q + 1, so_far
    return sets, values, found


@njit(cache=True)
def falls(table, cost, starts, ends, longest, sets, limit):  # type: ignore[no-untyped-def]
    """Cheapest staircases of each set whose steps lie at ends of its own shifts; no further than the limit."""
    slots, levels = table.shape
    per_day = ends.shape[1]
    s, most = starts.size, sets.shape[1]
    values = np.zeros(sets.shape[0])
    best_to = np.empty(levels)
    may = np.zeros(per_day, np.bool_)
    for m in range(sets.shape[0]):
        may[:] = False
        for i in sets[m]:
            may |= ends[i]
        for z in range(most):
            values[m] += cost[sets[m, z], _on(sets[m], z, s) - 1]
        for z in range(most):
            if not values[m] < limit:
                break
            i, on = sets[m, z], _on(sets[m], z, s)
            gap = (starts[(i + on) % s] - starts[i]) % per_day
            if gap == 0:
                gap = per_day
            values[m] -= cost[i, on - 1]
            for day in range(slots // per_day):
                best_to[:] = 0.0
                for k in range(gap):
                    t = (day * per_day + starts[i] + k) % slots
                    if k >= longest:
                        least = best_to.min()
                        best_to[:] = np.inf
                        best_to[0] = least
                    elif k > 0 and may[t % per_day]:
                        for g in range(levels - 2, -1, -1):
                            best_to[g] = min(best_to[g], best_to[g + 1])
                    best_to += table[t]
                values[m] += best_to.min()
    return values


@njit(cache=True)
def _on(chosen, z, s):  # type: ignore[no-untyped-def]
    """How many starts on the next of a set lies; all of them where there is no other."""
    on = (chosen[(z + 1) % chosen.size] - chosen[z]) % s
    return s if on == 0 else on
