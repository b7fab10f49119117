"""Tables for a dispatch system and a sergeant, made of one plan of beats: all of them before a file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from optimiser.batch.tables_hand import changed_folds, changed_labels, changed_nearest
from optimiser.batch.tables_made import Made
from optimiser.data.project import Project
from optimiser.demand.day_parts import DAY_EVENING_NIGHT, DayPart, day_parts
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.beats import Beats, beats
from optimiser.prepare.fold import WORK, beat_work
from optimiser.prepare.sectors import districts_in_use
from optimiser.prepare.street_lines import street_lines
from optimiser.problems.fold import FoldParams
from optimiser.report.cad_template import default_template, read_template
from optimiser.report.phrases import NO_BREAK
from optimiser.roads import commuter_factors
from optimiser.studies.beat_times import beat_times
from optimiser.studies.fold_tables import Solve, fold_tables
from optimiser.studies.hand_edits import read_fold_edits, read_nearest_edits, read_repairs
from optimiser.studies.nearest import PLACES, nearest_table
from optimiser.studies.nearest_rules import check
from optimiser.studies.street_sides import SideParams, street_sides

_PEAK, _BUSY = f"30{NO_BREAK}%", f"10{NO_BREAK}%"
_COMMUTERS = f"Commuter traffic on main roads is assumed: {_PEAK} slower in the peaks, {_BUSY} between them."
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
        Layout of the text tables; None for the one that comes with the toolkit, with so many places.
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
    return with_folds(project, without_folds(project, beat_of, district_of, setup, say), setup, solve)


def without_folds(
    project: Project,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    setup: TablesSetup,
    say: Callable[[str], None] = lambda text: None,
) -> Made:
    """Make everything that was asked for but fold tables, the only ones that are solved.

    Raises
    ------
    InputError
        As :func:`make`.
    """
    parts = day_parts(setup.parts)
    template = default_template(setup.places) if setup.template is None else read_template(setup.template)
    made = Made(beats(project, beat_of, district_of), template, setup.what or WHAT)
    if "folds" in made.what:
        _known_beats(made.beats, setup.folds)
    several = len(made.beats.beat_ids) > 1
    if "nearest" in made.what and _can(made, setup, "nearest beats", several, "there is only one beat"):
        say("Driving between the beats ...")
        made = _nearest(made, project, from_project(project), parts, setup)
    roads = project.roads_file is not None
    if "labels" in made.what and _can(made, setup, "street labels", roads, "the project has no roads"):
        say("Labelling the streets ...")
        made = _labels(made, project, beat_of, district_of, setup)
    return made


def with_folds(project: Project, made: Made, setup: TablesSetup, solve: Solve) -> Made:
    """Return what was made with the fold tables, where they were asked for.

    Raises
    ------
    InputError
        If the edits cannot be used.
    NoFoldTable
        If a fold table cannot be.
    """
    if "folds" not in made.what:
        return made
    parts, work = day_parts(setup.parts), from_project(project)
    by_part = {p.name: beat_work(made.beats, work, p, setup.work_on) for p in parts}
    made.folds = fold_tables(made.beats, by_part, parts, setup.folds, solve)
    if setup.fold_edits is None:
        return made
    with _named(setup.fold_edits):
        return changed_folds(made, read_fold_edits(setup.fold_edits))


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
) -> Made:
    factors = commuter_factors() if setup.traffic else None
    made.times = beat_times(project, made.beats, work, parts, factors=factors, driver=setup.driver)
    made.nearest = nearest_table(made.times, setup.places)
    made.broken = check(made.times, made.nearest)
    made.traffic = _FREE if factors is None or project.roads_file is None else _COMMUTERS
    if setup.nearest_edits is None:
        return made
    with _named(setup.nearest_edits):
        return changed_nearest(made, read_nearest_edits(setup.nearest_edits))


def _labels(
    made: Made,
    project: Project,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    setup: TablesSetup,
) -> Made:
    assert project.roads_file is not None
    streets = street_lines(project.roads_file, crs=project.settings.crs)
    made.labels = street_sides(streets, project.areas, beat_of, district_of, setup.sides)
    if setup.label_repairs is None:
        return made
    with _named(setup.label_repairs):
        return changed_labels(made, read_repairs(setup.label_repairs))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Put a file's name before what is wrong with its content."""
    try:
        yield
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(str(path)) else f"{path}: {text}") from error
