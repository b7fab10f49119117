"""The sergeant's page: for every number of cars, which beats one car takes, as boxes over the beats.

Rows nest, so the beats can be put in an order in which the beats of every car stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.errors import InputError
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.problems.fold.measures import shares
from optimiser.report.colours import FAINT, FILLS, INK, QUIET
from optimiser.report.extras import need
from optimiser.report.phrases import percent
from optimiser.report.sheet import SIZES_IN, Sheet, dated, font, head_and_foot, new_sheet, plain, shortened
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

ROWS_PER_IN = 4.1
"""Rows of cars that an inch of the sheet's height holds, heading and foot included."""
_LEFT, _RIGHT = 0.62, 1.55
_HEAD = 0.56
_MOST_LETTERS = 112
"""A line of the foot that an upright sheet holds."""
_COLUMN = 0.7
_GREYS = ("#D4D4D4", "#E6E6E6", "#C2C2C2")
"""In black and white the outlines tell the boxes apart; hatches would hide the names."""


@dataclass(frozen=True)
class Fold:
    """One fold table: the part of the day in words, the question, and its answer."""

    part: str
    problem: FoldProblem
    result: Result[FoldPlan]


def fits_one_page(folds: Sequence[Fold], size: str = "A4") -> bool:
    """Whether the tables have room on one upright sheet."""
    height_in = SIZES_IN[size][0]
    return sum(len(f.problem.numbers_of_cars) + 2 for f in folds) <= ROWS_PER_IN * height_in


def smallest_sheet(folds: Sequence[Fold]) -> str:
    """Return the smallest sheet from A4 to A0 on which the tables have room; A0 where none is large enough."""
    return next((size for size in ("A4", "A3", "A2", "A1") if fits_one_page(folds, size)), "A0")


def beat_order(problem: FoldProblem, plan: FoldPlan) -> list[str]:
    """Return the beats so that those of every car, with any number of cars, stand side by side.

    Raises
    ------
    InputError
        If the table is not nested, so that there is no such order.
    """
    place = {b: k for k, b in enumerate(problem.beat_ids)}
    rows = sorted(plan.groups_at)
    first: dict[str, list[int]] = {b: [] for b in problem.beat_ids}
    for cars in rows:
        for group in plan.groups_at[cars]:
            lowest = min(place[b] for b in group)
            for b in group:
                first[b].append(lowest)
    order = sorted(problem.beat_ids, key=lambda b: (first[b], place[b]))
    at = {b: k for k, b in enumerate(order)}
    for cars in rows:
        for group in plan.groups_at[cars]:
            places = sorted(at[b] for b in group)
            if places[-1] - places[0] != len(places) - 1:
                raise InputError(
                    f"The fold table is not nested at {cars} cars: {', '.join(group)}. Check it first."
                )
    return order


def fold_page(
    folds: Sequence[Fold],
    *,
    title: str,
    place: str = "",
    note: str = "",
    colour: bool = True,
    size: str = "A4",
) -> Any:
    """Draw fold tables of the same beats under each other on one upright sheet.

    Parameters
    ----------
    folds
        One a part of the day, each with a plan.
    title, place, note
        Heading; the agency or project; a small note at the foot.

    Raises
    ------
    InputError
        If a table has no plan, is not nested, or all of them do not fit the sheet.
    """
    if not folds or any(f.result.plan is None for f in folds):
        raise InputError("There is no fold table to draw.")
    if not fits_one_page(folds, size):
        raise InputError("These fold tables do not fit one page; draw one part of the day a page.")
    sheet = new_sheet(size, portrait=True)
    foot = [shortened(f"{f.part}: {proof_line(f.result)}".removeprefix(": "), _MOST_LETTERS) for f in folds]
    subtitle = " · ".join(t for t in (place, "read down to the number of cars; a box is one car") if t)
    bottom, top = head_and_foot(sheet, title, subtitle, foot, date=dated(folds[0].result), note=note)
    n_rows = sum(len(f.problem.numbers_of_cars) for f in folds)
    room = top - bottom - len(folds) * _HEAD
    height = min(0.3, room / n_rows)
    for fold in folds:
        top -= _HEAD
        top = _block(sheet, fold, top, height, colour=colour)
    return sheet.figure


def _block(sheet: Sheet, fold: Fold, top: float, height: float, *, colour: bool) -> float:
    """Draw one table downwards from ``top`` (inches); return where it ends."""
    plan = fold.result.plan
    assert plan is not None
    order = beat_order(fold.problem, plan)
    at = {b: k for k, b in enumerate(order)}
    left = sheet.margin + _LEFT
    width = (sheet.width_in - left - sheet.margin - _RIGHT) / len(order)
    right = left + width * len(order) + 0.1
    sheet.text(sheet.margin, top + 0.24, fold.part or "Fold table", 11, weight="bold")
    sheet.text(left - 0.12, top + 0.05, "cars", 7.5, color=QUIET, ha="right")
    for place, word in enumerate(("busiest", "idlest")):
        sheet.text(right + _COLUMN * (place + 1), top + 0.05, word, 7.5, color=QUIET, ha="right")
    rectangle = need("matplotlib.patches").Rectangle
    sides = (sheet.width_in, sheet.height_in)
    for cars in sorted(plan.groups_at, reverse=True):
        groups = plan.groups_at[cars]
        top -= height
        sheet.text(left - 0.12, top + 0.3 * height, f"{cars}", 9, ha="right", weight="bold")
        for group in groups:
            begin = min(at[b] for b in group)
            number = fold.problem.beat_ids.index(min(group, key=fold.problem.beat_ids.index))
            tones = FILLS if colour else _GREYS
            face = tones[number % len(tones)] if len(group) > 1 else "white"
            box = rectangle(
                ((left + begin * width + 0.015) / sides[0], (top + 0.02) / sides[1]),
                (len(group) * width - 0.03) / sides[0],
                (height - 0.04) / sides[1],
                transform=sheet.figure.transFigure,
                facecolor=face,
                edgecolor=INK if len(group) > 1 else FAINT,
                linewidth=0.7,
            )
            sheet.figure.add_artist(box)
            _name(
                sheet,
                [b for b in order if b in group],
                left + (begin + len(group) / 2) * width,
                top,
                height,
                width,
            )
        off = [cars * s - 1 for s in shares(fold.problem, groups)]
        for place, value in enumerate((max(off), min(off))):
            told = percent(value, 0, signed=True)
            sheet.text(right + _COLUMN * (place + 1), top + 0.3 * height, told, 8, color=QUIET, ha="right")
    return top


def _name(sheet: Sheet, beats: list[str], middle: float, bottom: float, height: float, width: float) -> None:
    """Write the beats of a car into its box, as many as have room at a readable size."""
    text = "+".join(beats)
    room = 0.92 * width * len(beats) * 72.0
    points = min(8.0, 0.62 * height * 72.0 / sheet.scale, room / (0.58 * max(len(text), 1)) / sheet.scale)
    if points < 4.0:
        text = f"{beats[0]} … {beats[-1]}" if len(beats) > 1 else beats[0]
        points = min(8.0, room / (0.58 * len(text)) / sheet.scale)
    if points < 2.5:
        return
    sheet.figure.text(
        middle / sheet.width_in,
        (bottom + 0.5 * height) / sheet.height_in,
        plain(text),
        fontsize=points * sheet.scale,
        family=font(),
        color=INK,
        ha="center",
        va="center_baseline",
    )
