"""What a sector design is given: areas, their links, work and calls, drive times, and the planner's choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, check_relaxations, choice

ObjectiveName = Literal["cover", "travel"]

RULES = (
    Rule("known areas", "a plan names only areas of this map", "areas", relaxable=False),
    Rule("known districts", "a plan names only the districts asked for", "areas", relaxable=False),
    Rule("every area", "every area belongs to exactly one district", "areas", relaxable=False),
    Rule(
        "centre",
        "every district has one centre, a candidate that lies in one of its own areas",
        "districts",
        False,
    ),
    Rule("fixed centre", "a district whose centre is given keeps it", "districts", relaxable=False),
    Rule("contiguity", "every area of a district can be reached from its centre without leaving it", "areas"),
    Rule("balance", "a district's share of the work stays near its target share", "frac"),
    Rule("lock", "a locked area belongs to the district it is locked to", "areas"),
    Rule("longest drive", "no area is further from its centre than the longest drive", "s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsParams:
    """The planner's choices.

    Parameters
    ----------
    district_ids
        Names of the districts, k of them.
    fixed_centres
        Centre id of each district, "" where it is free; empty for all free.
    target_shares
        Share of the work each district should get; empty for equal shares. Sums to 1.
    balance_frac
        Per attribute of the work, the largest relative deviation from the target share: 0.05 is +-5 %.
    objectives
        "cover" (calls within target of their centre, most), "travel" (call-weighted drive, least), or both
        in order of importance.
    locks
        Pairs (area id, district id).
    longest_drive_s
        Longest drive from a centre to its areas in seconds; inf for none.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    district_ids: tuple[str, ...] = field(metadata=choice("", "Names of the districts", hidden=True))
    fixed_centres: tuple[str, ...] = field(
        default=(), metadata=choice("", "Centre of each district", hidden=True)
    )
    target_shares: tuple[float, ...] = field(
        default=(), metadata=choice("frac", "Share of the work per district")
    )
    balance_frac: Mapping[str, float] = field(
        default_factory=dict,
        metadata=choice("frac", "Largest deviation from the target share, per kind of work"),
    )
    objectives: tuple[ObjectiveName, ...] = field(
        default=("travel",), metadata=choice("", "What to aim for, most important first")
    )
    locks: tuple[tuple[str, str], ...] = field(default=(), metadata=choice("", "Areas tied to a district"))
    longest_drive_s: float = field(
        default=float("inf"),
        metadata=choice("s", "Longest drive from a centre to its areas", group="advanced"),
    )
    contiguity: bool = field(default=True, metadata=choice("", "Districts hang together", group="advanced"))
    relax: Mapping[str, float] = field(
        default_factory=dict, metadata=choice("", "Relaxed rules", hidden=True)
    )

    def __post_init__(self) -> None:
        k = len(self.district_ids)
        if k < 1 or len(set(self.district_ids)) != k:
            raise InputError(
                f"district_ids must be at least one, all different; got {list(self.district_ids)}."
            )
        for name, given in (("fixed_centres", self.fixed_centres), ("target_shares", self.target_shares)):
            if given and len(given) != k:
                raise InputError(
                    f"{name} has {len(given)} entries for {k} districts; give one each, or none."
                )
        named = [c for c in self.fixed_centres if c]
        if len(set(named)) != len(named):
            raise InputError(f"fixed_centres gives one centre to two districts: {sorted(named)}.")
        if self.target_shares and not (
            min(self.target_shares) > 0 and abs(sum(self.target_shares) - 1) <= 1e-6
        ):
            raise InputError(
                f"target_shares must be positive and sum to 1; they sum to {sum(self.target_shares):g}."
            )
        for name, tolerance in self.balance_frac.items():
            if not tolerance >= 0:
                raise InputError(f"balance_frac of {name} must be at least 0, got {tolerance}; 5 % is 0.05.")
        if not self.objectives or set(self.objectives) - {"cover", "travel"}:
            raise InputError(f"objectives must be of cover, travel; got {list(self.objectives)}.")
        if not self.longest_drive_s > 0:
            raise InputError(f"longest_drive_s must be positive seconds, got {self.longest_drive_s}.")
        check_relaxations(self.relax, RULES)
        self._check_locks()

    def _check_locks(self) -> None:
        seen: dict[str, str] = {}
        for area, district in self.locks:
            if district not in self.district_ids:
                raise InputError(f"lock of area {area} names district {district}, which is not asked for.")
            if seen.setdefault(area, district) != district:
                raise InputError(f"area {area} is locked to both {seen[area]} and {district}; keep one lock.")

    @property
    def n_districts(self) -> int:
        """How many districts are asked for."""
        return len(self.district_ids)

    @property
    def first_sense(self) -> Sense:
        """Direction of the most important objective."""
        return "max" if self.objectives[0] == "cover" else "min"

    def shares(self) -> NDArray[np.float64]:
        """Return the target shares, shape (k,)."""
        if self.target_shares:
            return np.asarray(self.target_shares, dtype=np.float64)
        return np.full(self.n_districts, 1.0 / self.n_districts)

    def centres(self) -> tuple[str, ...]:
        """Return the given centre of each district, "" where free."""
        return self.fixed_centres or ("",) * self.n_districts


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
        for name in ("travel_s", "calls", "covered_calls", "cover_calls", "balance"):
            values = getattr(self, name)
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be finite and >= 0{self._where(values)}.")
        self._check_names(n)
        for name in ("edges", "centre_area", "travel_s", "calls", "covered_calls", "cover_calls", "balance"):
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
            raise InputError(
                f"{p.n_districts} districts are asked for, but only {len(self.centre_ids)} centres."
            )
        known: tuple[tuple[str, set[str], set[str]], ...] = (
            ("fixed_centres", {c for c in p.fixed_centres if c}, set(self.centre_ids)),
            ("balance_frac", set(p.balance_frac), set(self.balance_names)),
            ("locks", {a for a, _ in p.locks}, set(self.area_ids)),
        )
        for name, asked, there in known:
            if asked - there:
                raise InputError(
                    f"{name} names {', '.join(sorted(asked - there)[:5])}, which this map does not have."
                )

    def neighbours(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the links as CSR arrays (starts (n+1,), neighbours (2m,))."""
        n = len(self.area_ids)
        ends = (
            np.concatenate([self.edges, self.edges[:, ::-1]])
            if self.edges.size
            else np.zeros((0, 2), np.int64)
        )
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends[:, 0], minlength=n), out=starts[1:])
        return starts, ends[order, 1].astype(np.int64)

    def windows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and most work of each kind per district, each of shape (Q, k); relaxations included.

        Kinds that ``balance_frac`` does not name have the window [0, inf].
        """
        extra = float(self.params.relax.get("balance", 0.0))
        low = np.zeros((len(self.balance_names), self.params.n_districts))
        high = np.full_like(low, np.inf)
        for q, name in enumerate(self.balance_names):
            if name in self.params.balance_frac:
                target = self.balance[q].sum() * self.params.shares()
                tolerance = self.params.balance_frac[name] + extra
                low[q], high[q] = np.maximum(0.0, target * (1 - tolerance)), target * (1 + tolerance)
        return low, high
