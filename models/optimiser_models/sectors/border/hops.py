"""Short borders by recombination (:mod:`optimiser_models.sectors.recom`), where windows, locks and given centres are
all that a plan must keep beside contiguity.

Locked areas and those that hold a given centre are kinds of work: one each, all of them in their district, none in
the others. What the walk cannot know (candidate centres, places) is judged when a plan is offered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.border.ground import Ground, Ints
from optimiser_models.sectors.recom.ground import Ground as Walked
from optimiser_models.sectors.recom.ground import ground as walked
from optimiser_models.sectors.recom.shortest import Search


def suits(d: Districting) -> bool:
    """Return whether a plan within windows, locks and contiguity is likely to be admissible."""
    places = d.places.limited or len(d.same) or len(d.apart)
    return bool(d.contiguity and d.k > 1 and d.allowed.all() and not places)


def arrays(d: Districting) -> Walked:
    """Return links, work and windows, locks and given centres among them."""
    home = d.lock.copy()
    given = np.flatnonzero(d.fixed != FREE)
    home[d.centre_area[d.fixed[given]]] = given
    work, low, high = [*d.weight], [*d.low], [*d.high]
    for k in np.unique(home[home != FREE]).tolist():
        mine = (home == k).astype(np.float64)
        window = np.where(np.arange(d.k) == k, mine.sum(), 0.0)
        work.append(mine)
        low.append(window)
        high.append(window)
    if not work:
        work, low, high = [np.ones(d.n)], [np.ones(d.k)], [np.full(d.k, float(d.n))]
    return walked(d.starts, d.neighbours, d.border, np.array(work), np.array(low), np.array(high), d.k)


def hop(
    ground: Ground,
    label: Ints | None,
    *,
    seed: int,
    keep_going: Callable[[], bool],
    found: Callable[[Ints], None],
) -> None:
    """Hop from a labelling, or from random plans where there is none, and hand over every better plan."""
    search = Search(arrays(ground.d), seed, label)
    while keep_going():
        before = search.length
        if not search.hop():
            return
        if search.best is not None and search.length < before:
            found(search.best)
