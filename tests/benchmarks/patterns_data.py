"""Published rotating workforce instances: a reader, and a checker that shares nothing with the product's own.

Format and rules: ``data/FORMATS.md`` 4.2. The checker looks at the file's own lines, as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimiser.problems.patterns import PatternsParams, PatternsProblem


@dataclass(frozen=True)
class Instance:
    """The numbers of one file."""

    employees: int
    need: list[list[int]]
    shifts: list[tuple[str, int, int, int, int]]
    off: tuple[int, int]
    work: tuple[int, int]
    sequences: list[tuple[str, ...]]


def read(path: Path) -> Instance:
    """Read a file; comments begin with #."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip() and line[0] != "#"]
    assert rows[0] == ["7"], path
    n, s = int(rows[1][0]), int(rows[2][0])
    need = [[int(v) for v in row] for row in rows[3 : 3 + s]]
    shifts = [(r[0], *map(int, r[1:5])) for r in rows[3 + s : 3 + 2 * s]]
    off, work, counts = (tuple(map(int, r)) for r in rows[3 + 2 * s : 6 + 2 * s])
    sequences = [tuple(r) for r in rows[6 + 2 * s : 6 + 2 * s + sum(counts)]]
    assert [len(q) for q in sequences].count(3) == counts[1], path
    return Instance(n, need, shifts, off[:2], work[:2], sequences)  # type: ignore[arg-type]


def problem_of(instance: Instance) -> PatternsProblem:
    """Return the question whether there is a schedule."""
    ids = tuple(s[0] for s in instance.shifts)
    return PatternsProblem(
        shift_ids=ids,
        shift_start_s=np.array([60.0 * s[1] for s in instance.shifts]),
        shift_length_s=np.array([60.0 * s[2] for s in instance.shifts]),
        need=np.array(instance.need, dtype=np.int64),
        fewest_rows=instance.employees,
        most_rows=instance.employees,
        params=PatternsParams(
            objective="officers",
            exact=True,
            shortest_off=instance.off[0],
            longest_off=instance.off[1],
            shortest_work=instance.work[0],
            longest_work=instance.work[1],
            shortest_run={s[0]: s[3] for s in instance.shifts},
            longest_run={s[0]: s[4] for s in instance.shifts},
            rest_s=0.0,
            most_week_h=168.0,
            forbidden=tuple((q[0], q[1]) for q in instance.sequences if len(q) == 2),
            forbidden_after_off=tuple((q[0], q[2]) for q in instance.sequences if len(q) == 3),
        ),
    )


def faults(instance: Instance, rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return what is wrong with a schedule by the file's rules."""
    found = []
    if len(rows) != instance.employees or any(len(r) != 7 for r in rows):
        return [f"{len(rows)} rows for {instance.employees} employees"]
    for (name, *_), need in zip(instance.shifts, instance.need, strict=True):
        counts = [sum(row[d] == name for row in rows) for d in range(7)]
        if counts != need:
            found.append(f"{name}: {counts} instead of {need}")
    text = [day for row in rows for day in row]
    turn = next((k for k in range(len(text)) if text[k - 1] == "-" != text[k]), None)
    if turn is None:
        return [*found, "the cycle never changes between work and days off"]
    text = text[turn:] + text[:turn]  # begins with a block of work and ends with a day off
    limits = {s[0]: (s[3], s[4]) for s in instance.shifts}
    for block, (low, high) in [(b, instance.off) for b in _blocks(text, off=True)] + [
        (b, instance.work) for b in _blocks(text, off=False)
    ]:
        if not low <= len(block) <= high:
            found.append(f"block {''.join(block)}: {len(block)} days, limits {low} to {high}")
    for block in _blocks(text, off=False):
        k = 0
        while k < len(block):
            run = next((j for j in range(k, len(block)) if block[j] != block[k]), len(block)) - k
            low, high = limits[block[k]]
            if not low <= run <= high:
                found.append(f"{run} days of {block[k]} in a row, limits {low} to {high}")
            k += run
    twice = text + text[:3]
    for sequence in instance.sequences:
        k = len(sequence)
        if any(tuple(twice[j : j + k]) == sequence for j in range(len(text))):
            found.append(f"sequence {' '.join(sequence)}")
    return found


def _blocks(text: list[str], *, off: bool) -> list[list[str]]:
    found: list[list[str]] = []
    for k, day in enumerate(text):
        if (day == "-") is off:
            if k and (text[k - 1] == "-") is off and found:
                found[-1].append(day)
            else:
                found.append([day])
    return found
