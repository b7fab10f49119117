"""Tables for a dispatch system and a sergeant as they are made: rows, sentences and JSON, before a file is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimiser.prepare.beats import Beats
from optimiser.problems.base import Violation
from optimiser.report import cad_rows
from optimiser.report.cad_template import CadTable
from optimiser.report.phrases import count, listed
from optimiser.solve.result import Status
from optimiser.studies.beat_times import BeatTimes
from optimiser.studies.fold_edits import broken as broken_folds
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.nearest import NearestTable

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass
class Made:
    """Everything that was made, before a file is written."""

    beats: Beats
    template: tuple[CadTable, ...]
    what: tuple[str, ...]
    times: BeatTimes | None = None
    nearest: NearestTable | None = None
    broken: list[Violation] = field(default_factory=list)
    folds: tuple[FoldTable, ...] = ()
    labels: gpd.GeoDataFrame | None = None
    traffic: str = ""
    left_out: list[str] = field(default_factory=list)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every table that there is."""
        found = {}
        if "configuration" in self.what:
            found["configuration"] = cad_rows.configuration_rows(self.beats)
        if self.times is not None and self.nearest is not None:
            found["nearest"] = cad_rows.nearest_rows(self.beats, self.times, self.nearest)
            found["nearest_list"] = cad_rows.nearest_list_rows(self.beats, self.times, self.nearest)
        if self.folds:
            found["folds"] = cad_rows.fold_rows(self.folds)
        if self.labels is not None:
            found["labels"] = cad_rows.label_rows(self.labels)
        return found

    def in_words(self) -> list[str]:
        """Say what was made, for a planner."""
        n_beats, n_districts = len(self.beats.beat_ids), len([d for d in self.beats.districts if d])
        within = f" in {count(n_districts, 'district')}" if n_districts else ""
        said = [f"{count(len(self.beats.area_ids), 'area')} in {count(n_beats, 'beat')}{within}."]
        if self.nearest is not None and self.times is not None:
            by_hand = sum(r.by_hand for r in self.nearest.rows())
            parts = listed(self.times.part_names)
            said.append(
                f"The {min(self.nearest.places, n_beats - 1)} nearest beats of every beat by road, {parts}; "
                f"{count(by_hand, 'row')} changed by hand. {self.traffic}"
            )
        if self.folds:
            proved = [t for t in self.folds if t.result.status is Status.OPTIMAL and t.result.confirmed]
            said.append(
                f"{count(len(self.folds), 'fold table')}, {len(proved)} of them proved best and confirmed."
            )
            said += [_fold_in_words(t) for t in self.folds if t not in proved or t.by_hand]
        if self.labels is not None:
            said.append(_labels_in_words(self.labels))
        return [*said, *self.left_out]

    def to_json(self) -> dict[str, Any]:
        """Return what was made as JSON types, times in seconds."""
        found: dict[str, Any] = {"beats": len(self.beats.beat_ids), "areas": len(self.beats.area_ids)}
        if self.nearest is not None:
            found["nearest"] = [
                {"part": r.part, "beat": r.beat, "nearest": list(r.nearest), "by_hand": r.by_hand}
                for r in self.nearest.rows()
            ]
            found["violations"] = [str(v) for v in self.broken]
        if self.folds:
            found["folds"] = [
                {
                    "district": t.district,
                    "part": t.part,
                    "status": str(t.result.status),
                    "gap_frac": t.result.gap_frac,
                    "by_hand": t.by_hand,
                    "violations": [str(v) for _, v in broken_folds((t,))],
                    "groups": {str(k): g for k, g in t.plan.groups_at.items()},
                }
                for t in self.folds
            ]
        if self.labels is not None:
            found["labels"] = {
                "pieces": len(self.labels),
                "segments": int(self.labels["segment_id"].nunique()),
                "notes": {k: int(n) for k, n in self.labels["note"].value_counts().items() if k},
            }
        return found | {"left_out": self.left_out}


def _fold_in_words(t: FoldTable) -> str:
    hand = f"{count(t.by_hand, 'row')} changed by hand; " if t.by_hand else ""
    return f"Fold table {', '.join(x for x in (t.district, t.part) if x)}: {hand}{t.result.objectives[0].in_words()}."


def _labels_in_words(labels: gpd.GeoDataFrame) -> str:
    notes = [f"{n:,} {note}" for note, n in labels["note"].value_counts().items() if note]
    text = (
        f"{count(labels['segment_id'].nunique(), 'street segment')} labelled in {count(len(labels), 'piece')}"
    )
    return f"{text}: {', '.join(notes)}." if notes else f"{text}."
