"""Tables for a dispatch system and a sergeant, made of one plan of beats: all of them before a file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.data.project import Project
from optimiser.demand.day_parts import DAY_EVENING_NIGHT, DayPart, day_parts
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.beats import Beats, beats
from optimiser.prepare.fold import WORK, beat_work
from optimiser.prepare.sectors import districts_in_use
from optimiser.prepare.street_lines import street_lines
from optimiser.problems.base import Violation
from optimiser.problems.fold import FoldParams
from optimiser.report import cad_rows
from optimiser.report.cad_template import CadTable, default_template, read_template
from optimiser.report.phrases import count, listed
from optimiser.roads import commuter_factors
from optimiser.solve.result import Status
from optimiser.studies.beat_times import BeatTimes, beat_times
from optimiser.studies.fold_edits import broken as broken_folds
from optimiser.studies.fold_edits import edited as edited_folds
from optimiser.studies.fold_tables import FoldTable, Solve, fold_tables
from optimiser.studies.hand_edits import read_fold_edits, read_nearest_edits, read_repairs
from optimiser.studies.nearest import PLACES, NearestTable, edited, nearest_table
from optimiser.studies.nearest_rules import check
from optimiser.studies.street_sides import SideParams, repaired, street_sides

if TYPE_CHECKING:
    import geopandas as gpd

_COMMUTERS = "Commuter traffic on main roads is assumed: 30 % slower in the peaks, 10 % between them."
_FREE = "Drive times are those of free roads, all day."
WHAT = ("configuration", "nearest", "folds", "labels")


@dataclass(frozen=True, kw_only=True)
class TablesSetup:
    """A planner's choices.

    Parameters
    ----------
    what
        Which of :data:`WHAT`; empty for all that can be made.
    parts
        Parts of the day, as ``night=23-07``.
    template
        Layout of the text tables; None for the one that comes with the toolkit.
    places, driver, traffic
        How many nearest beats, the driver class, and whether commuters slow the main roads.
    nearest_edits, fold_edits, label_repairs
        Files of changes by hand; None for none.
    folds, work_on
        Choices of the fold tables, and what they share evenly.
    sides
        How street sides are found.
    """

    what: tuple[str, ...] = ()
    parts: tuple[str, ...] = DAY_EVENING_NIGHT
    template: Path | None = None
    places: int = PLACES
    driver: str = "basic"
    traffic: bool = True
    nearest_edits: Path | None = None
    fold_edits: Path | None = None
    label_repairs: Path | None = None
    folds: FoldParams = field(default_factory=FoldParams)
    work_on: str = WORK
    sides: SideParams = field(default_factory=SideParams)


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
    hand = f"{count(t.by_hand, 'beat')} moved by hand; " if t.by_hand else ""
    return f"Fold table {', '.join(x for x in (t.district, t.part) if x)}: {hand}{t.result.objectives[0].in_words()}."


def _labels_in_words(labels: gpd.GeoDataFrame) -> str:
    notes = [f"{n:,} {note}" for note, n in labels["note"].value_counts().items() if note]
    text = (
        f"{count(labels['segment_id'].nunique(), 'street segment')} labelled in {count(len(labels), 'piece')}"
    )
    return f"{text}: {', '.join(notes)}." if notes else f"{text}."


def make(
    project: Project,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    setup: TablesSetup,
    solve: Solve,
    say: Callable[[str], None] = lambda text: None,
) -> Made:
    """Make everything that was asked for.

    Parameters
    ----------
    beat_of, district_of
        Beat of each area, and its district; None where there is no level above beats.
    solve
        Solves one fold question.
    say
        Hears what is being done.

    Raises
    ------
    InputError
        If a plan, edit, repair or template cannot be used.
    NoFoldTable
        If a fold table cannot be.
    """
    parts = day_parts(setup.parts)
    template = default_template() if setup.template is None else read_template(setup.template)
    made = Made(beats(project, beat_of, district_of), template, setup.what or WHAT)
    work = from_project(project)
    several = len(made.beats.beat_ids) > 1
    if "nearest" in made.what and _can(made, setup, "nearest beats", several, "there is only one beat"):
        say("Driving between the beats ...")
        _nearest(made, project, work, parts, setup)
    if "folds" in made.what:
        _known_beats(made.beats, setup.folds)
        by_part = {p.name: beat_work(made.beats, work, p, setup.work_on) for p in parts}
        made.folds = fold_tables(made.beats, by_part, parts, setup.folds, solve)
        if setup.fold_edits is not None:
            with _named(setup.fold_edits):
                made.folds = edited_folds(made.folds, read_fold_edits(setup.fold_edits))
    roads = project.roads_file is not None
    if "labels" in made.what and _can(made, setup, "street labels", roads, "the project has no roads"):
        say("Labelling the streets ...")
        _labels(made, project, beat_of, district_of, setup)
    return made


def districts_above(project: Project, beat_of: Mapping[str, str]) -> tuple[Mapping[str, str] | None, str]:
    """Return the districts in use where every beat lies in one of them, else None, and what to say of it."""
    found = districts_in_use(project)
    if not all(found.get(str(area)) for area in project.areas["area_id"]):
        return None, ""
    homes: dict[str, set[str]] = {}
    for area, beat in beat_of.items():
        homes.setdefault(beat, set()).add(found[area])
    if any(len(h) > 1 for h in homes.values()):
        return None, "The beats of this plan cross the districts in use, so all beats are taken together."
    if set(homes) == set(found.values()):  # the plan is the districts
        return None, ""
    return found, ""


def _can(made: Made, setup: TablesSetup, what: str, possible: bool, why: str) -> bool:
    """Whether a table can be made; one that was asked for by name and cannot is an error."""
    if not possible and setup.what:
        raise InputError(f"No {what}: {why}.")
    if not possible:
        made.left_out.append(f"No {what}: {why}.")
    return possible


def _known_beats(made: Beats, params: FoldParams) -> None:
    unknown = sorted({b for pair in params.apart for b in pair} - set(made.beat_ids))
    if unknown:
        raise UsageError(f"Kept apart should be {', '.join(unknown)}; the plan has no such beat.")


def _nearest(
    made: Made, project: Project, work: Workload, parts: Sequence[DayPart], setup: TablesSetup
) -> None:
    factors = commuter_factors() if setup.traffic else None
    made.times = beat_times(project, made.beats, work, parts, factors=factors, driver=setup.driver)
    table = nearest_table(made.times, setup.places)
    if setup.nearest_edits is not None:
        with _named(setup.nearest_edits):
            table = edited(table, read_nearest_edits(setup.nearest_edits))
    made.nearest, made.broken = table, check(made.times, table)
    made.traffic = _FREE if factors is None or project.roads_file is None else _COMMUTERS


def _labels(
    made: Made,
    project: Project,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    setup: TablesSetup,
) -> None:
    assert project.roads_file is not None
    streets = street_lines(project.roads_file, crs=project.settings.crs)
    labels = street_sides(streets, project.areas, beat_of, district_of, setup.sides)
    if setup.label_repairs is not None:
        with _named(setup.label_repairs):
            labels = repaired(labels, read_repairs(setup.label_repairs), beat_of, district_of)
    made.labels = labels


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Put a file's name before what is wrong with its content."""
    try:
        yield
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(str(path)) else f"{path}: {text}") from error
