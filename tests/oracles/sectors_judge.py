"""A second judge of sector plans, sharing nothing with the product's rules, and plans corrupted for both to judge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np

from optimiser.problems.sectors import SectorsPlan, SectorsProblem


def second_judge(problem: SectorsProblem, plan: SectorsPlan) -> set[str]:
    """Judge a plan with networkx and numpy, sharing nothing with the product's rules."""
    p, broken = problem.params, set()
    n = len(problem.area_ids)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(problem.edges.tolist())
    index = {a: i for i, a in enumerate(problem.area_ids)}
    graph.add_edges_from((index[g[0]], index[a]) for g in p.together for a in g[1:])
    seat = {c: int(a) for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)}
    row = {c: j for j, c in enumerate(problem.centre_ids)}
    if set(plan.district_of) - set(index):
        broken.add("known areas")
    if (set(plan.district_of.values()) | set(plan.centre_of)) - set(p.district_ids):
        broken.add("known districts")
    if set(index) - set(plan.district_of):
        broken.add("every area")
    members = {
        d: {index[a] for a, e in plan.district_of.items() if e == d and a in index} for d in p.district_ids
    }
    cut_off = 0
    uses = Counter(plan.centre_of.values())
    for k, d in enumerate(p.district_ids):
        centre = plan.centre_of.get(d)
        inside = centre in seat and seat[centre] in members[d] and uses[centre] == 1
        if not inside:
            broken.add("centre")
        if p.fixed_centres and p.fixed_centres[k] and centre != p.fixed_centres[k]:
            broken.add("fixed centre")
        if members[d]:
            root = seat[centre] if centre in seat and seat[centre] in members[d] else None
            if root is None:
                root = index[min(problem.area_ids[i] for i in members[d])]
            cut_off += len(members[d]) - len(nx.node_connected_component(graph.subgraph(members[d]), root))
        for q, name in enumerate(problem.balance_names):
            if name in p.balance_frac:
                target = problem.balance[q].sum() * p.shares()[k]
                off = abs(problem.balance[q][sorted(members[d])].sum() / target - 1)
                if off > p.balance_frac[name] + p.relax.get("balance", 0) + 1e-6:
                    broken.add("balance")
        if centre in row:
            far = problem.travel_s[row[centre]][sorted(members[d])]
            if (far > p.longest_drive_s + p.relax.get("longest drive", 0)).any():
                broken.add("longest drive")
        for name, most in p.ceilings.items():
            work = problem.balance[problem.balance_names.index(name)]
            if work[sorted(members[d])].sum() > (most + p.relax.get("ceiling", 0)) * (1 + 1e-6):
                broken.add("ceiling")
        if centre in row and problem.respond_within_s.size:
            mine = sorted(members[d])
            within = problem.respond_within_s[mine] + p.relax.get("response", 0)
            if (problem.travel_s[row[centre]][mine] > within).any():
                broken.add("response")
    home = plan.district_of.get
    if sum(home(a) != home(g[0]) for g in p.together for a in g[1:]) > p.relax.get("together", 0):
        broken.add("together")
    if sum(home(a) is not None and home(a) == home(b) for a, b in set(p.apart)) > p.relax.get("apart", 0):
        broken.add("apart")
    broken |= of_places(problem, plan, seat)
    broken |= of_limits(problem, plan, row)
    if p.contiguity and cut_off > p.relax.get("contiguity", 0):
        broken.add("contiguity")
    if sum(plan.district_of.get(a) != d for a, d in set(p.locks)) > p.relax.get("lock", 0):
        broken.add("lock")
    return broken


def of_places(problem: SectorsProblem, plan: SectorsPlan, seat: dict[str, int]) -> set[str]:
    """Judge change, old ground and splits."""
    p, broken = problem.params, set()
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    before = np.array(problem.today or [""] * len(label))
    if p.change_limit_frac < 1:
        work = problem.balance[0] * (before != "")
        share = work[label != before].sum() / work.sum()
        if share > p.change_limit_frac + p.relax.get("change", 0) + 1e-6:
            broken.add("change")
    if p.change_limit_frac < 1 or "moved" in p.objectives:
        for d, given in zip(p.district_ids, p.centres(), strict=True):
            centre = plan.centre_of.get(d)
            if not given and d in before and centre in seat and before[seat[centre]] != d:
                broken.add("old ground")
    for kind, limit in p.split_limits.items():
        names = np.array(problem.places[kind])
        pieces = {(w, d) for w, d in zip(names, label, strict=True) if w and d}
        if len(pieces) - len({w for w, _ in pieces}) > limit + p.relax.get("splits", 0):
            broken.add("splits")
    return broken


def of_limits(problem: SectorsProblem, plan: SectorsPlan, row: dict[str, int]) -> set[str]:
    """Judge objectives that are held: area by area, in plain loops."""
    p, broken = problem.params, set()
    for name, given in p.limits.items():
        more = p.relax.get(f"{name} limit", 0.0)
        value = 0.0
        if name == "splits":
            for names in problem.places.values():
                named = dict(zip(problem.area_ids, names, strict=True))
                homes = {(named[a], d) for a, d in plan.district_of.items() if named.get(a)}
                value += len(homes) - len({w for w, _ in homes})
        elif name == "deviation":
            for q, kind in enumerate(problem.balance_names):
                if kind in p.balance_frac:
                    amount = dict(zip(problem.area_ids, problem.balance[q].tolist(), strict=True))
                    for share, d in zip(p.shares(), p.district_ids, strict=True):
                        work = sum(w for a, w in amount.items() if plan.district_of.get(a) == d)
                        value = max(value, abs(work / (share * sum(amount.values())) - 1))
        else:
            opened = {row[c] for c in plan.centre_of.values() if c in row}
            for i, a in enumerate(problem.area_ids):
                j = row.get(plan.centre_of.get(plan.district_of.get(a, ""), ""), -1)
                if j < 0:
                    continue
                own = problem.covered_calls[j, i]
                other = max([problem.covered_calls[o, i] for o in opened - {j}], default=0.0)
                value += {
                    "cover": own,
                    "travel": problem.travel_s[j, i] * problem.calls[i],
                    "compactness": problem.distance_m[j, i] ** 2 * problem.calls[i]
                    if problem.distance_m.size
                    else 0.0,
                    "backup": min(own, other),
                    "expected": (1 - p.busy_frac) * (own + p.busy_frac * other),
                }[name]
        short = given - more - value if name in ("cover", "backup", "expected") else value - given - more
        if short > 1e-6 * max(abs(given), 1.0):
            broken.add(f"{name} limit")
    return broken


def corrupt(problem: SectorsProblem, plan: SectorsPlan, rng: np.random.Generator) -> SectorsPlan:
    """Spoil one to three decisions."""
    district_of, centre_of = dict(plan.district_of), dict(plan.centre_of)
    districts = problem.params.district_ids
    for _ in range(int(rng.integers(1, 4))):
        area = str(rng.choice(problem.area_ids))
        what = rng.integers(7)
        if what <= 2:
            district_of[area] = str(rng.choice(districts))
        elif what == 3:
            other = str(rng.choice(problem.area_ids))
            district_of[area], district_of[other] = district_of.get(other, "d1"), district_of.get(area, "d1")
        elif what == 4:
            centre_of[str(rng.choice(districts))] = str(rng.choice(problem.centre_ids))
        elif what == 5:
            district_of.pop(area, None)
        else:
            district_of[area if rng.random() < 0.5 else "nowhere"] = "d9" if rng.random() < 0.5 else "d1"
    return replace(plan, district_of=district_of, centre_of=centre_of)
