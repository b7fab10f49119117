r"""Reduced costs of arcs that a model left out: the certificate that none of them can matter.

For an arc (u, i) of a plain incident without costs of setting out late, with the duals of the linear
relaxation on the arcs kept (letters as in ``assignment.milp``; k the rows it would stand in):

    rc(f) = way + lead - [common + first_i + o attended_i - (V - 1) further_i [n < o + r]]
    rc(g) = way        - [common + further_i + big_i [n >= o + r - 1]]
    common = unit_u + min(n, o) need_i + vehicles_i + n (needless_i + surplus_i) + reserve [free]
             + n complete_i + min(n, o) sum_j full_ij
             + sum_z change_uz cover_z, the last in unit_u where the unit has a column of its own

(full_ij are the rows (8) of the full complement: in all of them at once the arc would do no less than it does.)

Rows that only such an arc would bring (a unit's row where it had one column, x <= w, x <= t) are left out of the
relaxation, which stays one. With the value L of the relaxation, where no rc is below 0, every plan that uses the arc
costs at least L + rc: an arc with rc above the gap to a known plan is in no better plan.
"""

from __future__ import annotations

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.eligible import is_status
from optimiser_models.assignment.arcs import (
    Arcs,
    Bools,
    Floats,
    big_further,
    blockers,
    most_units,
    needless_spare,
    plain,
)
from optimiser_models.assignment.milp import Built


def may_leave_out(problem: AssignmentProblem, arcs: Arcs) -> Bools:
    """Return the arcs that :func:`reduced_costs` can price. Shape (A,)."""
    if next(iter(blockers(problem, arcs)), None) is not None:
        return np.zeros(arcs.unit.size, dtype=bool)
    ordered = np.zeros(len(problem.incident_ids), dtype=bool)
    ordered[arcs.incident[arcs.wait_cost > 0]] = True
    on_way = np.array([bool(to) for to in problem.on_way_to], dtype=bool)
    return np.asarray((plain(problem) & ~ordered)[arcs.incident] & ~on_way[arcs.unit], dtype=np.bool_)


def reduced_costs(
    problem: AssignmentProblem, built: Built, dual: Floats, arcs: Arcs
) -> tuple[Floats, Floats]:
    """Return rc(f) and rc(g) of arcs, in weighted seconds; rc(g) infinite where there is no g. Shape (A,) each."""
    y = np.append(dual * built.scale, 0.0)  # the last for rows that are not there

    def of(name: str) -> Floats:
        return np.array([y[built.place.get(f"{name}[{i}]", -1)] for i in problem.incident_ids])

    n, i = arcs.officers, arcs.incident
    need, limit = problem.officers_needed[i], most_units(problem)[i]
    unit = y[built.unit_row]
    strange = built.unit_row < 0  # no row of its own: its cover is priced by the rows of the zones
    cover = built.rows
    n_rows = cover.room.size
    first = built.place.get("cover", built.place.get("floor", -1)) if n_rows else -1
    if n_rows:
        unit = unit + (
            np.where(strange, cover.table @ y[first : first + n_rows], 0.0) if cover.by_unit else 0.0
        )
    kept = sum(float(y[row]) for name, row in built.place.items() if name.startswith("reserve["))
    unit = unit + np.where(is_status(problem, FREE), kept, 0.0)
    both = unit[arcs.unit] + np.minimum(n, need) * of("need")[i] + n * (of("needless") + of("surplus"))[i]
    both = both + of("vehicles")[i] + n * of("complete if sent")[i]
    full = [y[built.family.get(f"full[{name}]", [])].sum() for name in problem.incident_ids]
    both = both + np.minimum(n, need) * np.array(full)[i]
    if n_rows and not cover.by_unit:
        both = both + cover.change(arcs, np.arange(n.size)) @ y[first : first + n_rows]
    two = (limit > 1) & (n < need + needless_spare(problem))
    led = np.where(n < need + needless_spare(problem), (limit - 1) * of("further")[i], 0.0)
    rc_first = arcs.way_cost + arcs.lead_cost - both - of("first")[i] - need * of("attended")[i] + led
    big = np.where(n >= big_further(problem)[i], of("big")[i], 0.0)
    rc_further = np.where(two, arcs.way_cost - both - of("further")[i] - big, np.inf)
    return rc_first, rc_further
