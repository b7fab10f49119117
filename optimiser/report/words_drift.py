"""What the yearly look at districts found, in words and as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.report.phrases import broken_rule, count
from optimiser.solve.result import UNCONFIRMED
from optimiser.studies.drift import Drift, Redraw
from optimiser.units import asked_text, percent, percent_text


def drift_said(
    found: Drift, name: str, weeks: float, redraw: Redraw | None, tolerances: Mapping[str, float]
) -> list[str]:
    """Say what a plan needs under the work of the last weeks, the most important first.

    ``tolerances`` is how far a district may be off in each kind of work; ``redraw`` the least that has to move, or None
    where it was not looked for.
    """
    limit = asked_text(found.tolerance_frac)
    what = f"Under the work of the last {count(round(weeks), 'week')},"
    if found.verdict == "nothing":
        within = "; ".join(f"{asked_text(most)} in {kind}" for kind, most in tolerances.items())
        return [f"{what} nothing is needed: every district of {name} is within {within}."]
    said = []
    whole = {s.district: s.off_frac for s in found.beyond}
    rows = [
        (found.kind, limit, whole),
        *((p.kind, asked_text(p.tolerance_frac), p.beyond) for p in found.parts),
    ]
    for kind, most, beyond in rows:
        if beyond:
            worst = ", ".join(f"{d} ({percent_text(x, signed=True)})" for d, x in list(beyond.items())[:6])
            said.append(
                f"{what} {len(beyond)} of {count(len(found.standings), 'district')} "
                f"{'is' if len(beyond) == 1 else 'are'} beyond {most} in {kind}: {worst}."
            )
    for v in found.broken[:5]:
        said.append(f"A transfer cannot mend this: {broken_rule(v)}.")
    if found.verdict == "transfer" and found.transferred is not None:
        said.append(
            f"A transfer suffices: {_officers_go(found.transferred)} to another district, and work per officer is "
            f"within {limit} of the mean everywhere. No line has to move."
        )
    elif found.verdict == "transfer":
        said.append(
            "Strength that follows the shares below evens it out, and no line has to move. Whether whole officers can "
            "is told once it is known how many each district has."
        )
    elif found.verdict == "shifts":
        said += _shift_words(found)
    elif not found.broken and found.divisible:
        said.append("A redraw is needed: no transfer of whole officers brings every district within it.")
    elif not found.broken:
        said.append("A redraw is needed: one car each, so no officer can go to another.")
    else:
        said.append("A redraw is needed.")
    return [*said, *_redraw_words(redraw)]


def _shift_words(found: Drift) -> list[str]:
    said = []
    if found.transferred is not None:
        said.append(
            f"A transfer of {count(found.transferred, 'officer')} evens out {found.kind} over the week, not by part of "
            "the day or the week."
        )
    elif found.beyond:
        said.append(f"Strength that follows the shares below evens out {found.kind} over the week alone.")
    else:
        said.append("No transfer of officers between districts evens out these hours.")
    return [
        *said,
        "Shifts can: let more of a district's officers work in the hours in which it has more than its share. No line "
        "has to move for it.",
    ]


def _redraw_words(redraw: Redraw | None) -> list[str]:
    if redraw is None:
        return []
    how = "proved and confirmed" if redraw.confirmed_by else UNCONFIRMED
    if redraw.areas is None:
        told = (
            f"no plan can keep these rules, {how}"
            if redraw.status == "infeasible"
            else "no plan was found before the search ended"
        )
        return [f"Of a redraw under these rules {told}."]
    if redraw.areas == 0:
        return ["Of a redraw under these rules: no area that has a district has to leave it."]
    if redraw.decided:
        return [f"The least redraw that restores the balance moves {count(redraw.areas, 'area')}, {how}."]
    least = f"at least {redraw.at_least} must" if redraw.at_least else "whether fewer would do is open"
    return [f"A redraw that moves {count(redraw.areas, 'area')} restores the balance; {least}."]


def _officers_go(n: int) -> str:
    return f"{count(n, 'officer')} {'goes' if n == 1 else 'go'}"


def drift_rows(found: Drift) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows: a district's share of the work beside its target, its officers, and parts of the day."""
    known = any(s.officers is not None for s in found.standings)
    moving = any(s.officers_after is not None for s in found.standings)
    header = ["district", "share %", "target %", "off %"]
    header += ["officers"] if known else []
    header += ["officers after", "off after %"] if moving else []
    header += [f"{part.kind}: off %" for part in found.parts]
    rows = []
    for s in found.standings:
        row: list[Any] = [s.district, percent(s.share), percent(s.target), percent(s.off_frac)]
        row += [s.officers] if known else []
        row += [s.officers_after, percent(s.off_after_frac or 0.0)] if moving else []
        row += [percent(part.off_frac[s.district]) for part in found.parts]
        rows.append(row)
    return header, rows
