"""Tables for dispatch as a study: what is asked of which plan, made in a process of its own, kept in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimiser.batch import tables_kept
from optimiser.batch.studies import Answer, Asked
from optimiser.batch.tables import TablesSetup, with_folds, without_folds
from optimiser.data.project import Project
from optimiser.demand.day_parts import day_parts
from optimiser.problems import portable
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.report.phrases import NO_BREAK
from optimiser.roads.speeds import driver_named
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result, Status
from optimiser.studies.fold_tables import NoFoldTable
from optimiser.studies.series import Series

KIND = "tables"


def tables_asked(
    title: str,
    plan: str,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    setup: TablesSetup,
    *,
    each_s: float,
    all_s: float,
    told: str = "",
) -> Asked:
    """Return what a study of tables is asked.

    Parameters
    ----------
    plan
        The plan's name; the plan itself goes along, so that what is asked does not change with it.
    each_s, all_s
        Longest time of each fold table, and of all.
    told
        What is to be said of the levels of the plan.

    Raises
    ------
    UsageError
        If a part of the day or the driver class cannot be.
    """
    day_parts(setup.parts)
    driver_named(setup.driver)
    given = {
        "plan": plan,
        "beat_of": dict(beat_of),
        "district_of": None if district_of is None else dict(district_of),
        "setup": portable.to_json(setup),
        "told": told,
    }
    return Asked(KIND, "fold", title, {}, "", SolveOptions(time_limit_s=each_s), all_s, given)


def setup_of(asked: Asked) -> TablesSetup:
    """Return the choices of a study of tables."""
    setup: TablesSetup = portable.from_json(TablesSetup, asked.given["setup"])
    return setup


def ask_tables(asked: Asked, project: Project, folder: Path, series: Series) -> Answer:
    """Make the tables and keep them in the study's folder; where a fold table cannot be, the others are kept.

    Raises
    ------
    InputError
        If the plan cannot be used.
    """
    given, setup = asked.given, setup_of(asked)
    made = without_folds(
        project,
        given["beat_of"],
        given["district_of"],
        setup,
        lambda text: series.tell(text.removesuffix("...").strip().lower()),
    )
    made.left_out += [str(given["told"])] if given["told"] else []
    complete = True

    def solve(problem: FoldProblem, where: str) -> Result[FoldPlan]:
        result: Result[FoldPlan] | None = series.solve(problem, where)
        if result is None:
            raise NoFoldTable(f"{where}: the time was used up, or a stop was asked for", Status.NO_PLAN)
        return result

    try:
        made = with_folds(project, made, setup, solve)
    except NoFoldTable as none:
        made.left_out.append(f"No fold tables: {str(none).rstrip('.')}.")
        complete = False
    tables_kept.keep(folder, made)
    proved = all(t.result.status is Status.OPTIMAL for t in made.folds)
    said = tuple(s.replace(NO_BREAK, " ") for s in made.in_words())
    return Answer(
        KIND, said, complete=complete and proved, n_solves=series.n_solves, seconds=series.elapsed_s
    )
