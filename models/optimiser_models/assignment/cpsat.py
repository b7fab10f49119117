r"""Joint assignment with coverage by constraint programming: the rules as they stand, nothing left out.

Boolean ``sent[u, i]`` for every admissible pair (going on among them) and ``moved[u, p]``, whole numbers for what
is missing:

    at most one place a unit; exactly one if it is on its way                               (1)
    missing_i >= o_i - sum n_u sent[u, i];   lacking_ik >= r_ik - sum of units with skill k (2)
    a new unit at i  =>  sum_u sent[u, i] <= most units                                     (3)
    a new unit u at i  =>  without u officers or a skill of u would be missing              (4)
    lead_i >= lead cost of u, if i is reached at all but not before u comes                 (5)
    the same for the full complement (all o_i officers) and for setting out (by readiness)
    short_z = sum of its levels >= d_z - now_z - sum change_z sent;  a hard floor caps it   (6)
    a new unit at i  =>  officers sent >= 2, where nobody goes in alone                     (7)
    a diversion  =>  every unit that would be there about as soon goes or moves             (8)
    a free unit to a held grade  =>  free units left >= its reserve                         (9)
    moves: room at each post, most moves                                                    (10)
    surplus_i >= sum n_u sent[u, i] - o_i                                                   (11)
    a recall from i  =>  officers and skills are there without it; no new unit that is not sooner by the gain  (12)

No arc and no zone that can change is dropped, and (3) to (9) are logic, not sums: so an error in the
reductions of ``assignment.milp`` shows as a disagreement. Costs are whole numbers of ``objective_scale``
weighted seconds: the coarsest power of ten that states every cost exactly, or else the finest one.

Source: the rules of :mod:`optimiser.problems.assignment.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ortools.sat.python import cp_model

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.eligible import before_of, is_status
from optimiser.solve.program import Formulation, Program
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    Moves,
    admissible,
    blockers,
    chosen,
    chosen_moves,
    coverage_change,
    coverage_now,
    enters_with,
    floor_slack,
    leapt_over,
    most_moves,
    move_change,
    needless_spare,
    plan_of,
    possible_moves,
    post_room,
    reserves,
    skill_price,
    unfilled_price,
    unit_limit,
)

FINEST_DIGITS = 7
"""Costs are stated to 1e-7 weighted seconds at the finest, so that no rounding shows beside a whole second."""
LARGEST_SUM = 2**50
EXACT_TOL = 1e-9
Sum = cp_model.LinearExpr
Terms = list[cp_model.LinearExprT]


def build(problem: AssignmentProblem, start: AssignmentPlan | None) -> Program[AssignmentPlan]:
    """Return the CP-SAT model of the whole snapshot."""
    model = _Model(problem)
    model.places()
    for i in range(len(problem.incident_ids)):
        model.incident(i)
    model.diversions()
    model.recalls()
    model.reserve()
    model.cover()
    model.cp.minimize(Sum.sum(model.terms))
    arcs, moves, sent, moved = model.arcs, model.moves, model.sent, model.moved
    used, placed = chosen(problem, arcs, start), chosen_moves(problem, moves, start)
    hint = {v: float(a in used) for a, v in enumerate(sent)} | {
        v: float(m in placed) for m, v in enumerate(moved)
    }
    return Program(
        model.cp,
        read_plan=lambda value_of: plan_of(
            problem, arcs, moves, lambda a: value_of(sent[a]), lambda m: value_of(moved[m])
        ),
        start=hint if start is not None else {},
        objective_scale=model.scale,
        notes={"arcs": len(sent), "zones": len(problem.zone_ids), "moves": len(moved)},
    )


class _Model:
    """The model as it is built."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self.problem = problem
        self.arcs, self.moves = admissible(problem), possible_moves(problem)
        self.scale = _scale(problem, self.arcs, self.moves)
        self.cp = cp_model.CpModel()
        pairs = zip(self.arcs.unit, self.arcs.incident, strict=True)
        self.sent = [self.cp.new_bool_var(f"sent[{u},{i}]") for u, i in pairs]
        self.moved = [self.cp.new_bool_var(f"moved[{m}]") for m in range(self.moves.unit.size)]
        self.terms: Terms = []
        for v, cost in zip(self.sent, self.arcs.way_cost.tolist(), strict=True):
            self.pay(v, cost)
        for v, cost in zip(self.moved, self.moves.cost.tolist(), strict=True):
            self.pay(v, cost)

    def pay(self, what: cp_model.LinearExprT, cost: float) -> None:
        whole = self.whole(cost)
        if whole:
            self.terms.append(what * whole)

    def whole(self, cost: float) -> int:
        return round(cost / self.scale)

    def of_unit(self, u: int) -> list[cp_model.IntVar]:
        here = [self.sent[a] for a in np.flatnonzero(self.arcs.unit == u)]
        return here + [self.moved[m] for m in np.flatnonzero(self.moves.unit == u)]

    def places(self) -> None:
        """(1), (10)."""
        for u in np.unique(np.concatenate([self.arcs.unit, self.moves.unit])).tolist():
            if self.problem.on_way_to[u]:
                self.cp.add_exactly_one(self.of_unit(u))
            else:
                self.cp.add_at_most_one(self.of_unit(u))
        if self.moved:
            for p, room in enumerate(post_room(self.problem).tolist()):
                here = [self.moved[m] for m in np.flatnonzero(self.moves.post == p)]
                self.cp.add(Sum.sum(here) <= room)
            to_posts = [v for v, p in zip(self.moved, self.moves.post.tolist(), strict=True) if p >= 0]
            self.cp.add(Sum.sum(to_posts) <= most_moves(self.problem))

    def incident(self, i: int) -> None:
        """(2), (3), (4), (5), (7), (11)."""
        problem, arcs, cp = self.problem, self.arcs, self.cp
        need = int(problem.officers_needed[i])
        mine = arcs.of(i).tolist()
        here, size = [self.sent[a] for a in mine], arcs.officers[mine].tolist()
        total = Sum.weighted_sum(here, size)
        missing = cp.new_int_var(0, need, f"missing[{i}]")
        cp.add(total + missing >= need)
        self.pay(missing, float(unfilled_price(problem)[i]))
        surplus = cp.new_int_var(0, int(sum(size)), f"surplus[{i}]")
        cp.add(total - surplus <= need)
        self.pay(surplus, problem.params.surplus_price_s)
        for k in np.flatnonzero(problem.skills_needed[i] > 0).tolist():
            lacking = cp.new_int_var(0, int(problem.skills_needed[i, k]), f"lacking[{i},{k}]")
            cp.add(self._with_skill(mine, k) + lacking >= int(problem.skills_needed[i, k]))
            self.pay(lacking, float(skill_price(problem)[i]))
        for a, goes in zip(mine, here, strict=True):
            if not arcs.goes_on[a]:
                cp.add(Sum.sum(here) <= unit_limit(problem)).only_enforce_if(goes)
                cp.add(total >= int(enters_with(problem)[i])).only_enforce_if(goes)
                self._needed(i, a, goes, mine, total)
        if mine:
            self._reached(mine, arcs.lead_cost[mine], int(enters_with(problem)[i]), size)
            self._reached(mine, arcs.full_cost[mine], need, size)
            by_start = sorted(mine, key=lambda a: float(arcs.wait_cost[a]))
            self._reached(by_start, arcs.wait_cost[by_start], 1, [1] * len(by_start))

    def _with_skill(self, mine: Iterable[int], k: int, but: int = -1) -> cp_model.LinearExprT:
        has = self.problem.has_skill[:, k]
        return Sum.sum([self.sent[a] * int(has[self.arcs.unit[a]]) for a in mine if a != but])

    def _needed(
        self, i: int, a: int, goes: cp_model.IntVar, mine: list[int], total: cp_model.LinearExprT
    ) -> None:
        """(4): one of its reasons holds."""
        problem, cp, u = self.problem, self.cp, int(self.arcs.unit[a])
        most = int(problem.officers_needed[i]) - 1 + needless_spare(problem)
        reasons = [cp.new_bool_var(f"officers[{a}]")]
        cp.add(total - int(self.arcs.officers[a]) <= most).only_enforce_if(goes, reasons[0])
        for k in np.flatnonzero((problem.skills_needed[i] > 0) & (problem.has_skill[u] > 0)).tolist():
            reasons.append(cp.new_bool_var(f"skill[{a},{k}]"))
            others = self._with_skill(mine, k, a)
            cp.add(others <= int(problem.skills_needed[i, k]) - 1).only_enforce_if(goes, reasons[-1])
        cp.add_bool_or(reasons).only_enforce_if(goes)

    def _reached(self, order: list[int], costs: Floats, enough: int, size: list[int]) -> None:
        """(5): the cost of the arc with which ``enough`` of ``size`` are there; costs do not fall in this order."""
        whole = [self.whole(c) for c in costs.tolist()]
        if not any(whole):
            return
        cp, here = self.cp, [self.sent[a] for a in order]
        lead = cp.new_int_var(0, max(whole), "lead")
        at_all = cp.new_bool_var("reached")
        cp.add(Sum.weighted_sum(here, size) <= enough - 1).only_enforce_if(at_all.negated())
        before: list[cp_model.BoolVarT] = []
        for k, cost in enumerate(whole):
            cp.add(lead >= cost).only_enforce_if(at_all, *before)
            done = cp.new_bool_var("done")
            cp.add(Sum.weighted_sum(here[: k + 1], size[: k + 1]) >= enough).only_enforce_if(done)
            before = [done.negated()]
        self.terms.append(lead)

    def diversions(self) -> None:
        """(8)."""
        for a, units in blockers(self.problem, self.arcs):
            for v in units.tolist():
                self.cp.add_bool_or([*self.of_unit(v), self.sent[a].negated()])

    def recalls(self) -> None:
        """(12)."""
        problem, arcs = self.problem, self.arcs
        before = before_of(problem)
        for m in np.flatnonzero(self.moves.post < 0).tolist():
            u, turns = int(self.moves.unit[m]), self.moved[m]
            i = int(before[u])
            mine, late = leapt_over(problem, arcs, u)
            crew = Sum.weighted_sum([self.sent[a] for a in mine], arcs.officers[mine].tolist())
            self.cp.add(crew >= int(problem.officers_needed[i])).only_enforce_if(turns)
            for k in np.flatnonzero(problem.skills_needed[i] > 0).tolist():
                wanted = int(problem.skills_needed[i, k])
                self.cp.add(self._with_skill(mine.tolist(), k) >= wanted).only_enforce_if(turns)
            for a in late.tolist():
                self.cp.add_bool_or([turns.negated(), self.sent[a].negated()])

    def reserve(self) -> None:
        """(9)."""
        free = is_status(self.problem, FREE)
        goes = [self.sent[a] for a in np.flatnonzero(free[self.arcs.unit])]
        for least, held in reserves(self.problem):
            for a in np.flatnonzero(np.isin(self.arcs.incident, held) & free[self.arcs.unit]):
                self.cp.add(int(free.sum()) - Sum.sum(goes) >= least).only_enforce_if(self.sent[a])

    def cover(self) -> None:
        """(6), with one variable a priced level."""
        problem = self.problem
        now, slack = coverage_now(problem), floor_slack(problem)
        change: Ints = np.concatenate([coverage_change(problem, self.arcs), move_change(problem, self.moves)])
        goes = [*self.sent, *self.moved]
        for z in range(len(problem.zone_ids)):
            level = int(problem.demand_level[z])
            if level == 0:
                continue
            allowed = level if slack is None else min(level, slack)
            short = [self.cp.new_bool_var(f"short[{z},{n}]") for n in range(1, allowed + 1)]
            moved = Sum.weighted_sum(goes, change[:, z].tolist())
            self.cp.add(int(now[z]) + moved + Sum.sum(short) >= level)
            for n, lower in enumerate(short[1:], start=1):
                self.cp.add_implication(lower, short[n - 1])
            for n, v in enumerate(short, start=1):
                self.pay(v, problem.level_price_s(z, n))


def _scale(problem: AssignmentProblem, arcs: Arcs, moves: Moves) -> float:
    p = problem.params
    levels = [
        problem.level_price_s(z, n) for z, d in enumerate(problem.demand_level) for n in range(1, int(d) + 1)
    ]
    unfilled, skills = unfilled_price(problem), skill_price(problem)
    single: Floats = np.concatenate(
        [
            arcs.lead_cost,
            arcs.full_cost,
            arcs.wait_cost,
            arcs.way_cost,
            moves.cost,
            np.array(levels, dtype=float),
        ]
    )
    costs = np.concatenate([single, unfilled, skills, [p.surplus_price_s]])
    worst = single.sum() + unfilled @ problem.officers_needed + skills @ problem.skills_needed.sum(axis=1)
    worst += p.surplus_price_s * arcs.officers.sum()
    finest = min(FINEST_DIGITS, int(np.log10(LARGEST_SUM / max(1.0, worst))))
    for digits in range(finest):
        in_units = costs * 10.0**digits
        if np.abs(in_units - np.round(in_units)).max(initial=0.0) <= EXACT_TOL * np.abs(in_units).max(
            initial=1.0
        ):
            return float(10.0**-digits)
    return float(10.0**-finest)


FORMULATION = Formulation(
    name="assignment.cpsat",
    family=FAMILY,
    build=build,
    backend="cpsat",
    reference="The rules of the family, stated as logic",
    summary="Joint assignment with coverage by constraint programming",
)
