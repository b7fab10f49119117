"""What each kind of study does with a question, and its answer in sentences, tables and rows to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.batch.studies import Answer, Asked
from optimiser.data.project import Project
from optimiser.demand.requirement import RequirementParams
from optimiser.prepare.budget import BudgetSetup
from optimiser.prepare.choices import read
from optimiser.prepare.questions import ask, with_aims
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.problems import portable
from optimiser.report import figures_studies as figures
from optimiser.report import figures_tradeoff as tradeoffs
from optimiser.report.figures_budget import beside, point_rows
from optimiser.report.phrases import NO_BREAK
from optimiser.report.words_budget import budget_said, budget_sheets, years_said
from optimiser.report.words_studies import (
    PRICE_HEADER,
    alternatives_said,
    explained,
    frontier_rows,
    frontier_said,
    one_click,
    price_rows,
    priced,
    spread_rows,
    uncertainty_said,
)
from optimiser.report.words_tradeoff import tradeoff_rows, tradeoff_said
from optimiser.solve.progress import Progress
from optimiser.studies.alternatives import Alternatives, alternatives
from optimiser.studies.budget import budget
from optimiser.studies.budget_question import question_of
from optimiser.studies.budget_types import Budget
from optimiser.studies.budget_years import pay_of
from optimiser.studies.explain import Explanation, explain
from optimiser.studies.frontier import Axis, Frontier, frontier
from optimiser.studies.levels import Sweep, asked_for, standard_of, sweep
from optimiser.studies.price import Prices, price
from optimiser.studies.series import Series
from optimiser.studies.tradeoff import Tradeoff, tradeoff
from optimiser.studies.uncertainty import Uncertainty

Keep = Callable[[Answer], None]
BUDGET_KINDS = (BudgetSetup, ShiftsSetup, RequirementParams)


def explain_answer(series: Series, found: Explanation) -> Answer:
    """Return an explanation as an answer."""
    family = series.family
    ways = one_click(family, found.choices)
    said = explained(family, found)
    out, conflict = figures.ways_out(family, found), figures.in_conflict(family, found)
    drawn = {
        "verdict": found.verdict,
        "ways": out,
        "conflict": conflict,
        "relax": figures.relaxations(found.choices),
        "sentences": [str(w["sentence"]) for w in ways],
    }
    rows = [{k: v for k, v in row.items() if k != "by"} | {"loosen by": row["by"]} for row in out]
    tables = {"Ways out": rows, "Rules in conflict": conflict}
    return _made(
        "explain", series, said, tables, drawn, complete=found.verdict != "open" and not found.undecided
    )


def price_answer(series: Series, found: Prices) -> Answer:
    """Return prices as an answer."""
    rows = [dict(zip(PRICE_HEADER, row, strict=True)) for row in price_rows(found)]
    drawn = {"bars": figures.price_bars(series.family, found)}
    said = priced(series.family, found)
    return _made("price", series, said, {"Prices": rows}, drawn, complete=not found.undecided)


def frontier_answer(series: Series, found: Frontier) -> Answer:
    """Return a frontier as an answer."""
    header, rows = frontier_rows(series.family, found)
    tables = {"Frontier": [dict(zip(header, row, strict=True)) for row in rows]}
    said = frontier_said(series.family, found)
    drawn = figures.frontier_points(series.family, found)
    return _made("frontier", series, said, tables, drawn, complete=found.complete)


def between_answer(series: Series, found: Tradeoff) -> Answer:
    """Return aims set against each other as an answer, with the plan of each end and each point."""
    header, rows = tradeoff_rows(found)
    tables = {
        "Point by point": [dict(zip(header, row, strict=True)) for row in rows],
        "Each aim by itself": tradeoffs.ends_rows(found),
    }
    plans = {name: portable.to_json(plan) for name, plan in tradeoffs.plans_of(found).items()}
    complete = found.curve is None or found.curve.complete
    said, drawn = tradeoff_said(found), tradeoffs.tradeoff_points(found)
    return _made("between", series, said, tables, drawn, plans=plans, complete=complete)


def alternatives_answer(series: Series, found: Alternatives) -> Answer:
    """Return alternatives as an answer, with their plans."""
    plans = {"Best plan": found.best_plan} | {
        f"Alternative {k}": a.plan for k, a in enumerate(found.found, start=1)
    }
    rows = figures.alternative_points(found)
    tables = {
        "Alternatives": [
            {
                "plan": r["plan"],
                "different from the best, %": r["different"],
                "worse than the best, %": r["worse"],
                "short of what no plan can beat, at most, %": r["worse at most"],
            }
            for r in rows
        ]
    }
    drawn = {"points": rows, "distance of": found.distance_of}
    said = alternatives_said(found)
    kept = {name: portable.to_json(plan) for name, plan in plans.items()}
    return _made(
        "alternatives", series, said, tables, drawn, plans=kept, complete=len(found.found) >= found.n_wanted
    )


def levels_answer(series: Series, found: Sweep, what: str, n_asked: int) -> Answer:
    """Return a sweep as an answer."""
    said = figures.levels_said(found, what)
    drawn = figures.level_steps(found) | {"x": what}
    tables = {"Level by level": figures.level_rows(found)}
    return _made("levels", series, said, tables, drawn, complete=len(found.steps) == n_asked)


def answer_of(series: Series, found: Any) -> Answer | None:
    """Return what a study found as an answer; None for kinds that have no picture yet."""
    if isinstance(found, Explanation):
        return explain_answer(series, found)
    if isinstance(found, Prices):
        return price_answer(series, found)
    if isinstance(found, Frontier):
        return frontier_answer(series, found)
    if isinstance(found, Tradeoff):
        return between_answer(series, found)
    return alternatives_answer(series, found) if isinstance(found, Alternatives) else None


def uncertainty_answer(found: Uncertainty, seconds: float) -> Answer:
    """Return how sure plans' figures are as an answer."""
    header, rows = spread_rows(found)
    tables = {"Figures over the weeks": [dict(zip(header, row, strict=True)) for row in rows]}
    drawn = {"bars": tradeoffs.spread_bars(found)}
    said = tuple(s.replace(NO_BREAK, " ") for s in uncertainty_said(found))
    return Answer("uncertainty", said, tables, drawn, seconds=seconds)


def budget_answer(found: Budget, pay: Any) -> Answer:
    """Return what officers buy as an answer."""
    said = tuple(s.replace(NO_BREAK, " ") for s in (*budget_said(found), *years_said(found, pay)))
    tables = budget_sheets(found, pay) | {"A point of time": point_rows(found)}
    drawn = figures.budget_points(found) | beside(found, pay)
    return Answer("budget", said, tables, drawn, {}, found.complete, found.n_solves, found.seconds)


def _made(
    kind: str,
    series: Series,
    said: Sequence[str],
    tables: Mapping[str, list[dict[str, Any]]],
    drawn: Mapping[str, Any],
    *,
    complete: bool,
    plans: Mapping[str, Any] | None = None,
) -> Answer:
    words = tuple(s.replace(NO_BREAK, " ") for s in said)
    return Answer(kind, words, tables, drawn, plans or {}, complete, series.n_solves, series.elapsed_s)


def _problem(asked: Asked, project: Project) -> Any:
    return ask(project, asked.family, asked.choices, "this study").problem


def _explain(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    return explain_answer(series, explain(series, _problem(asked, project)))


def _price(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    rules = [str(r) for r in asked.given.get("rules", ())]
    return price_answer(series, price(series, _problem(asked, project), rules))


def _frontier(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    axes = [Axis(str(rule), float(most)) for rule, most in asked.given["axes"]]
    found = frontier(
        series,
        _problem(asked, project),
        axes,
        int(asked.given.get("points", 9)),
        on_point=lambda now: keep(frontier_answer(series, now)),
    )
    return frontier_answer(series, found)


def _between(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    within = asked.given.get("within_frac")
    aims = [str(name) for name in asked.given["aims"]]
    choices = with_aims(asked.family, asked.choices, aims)
    found = tradeoff(
        series,
        ask(project, asked.family, choices, "this study").problem,
        aims,
        int(asked.given.get("points", 9)),
        within_frac=None if within is None else float(within),
        on_point=lambda now: keep(between_answer(series, now)),
    )
    return between_answer(series, found)


def _alternatives(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    given = asked.given
    found = alternatives(
        series,
        _problem(asked, project),
        int(given.get("number", 3)),
        float(given.get("slack_frac", 0.05)),
        float(given.get("distance_frac", 0.05)),
    )
    return alternatives_answer(series, found)


def _levels(asked: Asked, project: Project, series: Series, keep: Keep) -> Answer:
    choice, what = str(asked.given["choice"]), str(asked.given["what"])
    wanted = sorted(int(k) for k in asked.given["numbers"])
    problems, left_out = asked_for(project, asked.family, asked.choices, choice, wanted, "this study")
    standard = asked.given.get("standard")
    text = "" if standard is None else str(standard)
    least = standard_of(asked.family, problems[min(problems)], text) if text else None
    found = replace(sweep(series, problems, least, choice), left_out=left_out)
    return levels_answer(series, found, what, len(problems))


ANSWERS: Mapping[str, Callable[[Asked, Project, Series, Keep], Answer]] = {
    "explain": _explain,
    "price": _price,
    "frontier": _frontier,
    "between": _between,
    "alternatives": _alternatives,
    "levels": _levels,
}


def ask_budget(
    asked: Asked,
    project: Project,
    kept: Path,
    tell: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> Answer:
    """Trace what officers buy."""
    setup, shifts, service = read(BUDGET_KINDS, asked.choices, "this study")
    question = question_of(project, setup, shifts, service, gap_frac=asked.options.gap_frac or 0.01)
    began = _clock()

    def heard(phase: str, done: int, total: int) -> None:
        tell(Progress(began(), f"{phase}: {done} of {total} points"))

    found = budget(question, folder=kept, budget_s=asked.budget_s, should_stop=stop, on_point=heard)
    return budget_answer(found, pay_of(setup))


def _clock() -> Callable[[], float]:
    import time

    began = time.monotonic()
    return lambda: time.monotonic() - began
