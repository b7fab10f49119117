"""What an import tells the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.quality import QualityReport


@dataclass(frozen=True)
class InitReport:
    """What an import understood and what not.

    Parameters
    ----------
    folder
        The project folder.
    understood
        Table (areas, calls, workload) to our column and theirs.
    dropped
        Table to columns that were not understood; they are stored nowhere.
    personal
        Those of them that sound like names, addresses or free text.
    to_fill
        What the planner must still say, in words.
    n_rows
        Rows read by table.
    quality
        The data-quality report of the new folder.
    """

    folder: Path
    understood: Mapping[str, Mapping[str, str]]
    dropped: Mapping[str, tuple[str, ...]]
    personal: Mapping[str, tuple[str, ...]]
    to_fill: tuple[str, ...]
    n_rows: Mapping[str, int]
    quality: QualityReport

    def text(self) -> str:
        """Return the report in lines of plain text."""
        lines = [f"Project folder: {self.folder}"]
        for table, columns in self.understood.items():
            lines.append(f"{table}: {self.n_rows[table]:,} rows")
            lines += [f"  {ours} = {theirs}" for ours, theirs in columns.items()]
            if self.dropped[table]:
                lines.append(f"  not understood and not stored: {', '.join(self.dropped[table])}")
            if self.personal[table]:
                lines.append(
                    f"  {len(self.personal[table])} of these sound like names, addresses or free text"
                )
        if self.to_fill:
            lines += ["Still to fill in:", *(f"- {t}" for t in self.to_fill)]
        return "\n".join([*lines, "", self.quality.text()])
