"""A roster of teams in words: what is missing where, who changes, how long the weeks are."""

from __future__ import annotations

from optimiser.problems.rosters import FAMILY, RostersPlan, RostersProblem
from optimiser.problems.rosters.measures import changed
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.report.words_rota import negotiated
from optimiser.solve.result import Result


def found(problem: RostersProblem, result: Result[RostersPlan]) -> list[str]:
    """Say how long the roster is, how well it covers, and which teams change."""
    plan = result.plan
    assert plan is not None
    told = measures_by_name(result.measures)
    last = problem.date(problem.n_days - 1)
    short = told["officers missing"]
    said = [
        f"{count(len(problem.team_ids), 'team')} from {problem.first_date} to {last}: "
        f"{percent(told['share of the need met'].value)} of the officers wanted are on duty."
    ]
    if short.value:
        by_shift = [f"{shift} {number(n)}" for shift, n in short.by.items() if n]
        said.append(f"Officers missing over all days: {listed(by_shift, 8)}.")
    moved = changed(problem, plan)
    if moved:
        said.append(
            f"{count(len(moved), 'team')} leave{'s' if len(moved) == 1 else ''} the pattern and phase they are on: "
            f"{listed(moved, 12)}."
        )
    hours = told["mean hours a week"].by
    said.append(
        f"A team works {number(min(hours.values()), 1)} to {number(max(hours.values()), 1)} hours a week."
    )
    return said


def binds(problem: RostersProblem, result: Result[RostersPlan]) -> list[str]:
    """Say which rules were held."""
    p = problem.params
    said = [
        f"At most {count(p.longest_work, 'working day')} in a row and {number(p.most_week_h)} hours a week, "
        f"{number(p.rest_s / 3600, 1)} hours of rest between shifts; days before the roster are counted in."
    ]
    if p.fleet:
        said.append(f"At most {count(p.fleet, 'vehicle')} are out at once.")
    if p.kept:
        said.append(f"Teams that keep their pattern: {listed(p.kept, 12)}.")
    return [*said, *negotiated(problem, [r.name for r in FAMILY.rules])]
