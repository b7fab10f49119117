"""Fold tables changed by hand: with so many cars this beat goes with the car of that one, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from optimiser.errors import InputError
from optimiser.problems.base import Violation
from optimiser.problems.fold import FAMILY, FoldPlan
from optimiser.problems.fold.plan import ordered
from optimiser.solve.result import PROOF_GAP, Judged, Result, Status
from optimiser.studies.fold_tables import FoldTable

NEEDED = frozenset({"one group a car", "every beat", "nested"})
"""Rules without which there is no table to draw; what else is broken is told."""
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FoldEdit:
    """A planner's word: with ``cars`` cars in this part of the day ``beat`` goes with the car of ``joins``, and why."""

    part: str
    cars: int
    beat: str
    joins: str
    reason: str


def edited(tables: Sequence[FoldTable], edits: Iterable[FoldEdit]) -> tuple[FoldTable, ...]:
    """Return the tables with the edits done in order, each judged afresh; a beat says which district it is of.

    What was computed stays the bound: an edited table can be told how much worse than the best it may be.

    Raises
    ------
    InputError
        Naming every edit that cannot be: no such part, beat or number of cars, a beat beside itself, two districts, no
        reason; and what is left that is no fold table: a car without a beat, beats that part as cars become fewer.
    """
    found = {(t.district, t.part): t for t in tables}
    faults: list[str] = []
    changed: dict[tuple[str, str], list[FoldEdit]] = {}
    for k, e in enumerate(edits, start=1):
        table, fault = _table_of(tables, e)
        if table is None:
            faults.append(f"edit {k}: {fault}")
        else:
            changed.setdefault((table.district, table.part), []).append(e)
    if faults:
        raise InputError(f"The fold tables cannot be changed so: {'; '.join(faults)}.")
    for key, mine in changed.items():
        rows = dict(found[key].plan.groups_at)
        for e in mine:
            rows[e.cars] = _joined(rows[e.cars], e.beat, e.joins)
        found[key] = _judged(found[key], FoldPlan(rows), len(mine))
        where = ", ".join(x for x in key if x)
        faults += [f"{where}: {v.where} ({v.rule})" for v in _check(found[key]) if v.rule in NEEDED]
    if faults:
        raise InputError(
            f"The fold tables cannot be changed so: {'; '.join(faults)}. Beats that go with one car stay together with "
            "fewer cars: move them there too."
        )
    return tuple(found.values())


def with_its_car(tables: Sequence[FoldTable], edit: FoldEdit) -> tuple[FoldEdit, ...]:
    """Return an edit with those that make a whole table of it: who shares the car goes along, with fewer cars too.

    The beats that share a car with ``edit.beat`` when there is one car more stay with it, and with every smaller
    number of cars all of them are with the car of ``edit.joins``; so rows nest, unless the edit leaves a car without a
    beat. None where they are together already; an edit that fits no table is returned as it is.
    """
    table, _ = _table_of(tables, edit)
    if table is None:
        return (edit,)
    rows = table.plan.groups_at
    above = rows.get(edit.cars + 1, ((edit.beat,),))
    mates = next((g for g in above if edit.beat in g), (edit.beat,))
    found = []
    for cars in sorted((c for c in rows if c <= edit.cars), reverse=True):
        group = next((g for g in rows[cars] if edit.joins in g), ())
        beats = sorted(mates, key=lambda b: (b != edit.beat, b))
        found += [replace(edit, cars=cars, beat=b) for b in beats if b not in group and b != edit.joins]
    return tuple(found)


def movable(table: FoldTable, cars: int) -> tuple[str, ...]:
    """Return the beats that may go with another car: those whose car takes more than it did with one car more.

    Any other would leave a car without a beat, or part from beats it has been joined with.
    """
    above = {b: g for g in table.plan.groups_at.get(cars + 1, ()) for b in g}
    grown = {b for g in table.plan.groups_at.get(cars, ()) for b in g if len(g) > len(above.get(b, (b,)))}
    return tuple(b for b in table.problem.beat_ids if b in grown)


def broken(tables: Iterable[FoldTable]) -> list[tuple[FoldTable, Violation]]:
    """Return the rules that tables changed by hand break."""
    return [(t, v) for t in tables if t.by_hand for v in _check(t)]


def _check(table: FoldTable) -> list[Violation]:
    return FAMILY.check(table.problem, table.plan)


def _table_of(tables: Sequence[FoldTable], e: FoldEdit) -> tuple[FoldTable | None, str]:
    parts = sorted({t.part for t in tables})
    if e.part not in parts:
        return None, f"there is no part of the day {e.part!r}; there are {', '.join(parts)}"
    table = next((t for t in tables if t.part == e.part and e.beat in t.problem.beat_ids), None)
    if table is None:
        return None, f"there is no beat {e.beat!r}"
    if e.joins == e.beat or e.joins not in table.problem.beat_ids:
        what = "is the beat itself" if e.joins == e.beat else f"is no beat of the district of {e.beat}"
        return None, f"{e.joins!r}, with which {e.beat} should go, {what}"
    if e.cars not in table.plan.groups_at:
        numbers = f"{min(table.plan.groups_at)} to {max(table.plan.groups_at)}"
        return None, f"{e.cars} cars should be {numbers} where {e.beat} lies"
    if not e.reason.strip():
        return None, f"{e.beat} with {e.cars} cars is changed without a reason"
    return table, ""


def _joined(groups: Groups, beat: str, joins: str) -> Groups:
    left = [[b for b in g if b != beat] for g in groups]
    return ordered([*g, beat] if joins in g else g for g in left)


def _judged(table: FoldTable, plan: FoldPlan, n_edits: int) -> FoldTable:
    """Return the table with another plan, its objectives from the data and, where it keeps all rules, the bounds."""
    before = table.result
    kept = not FAMILY.check(table.problem, plan)
    proved = {o.name: o.bound for o in before.objectives if kept}
    judged = tuple(
        Judged(o.name, o.unit, o.sense, o.value, proved.get(o.name))
        for o in FAMILY.objectives(table.problem, plan)
    )
    best = all(o.gap_frac is not None and o.gap_frac <= PROOF_GAP for o in judged)
    result: Result[FoldPlan] = replace(
        before,
        plan=plan,
        objectives=judged,
        measures=FAMILY.measure(table.problem, plan),
        status=before.status if best else Status.FEASIBLE,
        confirmed_by=before.confirmed_by if best else "",
    )
    return replace(table, result=result, by_hand=table.by_hand + n_edits)
