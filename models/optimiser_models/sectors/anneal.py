"""The compiled moves of the annealing search: see :mod:`.search` for what they do."""

# ruff: noqa: NPY002  compiled code seeds its own generator by np.random.seed
from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def hangs_together(i, district, label, starts, neighbours, mark, stack, stamp):  # type: ignore[no-untyped-def]
    """Would ``district`` still be connected without area ``i``? True needs one piece left."""
    wanted = 0
    first = -1
    for e in range(starts[i], starts[i + 1]):
        v = neighbours[e]
        if label[v] == district:
            mark[v] = -stamp
            first = v
            wanted += 1
    if wanted <= 1:
        return wanted == 1
    mark[i] = stamp
    mark[first] = stamp
    wanted -= 1
    stack[0] = first
    top = 1
    while top > 0:
        top -= 1
        u = stack[top]
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if label[v] == district and mark[v] != stamp:
                if mark[v] == -stamp:
                    wanted -= 1
                    if wanted == 0:
                        return True
                mark[v] = stamp
                stack[top] = v
                top += 1
    return False


@njit(cache=True)
def _outside(load, low, high):  # type: ignore[no-untyped-def]
    """Sum of relative violations of the windows."""
    total = 0.0
    for q in range(load.size):
        if load[q] > high[q]:
            total += load[q] - high[q]
        elif load[q] < low[q]:
            total += low[q] - load[q]
    return total


@njit(cache=True)
def _off(load, target):  # type: ignore[no-untyped-def]
    """Largest relative deviation from the targets."""
    worst = 0.0
    for q in range(load.size):
        if target[q] > 0:
            worst = max(worst, abs(load[q] / target[q] - 1))
    return worst


@njit(cache=True)
def _over(pieces, limit, most):  # type: ignore[no-untyped-def]
    """Pieces over the limits of their kinds and over that of all kinds."""
    total = 0.0
    over = 0.0
    for q in range(pieces.size):
        total += pieces[q]
        over += max(0.0, pieces[q] - limit[q])
    return over + max(0.0, total - most)


@njit(cache=True, nogil=True)
def moves(  # type: ignore[no-untyped-def]
    label, best, best_cost, cost, side, side_limit, price, weight, low, high, target, may, fixed, centre_area, free,
    starts, neighbours, border, same, apart, slack_same, slack_apart,
    place_starts, place_ids, place_kind, place_limit, place_most, w_border, w_splits, w_deviation,
    border_limit, border_price, n_moves, temperature, cooling, penalty, seed, contiguity,
):  # fmt: skip
    """Make ``n_moves`` moves from ``label``.

    Return the best cost met, which further sums ended over their limit, and whether the border did. ``border_price``
    is paid for each metre on top of its weight in the objective, where the border has a limit.
    """
    np.random.seed(seed)
    n, n_centres = cost.shape
    k = may.shape[0]
    n_kinds = weight.shape[0]
    n_side = side_limit.size
    head = np.full(n, -1, np.int64)  # candidate centres of an area, as linked lists
    following = np.full(n_centres, -1, np.int64)
    for c in range(n_centres):
        following[c] = head[centre_area[c]]
        head[centre_area[c]] = c
    total = np.zeros((k, n_centres))
    used = np.zeros((n_side, k, n_centres))
    load = np.zeros((k, n_kinds))
    size = np.zeros(k, np.int64)
    member = np.zeros((k, n), np.int64)
    place = np.zeros(n, np.int64)
    for i in range(n):
        d = label[i]
        member[d, size[d]] = i
        place[i] = size[d]
        size[d] += 1
        for q in range(n_kinds):
            load[d, q] += weight[q, i]
        for c in range(n_centres):
            total[d, c] += cost[i, c]
            for r in range(n_side):
                used[r, d, c] += side[r, i, c]
    current = np.zeros(k)
    seat = np.full(k, -1, np.int64)
    outside = np.zeros(k)
    off = np.zeros(k)
    for d in range(k):
        current[d] = 1e300
        for p in range(size[d]):
            c = head[member[d, p]]
            while c >= 0:
                if may[d, c] and total[d, c] < current[d]:
                    current[d] = total[d, c]
                    seat[d] = c
                c = following[c]
        outside[d] = _outside(load[d], low[:, d], high[:, d])
        off[d] = _off(load[d], target[:, d])
    # pairs, pieces and border of the whole labelling
    broken_same, broken_apart = 0, 0
    for i in range(n):
        for e in range(same[0][i], same[0][i + 1]):
            broken_same += label[same[1][e]] != label[i]
        for e in range(apart[0][i], apart[0][i + 1]):
            broken_apart += label[apart[1][e]] == label[i]
    broken_same //= 2
    broken_apart //= 2
    n_places = place_kind.size
    inside = np.zeros((n_places, k), np.int64)
    for i in range(n):
        for e in range(place_starts[i], place_starts[i + 1]):
            inside[place_ids[e], label[i]] += 1
    pieces = np.zeros(place_limit.size)
    for g in range(n_places):
        pieces[place_kind[g]] -= 1
        for d in range(k):
            pieces[place_kind[g]] += inside[g, d] > 0
    length = 0.0
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            if label[neighbours[e]] != label[i]:
                length += border[e] / 2
    with_places = n_places > 0
    with_pairs = same[1].size + apart[1].size > 0
    mark = np.zeros(n, np.int64)
    stack = np.zeros(n, np.int64)
    stamp = 0
    gone = np.zeros(n_kinds)
    come = np.zeros(n_kinds)
    after = pieces.copy()
    for _ in range(n_moves):
        temperature *= cooling
        i = np.random.randint(n)
        if not free[i] or starts[i + 1] == starts[i]:
            continue
        a = label[i]
        b = label[neighbours[starts[i] + np.random.randint(starts[i + 1] - starts[i])]]
        if a == b or size[a] == 1:
            continue
        after_a, after_b = 1e300, 1e300
        seat_a, seat_b = -1, -1
        if fixed[a] >= 0:
            seat_a = fixed[a]
            after_a = total[a, seat_a] - cost[i, seat_a]
        for p in range(size[a] if fixed[a] < 0 else 0):
            if member[a, p] != i:
                c = head[member[a, p]]
                while c >= 0:
                    if may[a, c] and total[a, c] - cost[i, c] < after_a:
                        after_a = total[a, c] - cost[i, c]
                        seat_a = c
                    c = following[c]
        if fixed[b] >= 0:
            seat_b = fixed[b]
            after_b = total[b, seat_b] + cost[i, seat_b]
        for p in range(size[b] + 1 if fixed[b] < 0 else 0):
            c = head[member[b, p]] if p < size[b] else head[i]
            while c >= 0:
                if may[b, c] and total[b, c] + cost[i, c] < after_b:
                    after_b = total[b, c] + cost[i, c]
                    seat_b = c
                c = following[c]
        if after_a > 1e299 or after_b > 1e299:
            continue
        for q in range(n_kinds):
            gone[q] = load[a, q] - weight[q, i]
            come[q] = load[b, q] + weight[q, i]
        out_a = _outside(gone, low[:, a], high[:, a])
        out_b = _outside(come, low[:, b], high[:, b])
        change = after_a + after_b - current[a] - current[b]
        change += penalty * (out_a + out_b - outside[a] - outside[b])
        off_a, off_b = 0.0, 0.0
        if w_deviation > 0:
            off_a, off_b = _off(gone, target[:, a]), _off(come, target[:, b])
            before_off, after_off = 0.0, max(off_a, off_b)
            for d in range(k):
                before_off = max(before_off, off[d])
                if d != a and d != b:
                    after_off = max(after_off, off[d])
            # the largest alone gives no slope: the two districts' own deviations break ties
            change += w_deviation * (after_off - before_off + (off_a + off_b - off[a] - off[b]) / k)
        new_same, new_apart = broken_same, broken_apart
        if with_pairs:
            for e in range(same[0][i], same[0][i + 1]):
                other = label[same[1][e]]
                new_same += int(other == a) - int(other == b)
            for e in range(apart[0][i], apart[0][i + 1]):
                other = label[apart[1][e]]
                new_apart += int(other == b) - int(other == a)
            change += penalty * (max(0, new_same - slack_same) - max(0, broken_same - slack_same))
            change += penalty * (max(0, new_apart - slack_apart) - max(0, broken_apart - slack_apart))
        if with_places:
            after[:] = pieces
            for e in range(place_starts[i], place_starts[i + 1]):
                g = place_ids[e]
                after[place_kind[g]] += int(inside[g, b] == 0) - int(inside[g, a] == 1)
            worse = _over(after, place_limit, place_most) - _over(pieces, place_limit, place_most)
            change += penalty * worse + w_splits * (after.sum() - pieces.sum())
        longer = 0.0
        if w_border + border_price > 0:
            for e in range(starts[i], starts[i + 1]):
                d = label[neighbours[e]]
                longer += border[e] * (int(d != b) - int(d != a))
            change += (w_border + border_price) * longer
        if change > 0 and np.random.random() >= np.exp(-change / temperature):
            continue
        stamp += 1
        if contiguity and not hangs_together(i, a, label, starts, neighbours, mark, stack, stamp):
            continue
        label[i] = b
        current[a], current[b], outside[a], outside[b] = after_a, after_b, out_a, out_b
        seat[a], seat[b], off[a], off[b] = seat_a, seat_b, off_a, off_b
        broken_same, broken_apart = new_same, new_apart
        length += longer
        if with_places:
            pieces[:] = after
            for e in range(place_starts[i], place_starts[i + 1]):
                inside[place_ids[e], a] -= 1
                inside[place_ids[e], b] += 1
        last = member[a, size[a] - 1]
        member[a, place[i]] = last
        place[last] = place[i]
        size[a] -= 1
        member[b, size[b]] = i
        place[i] = size[b]
        size[b] += 1
        for q in range(n_kinds):
            load[a, q] -= weight[q, i]
            load[b, q] += weight[q, i]
        for c in range(n_centres):
            total[a, c] -= cost[i, c]
            total[b, c] += cost[i, c]
        for r in range(n_side):
            for c in range(n_centres):
                used[r, a, c] -= side[r, i, c]
                used[r, b, c] += side[r, i, c]
        worst = 0.0
        value = w_border * length + w_splits * pieces.sum()
        largest = 0.0
        for d in range(k):
            worst = max(worst, outside[d])
            value += current[d]
            largest = max(largest, off[d])
        value += w_deviation * largest
        if worst > 1e-9 or broken_same > slack_same or broken_apart > slack_apart:
            continue
        if with_places and _over(pieces, place_limit, place_most) > 0:
            continue
        fits = length <= border_limit
        for r in range(n_side):
            amount = 0.0
            for d in range(k):
                amount += used[r, d, seat[d]]
            value -= price[r] * amount
            fits = fits and amount <= side_limit[r] + 1e-9 * max(1.0, abs(side_limit[r]))
        if fits and value < best_cost - 1e-9:
            best_cost = value
            best[:] = label
    over = np.zeros(n_side, np.bool_)
    for r in range(n_side):
        amount = 0.0
        for d in range(k):
            amount += used[r, d, seat[d]]
        over[r] = amount > side_limit[r] + 1e-9 * max(1.0, abs(side_limit[r]))
    return best_cost, over, length > border_limit
