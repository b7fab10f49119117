"""Aims set against each other, in plain sentences and a table for a planner."""

from __future__ import annotations

from typing import Any

from optimiser.report.phrases import aim, at_most, count, in_units, listed, shown_value
from optimiser.solve.result import PROOF_GAP
from optimiser.studies.tradeoff import End, Tradeoff


def tradeoff_said(found: Tradeoff) -> list[str]:
    """Say what each aim comes to alone, what it costs the others, and how much is proved."""
    names = [_name(e) for e in found.ends]
    said = [f"{_capital(names[0])} against {listed(names[1:])}."]
    for k, end in enumerate(found.ends):
        others = [
            f"{_name(other)} {_value(other, end.there[m])}" for m, other in enumerate(found.ends) if m != k
        ]
        said.append(
            f"Best {_name(end)}: {_value(end, end.objective.value)}{_open(end)}, with {listed(others)}."
        )
    if found.agree and found.curve is not None:
        kept = [_name(e) for e in found.ends if e.aim in found.agree]
        said.append(
            f"{_capital(listed(kept))} can stay at the best throughout: nothing is to be gained by giving it up."
        )
    if found.curve is None:
        return [*said, "There is no conflict: one plan is best in every aim."]
    real = [r for r in found.rows if r.values is not None]
    said.append(
        f"{count(len(found.rows), 'point')}: the others are held, as rules that are checked, from their best to where "
        f"{names[0]} is best or as far as you said."
    )
    nothing = [r for r in real if r.values is not None and _nothing(r.values[0], r.bound)]
    if nothing:
        said.append(
            f"At {count(len(nothing), 'point')} {names[0]} came to nothing, while no more than "
            f"{_value(found.ends[0], max(abs(r.bound or 0.0) for r in nothing))} is proved: more time may tell."
        )
        real = [r for r in real if r not in nothing]
    gaps = [_gap(r.values[0], r.bound) for r in real if r.values is not None]
    if gaps and all(g is not None for g in gaps):
        worst = max(g for g in gaps if g is not None)
        proved = worst <= PROOF_GAP and not found.curve.unconfirmed and not nothing
        said.append(
            "Every point is proved best and confirmed."
            if proved
            else f"At each {'other ' if nothing else ''}point {at_most(worst)} better can exist."
        )
    elif real:
        said.append("For some points nothing is proved about better plans.")
    no = sum(r.impossible for r in found.rows)
    said += [f"For {count(no, 'point')} no plan exists."] if no else []
    if not found.curve.complete:
        said.append(
            "The study was ended before all points were asked for; the same command goes on where it was."
        )
    if found.curve.undecided:
        said.append(f"Not decided in the time given: {listed(found.curve.undecided, most=10)}.")
    return said


def tradeoff_rows(found: Tradeoff) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows: what each held aim is held to, what every aim comes to, the bound, and what is marked."""
    held = found.ends[1:]
    header = [f"{_name(e)} held to, {_unit(e)}" for e in held]
    header += [f"{_name(e)}, {_unit(e)}" for e in found.ends]
    header += [f"no plan beats, {_unit(found.ends[0])}", "note"]
    rows: list[list[Any]] = []
    for r in found.rows:
        values = [None] * len(found.ends) if r.values is None else list(r.values)
        bound = None if r.bound is None else shown_value(r.bound, found.ends[0].objective.unit)[0]
        note = (
            "no plan exists"
            if r.impossible
            else "open"
            if r.values is None
            else "beaten"
            if r.dominated
            else ""
        )
        rows.append(
            [
                *(shown_value(x, e.objective.unit)[0] for x, e in zip(r.limits, held, strict=True)),
                *(
                    None if x is None else shown_value(x, e.objective.unit)[0]
                    for x, e in zip(values, found.ends, strict=True)
                ),
                bound,
                note,
            ]
        )
    return header, rows


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _name(end: End) -> str:
    return aim(end.objective.name)


def _unit(end: End) -> str:
    return shown_value(0.0, end.objective.unit)[1]


def _value(end: End, value: float) -> str:
    return in_units(value, end.objective.unit)


def _gap(value: float, bound: float | None) -> float | None:
    return None if bound is None else abs(value - bound) / max(abs(value), 1e-9)


def _nothing(value: float, bound: float | None) -> bool:
    """Is there no share to state, because what was found is nothing and more may be possible?"""
    return bound is not None and abs(value) < 1e-9 < abs(bound)


def _open(end: End) -> str:
    """Say how much better there can be than the best known."""
    gap = _gap(end.objective.value, end.bound)
    if gap is None:
        return " (without a bound)"
    return "" if gap <= PROOF_GAP else f" ({at_most(gap)} better can exist)"
