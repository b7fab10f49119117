"""The ledger of a force for the screen: its sentences, rows to draw, and the sheets of its workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimiser.problems.shifts.ledger import CLASSES
from optimiser.problems.shifts.measures import shortage_h
from optimiser.report import ledger_book, words_ledger
from optimiser.report.phrases import NO_BREAK, asked, count, listed
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.studies.ledger import PartLedger
from optimiser.studies.ledger_parts import WHOLE
from optimiser.studies.sector_lending import Lending
from optimiser.studies.split_ledger import ClassLine
from optimiser.units import percent

Rows = list[dict[str, Any]]
KINDS = ("measured", "planned", "simulated")
_DIGITS = 3
_SHORT_H = 0.5
_SHOWN_FRAC = 0.0005


def part_said(found: PartLedger) -> list[str]:
    """Say what a part's ledger shows, the plan first, then the simulated weeks and the rules."""
    problem, plan, weeks = found.part.problem, found.part.plan, found.weeks
    return [
        *words_ledger.cover(problem, plan),
        *words_ledger.away(problem, found.part.sector),
        *words_ledger.today(problem, found.now),
        *words_ledger.blocks(problem, plan, weeks),
        *words_ledger.simulated(problem, weeks),
        *(
            words_ledger.against("today's rota", weeks, found.rota_weeks)
            if found.rota_weeks is not None
            else ()
        ),
        *words_ledger.rules_of_sector(found.rules, found.others),
        *(words_ledger.points(found.points) if found.points is not None else ()),
        *([found.refused] if found.refused else []),
    ]


def part_sheets(found: PartLedger) -> dict[str, Rows]:
    """Return the sheets of one part."""
    planned_h = found.split.by_hour_of_week()
    return ledger_book.sector_sheets(
        found.name, found.lines, found.weeks, planned_h, found.points or (), found.rules
    )


def ceiling_frac(found: PartLedger) -> float:
    """Return the share of time that calls may take, with its tolerance."""
    params = found.part.problem.params
    return params.call_ceiling_frac + params.tolerance_frac


def named(name: str) -> str:
    """Return what a part is called on a screen."""
    return "the whole force" if name == WHOLE else name


def part_drawn(found: PartLedger) -> dict[str, Any]:
    """Return what the picture of one part is made of, shares in percent."""
    problem, weeks, split = found.part.problem, found.weeks, found.split
    k = CLASSES.index("proactive")
    return {
        "sector": named(found.name),
        "lines": _lines(found),
        "planned by hour": split.by_hour_of_week().round(_DIGITS).tolist(),
        "simulated by hour": weeks.by_hour.round(_DIGITS).tolist(),
        "on duty": float(found.duty.sum()) * problem.slot_h,
        "short": shortage_h(problem, found.duty),
        "blocks planned": float(split.hours[k].sum()),
        "blocks simulated": float(weeks.by_hour[k].sum()),
        "protected": None if weeks.protected_h is None else float(weeks.protected_h.mean()),
        "points": [asdict(p) | {"calls": percent(p.call_frac)} for p in found.points or ()],
        "refused": found.refused,
        "said": [sentence.replace(NO_BREAK, " ") for sentence in part_said(found)],
        "weeks": len(weeks.shares),
    }


def _lines(found: PartLedger) -> Rows:
    rows: Rows = []
    for line in found.lines:
        shares = {kind: _pct(getattr(line, kind)) for kind in KINDS}
        rows.append(
            {
                "class": CLASS_WORDS[line.name],
                "name": line.name,
                "asked": "" if line.limit is None else f"{line.kind} {asked(line.limit)}",
                "floor": line.kind == "at least",
                "limit": _pct(line.limit),
                **shares,
                "p5": _pct(line.p5),
                "p95": _pct(line.p95),
                "kept": line.kept,
            }
        )
    return rows


def _pct(share: float | None) -> float | None:
    return None if share is None else percent(share)


def lending_drawn(found: Lending) -> Rows:
    """Return what lending changes by sector, shares in percent."""
    return [
        {
            "sector": line.name,
            "how": how,
            "on calls": round(percent(share), 1),
            "calls that wait": round(percent(wait), 2),
        }
        for line in found.lines
        for how, share, wait in (
            ("each by itself", line.calls_frac, line.wait_frac),
            ("lending units", line.calls_frac_lending, line.wait_frac_lending),
        )
    ]


def ledger_sheets(parts: Sequence[PartLedger], lent: Lending | None) -> dict[str, Rows]:
    """Return the sheets of all parts, one below the other, and that of lending."""
    book = ledger_book.joined([part_sheets(part) for part in parts])
    if lent is not None:
        book["Lending"] = ledger_book.lending_rows([asdict(line) for line in lent.lines])
    return book


def lead(parts: Sequence[PartLedger], lent: Lending | None) -> list[str]:
    """Say first what holds for all sectors: which miss a limit in simulated weeks, and what lending changes."""
    if len(parts) < 2:
        return []
    missed: dict[str, list[str]] = {}
    for part in parts:
        for line in part.lines:
            if _misses(line):
                missed.setdefault(
                    f"{CLASS_WORDS[line.name]} ({line.kind} {asked(line.limit or 0.0)})", []
                ).append(part.name)
    n = count(len(parts), "sector")
    said = [
        f"Of {n}, {listed(names)} miss{'es' if len(names) == 1 else ''} {what} in the mean of the simulated weeks."
        for what, names in missed.items()
    ]
    if not said:
        said = [f"All {n} keep every ceiling and floor in the mean of the simulated weeks."]
    short = [p.name for p in parts if shortage_h(p.part.problem, p.duty) >= _SHORT_H]
    if short:
        said.append(f"Short of officers at some hour: {listed(short)}.")
    return said if lent is None else [*said, *words_ledger.lending_said(lent, ceiling_frac(parts[0]))]


def _misses(line: ClassLine) -> bool:
    """Is the simulated mean beyond the limit, by more than the tenth of a point that is shown?"""
    if line.limit is None or line.simulated is None:
        return False
    by = line.limit - line.simulated if line.kind == "at least" else line.simulated - line.limit
    return by > _SHOWN_FRAC


def ledger_said(parts: Sequence[PartLedger], lent: Lending | None) -> list[str]:
    """Say all of it: what holds for all first, then sectors by name."""
    return [
        *lead(parts, lent),
        *(
            sentence if part.name == WHOLE else f"Sector {part.name}: {sentence[:1].lower()}{sentence[1:]}"
            for part in parts
            for sentence in part_said(part)
        ),
    ]
