"""What a sector design is given: areas, their links, work and calls, drive times, and what is so today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.sectors.params import PRIORITY_COVERS, SectorsParams


def _none() -> NDArray[np.float64]:
    return np.zeros(0)


def _no_triples() -> NDArray[np.float64]:
    return np.zeros((0, 0, 0))


def _no_pairs() -> NDArray[np.float64]:
    return np.zeros((0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsProblem:
    """Areas and their links, candidate centres, drive times and work.

    Parameters
    ----------
    area_ids
        n ids.
    edges
        Shape (m, 2): pairs of area indices that are neighbours, after hard boundaries and edits.
    centre_ids, centre_area
        C candidate centres and the index of the area each lies in, shape (C,).
    travel_s
        Shape (C, n): finite drive time in seconds from a centre to an area.
    calls
        Shape (n,): calls per week, the weight of a drive.
    covered_calls
        Shape (C, n): of the calls that count for cover, how many per week lie within their target time of
        the centre.
    cover_calls
        Shape (n,): calls per week that count for cover.
    balance_names, balance
        Q kinds of work and how much of each an area has, shape (Q, n).
    params
        The planner's choices.
    distance_m
        Shape (C, n): straight-line metres from a centre to an area; empty where nothing asks for them.
    border_m
        Shape (m,): shared border of each link in metres; empty where nothing asks for it.
    today
        n district ids, "" for none: what an area belongs to now; empty where there is nothing to compare with.
    respond_within_s
        Shape (n,): longest drive to a critical location, inf elsewhere; empty for none at all.
    places
        By kind of named place (neighbourhood, municipality, ward), the name for each area, "" for none.
    priorities
        P priorities whose cover is known apart, rising; empty where none is.
    priority_covered
        Shape (P, C, n): of the calls of a priority, how many per week lie within that priority's own target time of
        the centre.
    priority_calls
        Shape (P, n): calls per week by priority.

    Raises
    ------
    InputError
        If shapes disagree, a number is out of range, or a name is unknown.
    """

    area_ids: tuple[str, ...]
    edges: NDArray[np.int64]
    centre_ids: tuple[str, ...]
    centre_area: NDArray[np.int64]
    travel_s: NDArray[np.float64]
    calls: NDArray[np.float64]
    covered_calls: NDArray[np.float64]
    cover_calls: NDArray[np.float64]
    balance_names: tuple[str, ...]
    balance: NDArray[np.float64]
    params: SectorsParams
    distance_m: NDArray[np.float64] = field(default_factory=_no_pairs)
    border_m: NDArray[np.float64] = field(default_factory=_none)
    today: tuple[str, ...] = ()
    respond_within_s: NDArray[np.float64] = field(default_factory=_none)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    priorities: tuple[int, ...] = ()
    priority_covered: NDArray[np.float64] = field(default_factory=_no_triples)
    priority_calls: NDArray[np.float64] = field(default_factory=_no_pairs)

    def __post_init__(self) -> None:
        n, c, q = len(self.area_ids), len(self.centre_ids), len(self.balance_names)
        shapes = {
            "travel_s": (self.travel_s.shape, (c, n)),
            "covered_calls": (self.covered_calls.shape, (c, n)),
            "calls": (self.calls.shape, (n,)),
            "cover_calls": (self.cover_calls.shape, (n,)),
            "balance": (self.balance.shape, (q, n)),
            "centre_area": (self.centre_area.shape, (c,)),
        }
        if self.priorities:
            shapes["priority_covered"] = (self.priority_covered.shape, (len(self.priorities), c, n))
            shapes["priority_calls"] = (self.priority_calls.shape, (len(self.priorities), n))
        if self.distance_m.size:
            shapes["distance_m"] = (self.distance_m.shape, (c, n))
        if self.border_m.size:
            shapes["border_m"] = (self.border_m.shape, (len(self.edges),))
        if self.respond_within_s.size:
            shapes["respond_within_s"] = (self.respond_within_s.shape, (n,))
        for name, (found, needed) in shapes.items():
            if found != needed:
                raise InputError(
                    f"{name} has shape {found}; {n} areas, {c} centres and {q} kinds need {needed}."
                )
        if len(set(self.area_ids)) != n or len(set(self.centre_ids)) != c:
            raise InputError("area_ids and centre_ids must each be all different.")
        if self.edges.size and (self.edges.min() < 0 or self.edges.max() >= n):
            raise InputError(f"edges must name areas 0..{n - 1}.")
        if c and (self.centre_area.min() < 0 or self.centre_area.max() >= n):
            raise InputError(f"centre_area must name areas 0..{n - 1}.")
        for name in (
            "travel_s",
            "calls",
            "covered_calls",
            "cover_calls",
            "balance",
            "distance_m",
            "border_m",
            "priority_calls",
        ):
            values = getattr(self, name)
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be finite and >= 0{self._where(values)}.")
        if np.isnan(self.respond_within_s).any() or (self.respond_within_s <= 0).any():
            raise InputError("respond_within_s must be positive seconds, or inf for none.")
        self._check_names(n)
        self._check_asked(n)
        for name in (
            "edges", "centre_area", "travel_s", "calls", "covered_calls", "cover_calls", "balance",
            "distance_m", "border_m", "respond_within_s", "priority_covered", "priority_calls",
        ):  # fmt: skip
            getattr(self, name).flags.writeable = False

    def _where(self, values: NDArray[np.float64]) -> str:
        bad = np.argwhere(~np.isfinite(values) | (values < 0))[0]
        area = self.area_ids[int(bad[-1])]
        if values.ndim == 2 and values.shape[0] == len(self.centre_ids):
            return f", but is {values[tuple(bad)]} from centre {self.centre_ids[int(bad[0])]} to area {area}"
        return f", but is {values[tuple(bad)]} at area {area}"

    def _check_names(self, n: int) -> None:
        p = self.params
        if p.n_districts > n:
            raise InputError(f"{p.n_districts} districts are asked for, but there are only {n} areas.")
        if p.n_districts > len(self.centre_ids):
            n = len(self.centre_ids)
            raise InputError(
                f"{p.n_districts} districts are asked for, but only {n} centre{'' if n == 1 else 's'}: allow more "
                "places for centres, or ask for fewer."
            )
        known: tuple[tuple[str, set[str], set[str]], ...] = (
            ("fixed_centres", {c for c in p.fixed_centres if c}, set(self.centre_ids)),
            ("balance_frac", set(p.balance_frac), set(self.balance_names)),
            ("ceilings", set(p.ceilings), set(self.balance_names)),
            ("moved_on", {p.moved_on} - {""}, set(self.balance_names)),
            ("locks", {a for a, _ in p.locks}, set(self.area_ids)),
            ("together", {a for group in p.together for a in group}, set(self.area_ids)),
            ("apart", {a for pair in p.apart for a in pair}, set(self.area_ids)),
            ("split_limits", set(p.split_limits), set(self.places)),
        )
        for name, asked, there in known:
            if asked - there:
                kinds = f" Its kinds of places: {', '.join(sorted(there)) or 'none (see places.csv)'}."
                raise InputError(
                    f"{name} names {', '.join(sorted(asked - there)[:5])}, which this map does not have."
                    + (kinds if name == "split_limits" else "")
                )

    def _check_asked(self, n: int) -> None:
        """Refuse what is asked for without the data it needs."""
        p = self.params
        for what, found in (("today", self.today), *((f"places of {k}", v) for k, v in self.places.items())):
            if found and len(found) != n:
                raise InputError(f"{what} has {len(found)} entries for {n} areas; give one each, or none.")
        apart = sorted({PRIORITY_COVERS[name] for name in p.judged if name in PRIORITY_COVERS})
        missing = [str(a) for a in apart if a not in self.priorities]
        if missing:
            raise InputError(
                f"Cover of priority {', '.join(missing)} is asked for, but the priorities with calls and a target are "
                f"{', '.join(map(str, self.priorities)) or 'none'}."
            )
        if p.counts_change and not (self.today and self.balance_names):
            raise InputError("Change is counted, but there is no plan of today to count it from.")
        if (p.shape or "compactness" in p.judged) and self.distance_m.size == 0:
            raise InputError("Shape and compactness need distance_m, the distances from centres to areas.")
        if "boundary" in p.aims and self.border_m.size == 0 and len(self.edges):
            raise InputError("The length of borders needs border_m, the shared border of each link.")
        if "deviation" in p.judged and not p.balance_frac:
            raise InputError("The largest deviation needs balance_frac: which kinds of work, and its limit.")
        if "splits" in p.judged and not self.places:
            raise InputError(
                "Splits need places: the name of each area's neighbourhood, municipality or ward."
            )

    def covered_of(self, objective: str) -> NDArray[np.float64]:
        """Return what an objective that counts calls within target has of each area by centre, shape (C, n)."""
        if objective not in PRIORITY_COVERS:
            return self.covered_calls
        found: NDArray[np.float64] = self.priority_covered[self.priorities.index(PRIORITY_COVERS[objective])]
        return found

    def cover_unweighted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return calls covered (C, n) and calls that count for cover (n,), each call as one whatever its weight."""
        counted = [k for k, p in enumerate(self.priorities) if self.params.cover_weights.get(p, 0) > 0]
        if not (self.params.weighs and counted):
            return self.covered_calls, self.cover_calls
        return self.priority_covered[counted].sum(axis=0), self.priority_calls[counted].sum(axis=0)

    def links(self) -> NDArray[np.int64]:
        """Return the links, shape (m', 2): the edges, and the first area of each kept-together group to the others."""
        index = {a: i for i, a in enumerate(self.area_ids)}
        joined = [(index[g[0]], index[a]) for g in self.params.together for a in g[1:]]
        extra = np.array(joined, dtype=np.int64).reshape(-1, 2)
        return np.concatenate([self.edges.reshape(-1, 2).astype(np.int64), extra])

    def moved_work(self) -> NDArray[np.float64]:
        """Return the work that counts as change per area, shape (n,): that of areas which have a district today."""
        name = self.params.moved_on
        work = self.balance[self.balance_names.index(name) if name else 0]
        return np.where([bool(d) for d in self.today], work, 0.0)

    def neighbours(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the links as CSR arrays (starts (n+1,), neighbours (2m,))."""
        n = len(self.area_ids)
        links = self.links()
        ends = np.concatenate([links, links[:, ::-1]])
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends[:, 0], minlength=n), out=starts[1:])
        return starts, ends[order, 1].astype(np.int64)

    def windows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and most work of each kind per district, each of shape (Q, k); relaxations included.

        Kinds that neither ``balance_frac`` nor ``ceilings`` names have the window [0, inf].
        """
        extra = float(self.params.relax.get("balance", 0.0))
        low = np.zeros((len(self.balance_names), self.params.n_districts))
        high = np.full_like(low, np.inf)
        for q, name in enumerate(self.balance_names):
            if name in self.params.balance_frac:
                target = self.balance[q].sum() * self.params.shares()
                tolerance = self.params.balance_frac[name] + extra
                low[q], high[q] = np.maximum(0.0, target * (1 - tolerance)), target * (1 + tolerance)
            if name in self.params.ceilings:
                most = self.params.ceilings[name] + self.params.relax.get("ceiling", 0.0)
                high[q] = np.minimum(high[q], most)
        return low, high
