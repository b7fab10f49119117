"""Rows of ``assignment.milp`` that tie incidents together: diversions, recalls, reserve, posts and cover."""

from __future__ import annotations

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.eligible import before_of, is_status
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    Moves,
    blockers,
    floor_slack,
    leapt_over,
    most_moves,
    post_room,
    reserves,
)
from optimiser_models.assignment.columns import Columns
from optimiser_models.assignment.reduce import CoverRows
from optimiser_models.assignment.rows import Rows


def diversions(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, columns: Columns) -> None:
    """Add (10): who stays forbids a diversion."""
    for a, units in blockers(problem, arcs):
        for v in units.tolist():
            used, one = columns.sum(np.flatnonzero(arcs.unit == v), np.ones(arcs.unit.size))
            moved = columns.moved[moves.unit == v]
            own, two = columns.sum(np.array([a]), np.full(1, -1.0))
            rows.add(
                f"diversion[{a},{v}]",
                np.concatenate([used, moved, own]),
                np.concatenate([one, np.ones(len(moved)), two]),
                lower=0.0,
            )


def reserve(rows: Rows, problem: AssignmentProblem, arcs: Arcs, columns: Columns) -> None:
    """Add (11): free units kept back."""
    free = is_status(problem, FREE)
    goes = np.flatnonzero(free[arcs.unit])
    n_free = int(free.sum())
    for k, (least, held) in enumerate(reserves(problem)):
        col, value = columns.sum(goes, np.ones(goes.size))
        takes = rows.column(0.0)
        rows.add(f"reserve[{k}]", np.append(col, takes), np.append(value, float(least)), upper=float(n_free))
        mine = goes[np.isin(arcs.incident[goes], held)]
        own, which = columns.of(mine)
        n = mine.size
        rows.block(
            "reserve of grade",
            np.concatenate([which, np.arange(n)]),
            np.concatenate([own, np.full(n, takes)]),
            np.concatenate([np.ones(own.size), np.full(n, -1.0)]),
            n,
            upper=0.0,
        )


def posts(rows: Rows, problem: AssignmentProblem, moves: Moves, columns: Columns) -> None:
    """Add (12): room at posts, most moves."""
    if not (moves.post >= 0).any():
        return
    for p, room in enumerate(post_room(problem).tolist()):
        here = columns.moved[moves.post == p]
        rows.add(f"room[{problem.post_ids[p]}]", here, np.ones(here.size), upper=float(room))
    to_posts = columns.moved[moves.post >= 0]
    rows.add("most moves", to_posts, np.ones(to_posts.size), upper=float(most_moves(problem)))


def recalls(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, columns: Columns) -> None:
    """Add (13): who turns back is not needed, and who takes its place is there sooner."""
    before = before_of(problem)
    for m in np.flatnonzero(moves.post < 0).tolist():
        u, turns = int(moves.unit[m]), int(columns.moved[m])
        i = int(before[u])
        mine, late = leapt_over(problem, arcs, u)
        name = problem.unit_ids[u]
        need = float(problem.officers_needed[i])
        col, value = columns.sum(mine, arcs.officers[mine])
        rows.add(f"recall[{name}]", np.append(col, turns), np.append(value, -need), lower=0.0)
        for k in np.flatnonzero(problem.skills_needed[i] > 0).tolist():
            col, value = columns.sum(mine, problem.has_skill[arcs.unit[mine], k])
            wanted = -float(problem.skills_needed[i, k])
            rows.add(f"recall[{name},{k}]", np.append(col, turns), np.append(value, wanted), lower=0.0)
        for a in late.tolist():
            col, value = columns.sum(np.array([a]), np.ones(1))
            rows.add(f"leapfrog[{name},{a}]", np.append(col, turns), np.append(value, 1.0), upper=1.0)


def zones(rows: Rows, arcs: Arcs, columns: Columns, cover: CoverRows, problem: AssignmentProblem) -> None:
    """Add (7), (7'): levels missing in zones."""
    if cover.infeasible:
        rows.add("floor", [], [], lower=1.0)
    n = cover.room.size
    if cover.by_unit:
        there = np.flatnonzero(columns.leaves >= 0)
        col, change = columns.leaves[there], cover.table[there]
    else:
        col, which = columns.of(np.arange(arcs.unit.size))
        change = cover.change(arcs, np.arange(arcs.unit.size))[which]
    at, row = np.nonzero(change)
    moved, moved_row = np.nonzero(cover.moved)
    group_row, price, first, count = _price_groups(cover)
    short = rows.columns(price, count.astype(np.float64))
    rows.block(
        "cover" if floor_slack(problem) is None else "floor",
        np.concatenate([row, moved_row, group_row]),
        np.concatenate([col[at], columns.moved[moved], short]),
        np.concatenate([change[at, row], cover.moved[moved, moved_row], np.ones(short.size, dtype=np.int64)]),
        n,
        lower=-cover.room.astype(np.float64),
    )
    never_gains = (change.max(axis=0, initial=0) <= 0) & (cover.moved.max(axis=0, initial=0) <= 0)
    if cover.by_unit:
        mine = np.flatnonzero(never_gains[group_row])
        which = group_row[mine]
        _alone(rows, col, change[:, which], cover.room[which], first[mine], count[mine], short[mine])


def _price_groups(cover: CoverRows) -> tuple[Ints, Floats, Ints, Ints]:
    """Levels of one price together: row, price, number of the first level and how many levels. Shape (G,) each."""
    level = np.arange(cover.price.shape[1])
    there = level[None, :] < cover.n_levels[:, None]
    begins = there.copy()
    begins[:, 1:] &= cover.price[:, 1:] != cover.price[:, :-1]
    row, first = np.nonzero(begins)
    of_level = (np.cumsum(begins.ravel()) - 1)[there.ravel()]
    return row, cover.price[row, first], first, np.bincount(of_level, minlength=row.size)


def _alone(rows: Rows, leaves: Ints, change: Ints, room: Ints, first: Ints, count: Ints, short: Ints) -> None:
    """(7'): levels that are missing if this unit leaves, whoever else stays; ``change`` (units, groups)."""
    anyway = np.clip(-room - first, 0, count)
    with_unit = np.clip(-change - (room + first)[None, :], 0, count[None, :])
    unit, group = np.nonzero(with_unit > anyway[None, :])
    m = unit.size
    rows.block(
        "alone",
        np.tile(np.arange(m), 2),
        np.concatenate([leaves[unit], short[group]]),
        np.concatenate([anyway[group] - with_unit[unit, group], np.ones(m)]),
        m,
        lower=anyway[group].astype(np.float64),
    )
