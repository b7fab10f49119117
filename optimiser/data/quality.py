"""Findings about the data, and the report a planner reads before any solve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.data.table import Repair, some_lines
from optimiser.units import percent_text

MOST_EXAMPLES = 10
_FEW_ROWS = 20
_MOST_SET_ASIDE_FRAC = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or oddity of the data.

    Parameters
    ----------
    rule
        What was looked for, in words.
    count
        How often it was found.
    share_frac
        Share of the rows looked at, 0-1; NaN where a share means nothing.
    examples
        A few places: lines of the source file, area or district ids. Never a call's content.
    action
        What was done about it, or what the planner should do.
    red
        True where nothing may be solved before it is mended.
    source
        File it was found in, by name.
    fact
        True where it is no fault but a property of the data that a planner should know.
    """

    rule: str
    count: int
    share_frac: float
    examples: tuple[str, ...]
    action: str
    red: bool = False
    source: str = ""
    fact: bool = False

    def __str__(self) -> str:
        share = "" if math.isnan(self.share_frac) else f" ({percent_text(self.share_frac)})"
        where = f" [{self.source}]" if self.source else ""
        shown = f" e.g. {', '.join(self.examples)}." if self.examples else ""
        return f"{'RED ' if self.red else ''}{self.rule}: {self.count:,}{share}{where}. {self.action}.{shown}"


def finding(
    rule: str,
    count: int,
    of: float,
    action: str,
    *,
    examples: Iterable[object] = (),
    red: bool = False,
    source: str = "",
    fact: bool = False,
) -> Finding:
    """Make a finding, its share taken of ``of`` (0: no share), its examples cut to a few."""
    shown = [str(e) for _, e in zip(range(MOST_EXAMPLES), examples, strict=False)]
    share = float(count) / float(of) if of else math.nan
    return Finding(rule, int(count), share, tuple(shown), action.rstrip("."), red, source, fact)


def from_repairs(repairs: Iterable[Repair], n_rows: int, source: str) -> list[Finding]:
    """Turn what a reader did into findings; many rows set aside are red."""
    found = []
    for r in repairs:
        of = n_rows + r.count if r.set_aside else 0
        red = r.set_aside and r.count > max(_FEW_ROWS, _MOST_SET_ASIDE_FRAC * of)
        found.append(finding(r.rule, r.count, of, r.action, examples=r.examples, red=red, source=source))
    return found


def to_record(found: Finding) -> dict[str, Any]:
    """Return a finding as JSON types."""
    record = asdict(found)
    record["examples"] = list(found.examples)
    record["share_frac"] = None if math.isnan(found.share_frac) else found.share_frac
    return record


def from_record(record: Mapping[str, Any]) -> Finding:
    """Rebuild a finding from :func:`to_record`."""
    share = record["share_frac"]
    return Finding(
        str(record["rule"]),
        int(record["count"]),
        math.nan if share is None else float(share),
        tuple(str(e) for e in record["examples"]),
        str(record["action"]),
        bool(record["red"]),
        str(record.get("source", "")),
        bool(record.get("fact", False)),
    )


@dataclass(frozen=True)
class QualityReport:
    """All findings of a project, and the assumptions in force."""

    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def red(self) -> tuple[Finding, ...]:
        """Findings that stop a solve."""
        return tuple(f for f in self.findings if f.red)

    def by_rule(self, rule: str) -> Finding | None:
        """Return the first finding whose rule begins with ``rule``, or None."""
        return next((f for f in self.findings if f.rule.startswith(rule)), None)

    def text(self) -> str:
        """Return the report in lines of plain text, red findings first."""
        lines = [f"{len(self.findings)} findings, {len(self.red)} of them stop a solve."]
        lines += [f"- {f}" for f in sorted(self.findings, key=lambda f: not f.red)]
        if self.assumptions:
            lines += ["", "Assumptions used:", *(f"- {a}" for a in self.assumptions)]
        return "\n".join(lines)


class Notes:
    """Collects the findings of one source file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.removed: list[tuple[str, Any]] = []
        """Rows left out with the reason, to be counted by day."""

    def add(
        self,
        rule: str,
        count: float,
        of: float,
        action: str,
        *,
        examples: Iterable[object] = (),
        red: bool = False,
        fact: bool = False,
    ) -> None:
        """Add a finding where ``count`` is not 0."""
        if count:
            self.findings.append(
                finding(
                    rule, int(count), of, action, examples=examples, red=red, source=self.source, fact=fact
                )
            )

    def rows(
        self,
        rule: str,
        mask: NDArray[np.bool_],
        action: str,
        *,
        lines: NDArray[np.int64] | None = None,
        red: bool = False,
    ) -> None:
        """Add a finding for the rows of ``mask``, if there are any, with their lines as examples."""
        shown = some_lines(lines[mask]) if lines is not None else ()
        self.add(rule, int(mask.sum()), len(mask), action, examples=shown, red=red)
