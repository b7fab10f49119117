"""A second judge of assignments, sharing nothing with the product's rules, and plans corrupted for both to judge."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem

NEVER = float("inf")


def mul(weight: float, seconds: float) -> float:
    """Nothing of a weight of 0, whatever the seconds."""
    return 0.0 if weight == 0 else float(weight * seconds)


class Judged:
    """All that the second judge says of a plan: broken rules by name, and the objective."""

    def __init__(self, problem: AssignmentProblem, plan: AssignmentPlan) -> None:
        self.p, self.q = problem, problem.params
        self.broken: set[str] = set()
        self.value = 0.0
        at = {name: k for k, name in enumerate(problem.unit_ids)}
        to = {name: k for k, name in enumerate(problem.incident_ids)}
        post = {name: k for k, name in enumerate(problem.post_ids)}
        self._names(plan, at, to, post)
        self.place: list[tuple[str, int]] = []  # of each unit: ("own", -1), ("scene", i) or ("post", p)
        self.new: set[int] = set()
        self.back: dict[int, int] = {}  # incident that each unit turns back from
        for u, name in enumerate(problem.unit_ids):
            goes = problem.on_way_to[u]
            asked = plan.sent.get(name)
            if goes and name in plan.recalled and name not in plan.sent:
                self.back[u] = to[goes]
                goes = ""
            if asked in to and asked != problem.on_way_to[u]:
                self.new.add(u)
                goes = asked
            where = ("scene", to[goes]) if goes else ("own", -1)
            self.place.append(where)
        self.moves = [(at[u], post[p]) for u, p in plan.moved.items() if u in at and p in post]
        for u, p in self.moves:
            if self.place[u][0] == "own":
                self.place[u] = ("post", p)
        self.crew: dict[int, list[int]] = defaultdict(list)
        for u, (kind, i) in enumerate(self.place):
            if kind == "scene":
                self.crew[i].append(u)
        for u in self.new:
            self._may_go(u, self.place[u][1])
        for i in range(len(to)):
            self._incident(i)
        self._turned_back(plan)
        self._reserve()
        self._posts()
        self._cover()

    def slack(self, rule: str) -> float:
        return float(self.q.relax.get(rule, 0.0))

    def _turned_back(self, plan: AssignmentPlan) -> None:
        p, q = self.p, self.q
        for u, i in self.back.items():
            self.value += q.recall_price_s
            if not q.recall:
                continue
            crew = [v for v in self.crew[i] if v != u]
            skills = p.has_skill[crew].sum(axis=0) if crew else np.zeros(len(p.skill_ids), dtype=int)
            if p.officers[crew].sum() < p.officers_needed[i] or (skills < p.skills_needed[i]).any():
                self.broken.add("recall not needed")
            for v in crew:
                sooner = p.travel_s[u, i] - (p.ready_s[v] + p.travel_s[v, i])
                if v in self.new and sooner < q.divert_gain_s - self.slack("leapfrog gain") - 1e-6:
                    self.broken.add("leapfrog gain")

    def _names(self, plan: AssignmentPlan, at: dict, to: dict, post: dict) -> None:  # type: ignore[type-arg]
        problem = self.p
        if (set(plan.sent) | set(plan.moved)) - set(at):
            self.broken.add("unknown unit")
        if set(plan.sent.values()) - set(to):
            self.broken.add("unknown incident")
        if set(plan.moved.values()) - set(post):
            self.broken.add("unknown post")
        if (set(plan.sent) & set(plan.moved)) | (set(plan.recalled) & (set(plan.sent) | set(plan.moved))):
            self.broken.add("one place")
        if set(plan.recalled) - set(at):
            self.broken.add("unknown unit")
        if any(u in at and not (problem.on_way_to[at[u]] and problem.params.recall) for u in plan.recalled):
            self.broken.add("recall on the way")

    def reasons(self, u: int, i: int) -> set[str]:
        """Why unit u must not be sent to incident i as far as the two of them know."""
        p, why = self.p, set()
        way, status, grade = p.travel_s[u, i], p.status[u], int(p.grade[i])
        there = p.ready_s[u] + way
        if way == NEVER:
            why.add("reachable")
        if p.barred[u, i]:
            why.add("barred")
        if status == "busy":
            why.add("known end")
        if status == "ends" and grade in self.q.free_only_grades:
            wait = self.slack("free units only")
            if not (wait > 0 and p.ready_s[u] <= wait + 1e-6):
                why.add("free units only")
        elif status == "ends" and way < NEVER:
            in_time_s = self.q.grade_targets_s[grade] + self.slack("free in time") + 1e-6
            if p.age_s[i] + there > in_time_s:
                why.add("free in time")
        ends_s = p.shift_left_s[u] + self.slack("shift end") + 1e-6
        if status != "busy" and way < NEVER and there + self.q.shift_margin_s > ends_s:
            why.add("shift end")
        return why

    def _may_go(self, u: int, i: int) -> None:
        p = self.p
        self.broken |= self.reasons(u, i)
        if p.status[u] != "sent":
            return
        was = int(p.grade[p.incident_ids.index(p.on_way_to[u])])
        if int(p.grade[i]) - was + 1 > self.slack("diverted to more urgent"):
            self.broken.add("diverted to more urgent")
        target = self.q.grade_targets_s[int(p.grade[i])] - p.age_s[i] + 1e-6
        counts = p.skills_needed[i] > 0
        mine = p.travel_s[u, i]
        for v, (kind, _) in enumerate(self.place):
            free = p.status[v] == "free" and kind == "own" and not self.reasons(v, i)
            if free and p.officers[v] >= p.officers[u] and (p.has_skill[v] >= p.has_skill[u])[counts].all():
                other = p.travel_s[v, i]
                only_u_in_time = mine <= target < other
                if (
                    not only_u_in_time
                    and other - mine < self.q.divert_gain_s - self.slack("diversion gain") - 1e-6
                ):
                    self.broken.add("diversion gain")

    def _incident(self, i: int) -> None:
        p, q, crew = self.p, self.q, self.crew[i]
        grade = int(p.grade[i])
        weight = p.weight[i] * (1 + q.ageing * p.age_s[i] / q.grade_targets_s[grade])
        need, n = int(p.officers_needed[i]), p.officers[crew].sum() if crew else 0
        skills = p.has_skill[crew].sum(axis=0) if crew else np.zeros(len(p.skill_ids), dtype=int)
        enter = 2 if p.alone_barred[i] and not p.attended[i] else 1
        fresh = [u for u in crew if u in self.new]
        if fresh and n < enter:
            self.broken.add("nobody alone")
        if fresh and len(crew) > q.max_units + self.slack("most units"):
            self.broken.add("most units")
        for u in fresh:
            spare = n - p.officers[u] - (need - 1) > self.slack("needless unit")
            short_without = (skills - p.has_skill[u] < p.skills_needed[i]) & (p.has_skill[u] > 0)
            if spare and not short_without.any():
                self.broken.add("needless unit")
        lost = (
            q.late_weight[grade] * (1 + q.complement_weight) * max(0, p.age_s[i] - q.grade_targets_s[grade])
        )
        self.value += (weight * (q.unfilled_price_s[grade] + lost) + self.above_cover(grade)) * max(
            0, need - n
        )
        self.value += weight * q.skill_price_s * np.maximum(0, p.skills_needed[i] - skills).sum()
        self.value += q.surplus_price_s * max(0, n - need)
        self.value += sum(q.journey_weight * p.travel_s[u, i] for u in crew if q.journey_weight)
        self.value += q.divert_price_s * sum(p.status[u] == "sent" for u in fresh)
        self._times(i, grade, weight, need, enter)

    def _times(self, i: int, grade: int, weight: float, need: int, enter: int) -> None:
        p, q, crew = self.p, self.q, self.crew[i]
        if not crew:
            return
        by = sorted((p.ready_s[u] + p.travel_s[u, i], int(p.officers[u])) for u in crew)
        there = np.cumsum([n for _, n in by])
        late = q.late_weight[grade] * weight
        target = q.grade_targets_s[grade] - p.age_s[i]
        if there[-1] >= enter and not p.attended[i]:
            first = by[int(np.searchsorted(there, enter))][0]
            self.value += mul(weight * q.first_weight[grade], first) + mul(late, max(0.0, first - target))
            self.value += self.above_cover(grade) if first - target > 1e-6 else 0.0
        if there[-1] >= need > 0:
            full = by[int(np.searchsorted(there, need))][0]
            self.value += mul(late * q.complement_weight, max(0.0, full - target))
        if grade in q.deploy_targets_s and not p.attended[i]:
            begins = min(p.ready_s[u] for u in crew)
            too_late = begins - max(0.0, q.deploy_targets_s[grade] - p.age_s[i])
            self.value += mul(weight * q.deploy_weight, max(0.0, too_late))

    def above_cover(self, grade: int) -> float:
        """What no unit's cover is worth: all zones that a place reaches, at the price of their last levels."""
        p, q = self.p, self.q
        if grade not in q.in_time_first or not p.demand_level.sum():
            return 0.0
        size = max(p.officers) if q.coverage_counts == "officers" else 1
        places = [*p.zone_s, *(row for t in p.post_zone_s.values() for row in t)]
        if q.coverage == "present":
            places += [row for t in p.scene_zone_s.values() for row in t]
        most = 0.0
        for row in places:
            here = 0.0
            for z, wanted in enumerate(p.demand_level):
                for n in range(max(1, wanted - size + 1), wanted + 1):  # missing levels, the dearest
                    here += p.level_price_s(z, n) if row[z] <= p.zone_within_s[z] else 0.0
            most = max(most, here)
        twice = 2.0 if q.coverage == "present" else 1.0
        return float(twice * most + q.journey_weight * q.grade_targets_s[grade] + 1.0)

    def _reserve(self) -> None:
        p, q = self.p, self.q
        taken = [u for u in self.new if p.status[u] == "free"]
        left = p.status.count("free") - len(taken)
        for grade, kept in q.reserve_units.items():
            wait = q.reserve_due_frac * q.grade_targets_s[grade]
            holds = [i for u in taken if p.grade[i := self.place[u][1]] == grade and p.age_s[i] < wait]
            if holds and left < kept - self.slack("reserve"):
                self.broken.add("reserve")

    def _posts(self) -> None:
        p, q = self.p, self.q
        for u, k in self.moves:
            if p.status[u] != "free":
                self.broken.add("free units move")
            if p.post_travel_s[u, k] > q.move_limit_s + self.slack("longest move") + 1e-6:
                self.broken.add("longest move")
            self.value += q.move_price_s + q.move_weight * p.post_travel_s[u, k]
        for k, n in Counter(k for _, k in self.moves).items():
            if n > p.post_room[k] + self.slack("room at post"):
                self.broken.add("room at post")
        if len(self.moves) > q.max_moves + self.slack("most moves"):
            self.broken.add("most moves")

    def _cover(self) -> None:
        p, q = self.p, self.q
        for z in range(len(p.zone_ids)):
            level = 0
            for u, (kind, k) in enumerate(self.place):
                driver = p.driver_class[u]
                if kind == "scene":
                    way = p.scene_zone_s[driver][k, z] if q.coverage == "present" else NEVER
                elif q.coverage != "present" and p.status[u] != "free" and u not in self.back:
                    way = NEVER
                else:
                    way = p.post_zone_s[driver][k, z] if kind == "post" else p.zone_s[u, z]
                if way <= p.zone_within_s[z]:
                    level += int(p.officers[u]) if q.coverage_counts == "officers" else 1
            wanted = int(p.demand_level[z])
            if q.coverage_hard and level < wanted - self.slack("coverage floor"):
                self.broken.add("coverage floor")
            for n in range(level + 1, wanted + 1):  # the n-th level is not there
                missing = wanted - n + 1
                price = q.shortfall_price_s[min(wanted - level - missing + 1, len(q.shortfall_price_s)) - 1]
                if q.coverage == "expected":
                    price = q.expected_price_s * (1 - q.expected_busy_frac) * q.expected_busy_frac ** (n - 1)
                self.value += p.zone_weight[z] * price


def corrupt(problem: AssignmentProblem, plan: AssignmentPlan, rng: np.random.Generator) -> AssignmentPlan:
    """Return the plan with one to three faults: a unit sent, taken back or moved anywhere, or an unknown name."""
    sent, moved, back = dict(plan.sent), dict(plan.moved), list(plan.recalled)
    for _ in range(int(rng.integers(1, 4))):
        unit = str(rng.choice(problem.unit_ids))
        kind = rng.random()
        if kind < 0.55:
            sent[unit] = str(rng.choice(problem.incident_ids))
        elif kind < 0.65:
            sent.pop(unit, None)
        elif kind < 0.7:
            back = [u for u in back if u != unit] if unit in back else [*back, unit]
        elif kind < 0.85 and problem.post_ids:
            moved[unit] = str(rng.choice(problem.post_ids))
        elif kind < 0.9:
            sent["ghost"] = str(rng.choice(problem.incident_ids))
        elif kind < 0.95:
            sent[unit] = "nowhere"
        else:
            moved[unit] = "nowhere"
    return replace(plan, sent=sent, moved=moved, recalled=tuple(back))
