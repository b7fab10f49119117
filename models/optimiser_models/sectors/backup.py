"""Backup and expected cover where centres are free: the car of a second centre makes them no sum over pairs.

1. The question without them is solved as any other: its bounds hold here too, and its plan is a first one.
2. Better plans by turns of centres and districts (:mod:`.recentre`).
3. Posts alone bound what second cars count for (:mod:`.posts`); where a limit asks for more there is no plan.
4. Where few sets of centres can be, every one has its turn, and the proof with it (:mod:`.sets`); else the search goes
   on from other centres, and at last every aim has its turn around the best ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import limit_rule
from optimiser.problems.sectors.rules import ROUNDING, beyond
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors import sets
from optimiser_models.sectors.posts import SLACK, question
from optimiser_models.sectors.recentre import Ints, improve, rows_of, settle
from optimiser_models.sectors.second import SECOND, Quiet, Search, Solve, limited
from optimiser_models.standby import benders

PLAIN_SHARE, PLAIN_SHARE_BEFORE = 0.2, 0.5
"""Share of the time for the question without them: where they come first, and where another aim does."""
POSTS_SHARE = 0.2
"""Share of the time left for what posts reach."""
AGAIN_SHARE = 0.6
"""Share of the time left for a first plan, where none was found at once."""
LAST_SHARE = 0.2
"""Share of the time for the best districts around the best centres, by all aims."""


def solve(
    problem: SectorsProblem,
    start: SectorsPlan | None,
    options: SolveOptions,
    report: Report,
    districts: Solve,
) -> Outcome[SectorsPlan]:
    """Run the method; ``districts`` solves what asks for no second car, or has every centre given."""
    search = Search(problem, options, report, districts)
    p = problem.params
    if start is not None:
        search.offer(start)
    without, aims = plain(problem)
    share = PLAIN_SHARE_BEFORE if p.objectives[0] in aims and p.objectives[0] != "score" else PLAIN_SHARE
    first = search.solve(without, start, share * search.left_s())
    if first.infeasible:
        return first
    search.plain = first.plan
    told = zip(aims, first.bound, (*first.confirmed_by, *("",) * len(aims)), strict=False)
    for name, bound, route in told:
        if bound is not None:
            search.bounds[name], search.routes[name] = bound, route
    settle(search, search.near)
    if search.stopped():
        return _outcome(search)
    posts, ceilings = _ceilings(search)
    for name in limited(p):
        if beyond(name, ceilings[name] * (1 + PROOF_GAP), p.limit_of(name)):
            return Outcome(None, infeasible=True, notes={f"{name} of posts": ceilings[name]})
    _bounds(search, ceilings)
    report(phase="improving", bound=search.bounds.get(p.objectives[0]))
    if sets.few(problem) and not search.done():
        none = sets.through(search)
        if none is not None:
            return none
    elif not search.done():
        if search.near is None:
            again = search.solve(without, None, AGAIN_SHARE * search.left_s())
            if again.infeasible:
                return again
            settle(search, search.near)
        improve(search, posts, until_s=(1 - LAST_SHARE) * options.time_limit_s)
        _last(search)
    return _outcome(search)


def plain(problem: SectorsProblem) -> tuple[SectorsProblem, tuple[str, ...]]:
    """Return the question without second cars, and which of its aims are the planner's own, in order.

    A score keeps the rest of its weights, so its best value is no worse than that of the whole score without them.
    """
    p = problem.params
    weights = {n: w for n, w in p.weights.items() if n not in SECOND and w > 0}
    aims = tuple(n for n in p.objectives if n not in SECOND and (n != "score" or weights))
    params = replace(
        p,
        objectives=aims or ("travel",),
        weights=weights if "score" in aims else {},
        limits={n: v for n, v in p.limits.items() if n not in SECOND},
        relax={n: v for n, v in p.relax.items() if n not in {limit_rule(name) for name in SECOND}},
    )
    return replace(problem, params=params), aims


def _ceilings(search: Search) -> tuple[list[Ints], dict[str, float]]:
    """Return good posts, as centres (k,), and the most that posts can reach of each kind asked for."""
    problem, p = search.problem, search.problem.params
    names = sorted(SECOND & p.judged, key=lambda n: (n not in p.objectives, n))
    least = p.limit_of("cover") * (1 - ROUNDING) - SLACK if "cover" in p.limits else None
    if p.objectives[0] == "cover" and search.plain is not None and not limited(p):
        # no plan that covers less is ever taken
        covered = value_of(problem, search.plain, "cover")
        least = max(-np.inf if least is None else least, covered * (1 - SLACK))
    else:
        search.always |= set(names)
    seconds = POSTS_SHARE * search.left_s() / len(names)
    row = {c: j for j, c in enumerate(problem.centre_ids)}
    posts, ceilings = [], {}
    # on a machine's first time the loops of posts are compiled here: few questions need them
    for name in names:
        search.report(phase="bounding")
        until = min(search.options.time_limit_s, search.report.elapsed_s() + seconds)
        options = replace(search.options, time_limit_s=until)
        quiet = Quiet(search.report, lambda plan: None)
        found = benders.solve(question(problem, name, least), None, options, quiet)
        bound = found.bound[0] if found.bound else None
        most = float(problem.covered_calls.max(axis=0).sum())
        ceilings[name] = most if bound is None else min(most, bound)
        search.routes[name] = found.confirmed_by[0] if bound is not None and found.confirmed_by else ""
        if found.plan is not None:
            posts.append(np.array([row[c] for c in found.plan.posts()], dtype=np.int64))
    return posts, ceilings


def _bounds(search: Search, ceilings: dict[str, float]) -> None:
    """Take what posts reach as bounds, of the aims themselves and within a score."""
    p = search.problem.params
    search.bounds |= {name: ceilings[name] for name in SECOND & set(p.objectives)}
    if "score" in p.objectives:
        rest = search.bounds.pop(
            "score", None if {n for n, w in p.weights.items() if w > 0} - SECOND else 0.0
        )
        if rest is not None:
            more = sum(p.weights.get(name, 0.0) * most for name, most in ceilings.items())
            search.bounds["score"] = rest - more
            search.routes["score"] = "" if more else search.routes.get("score", "")


def _last(search: Search) -> None:
    """Look for the best districts around the best plan's centres, by every aim in its order."""
    if search.best is None or search.done():
        return
    problem = search.problem
    names = tuple(problem.centre_ids[j] for j in rows_of(problem, search.best).tolist())
    given = replace(problem, params=replace(problem.params, fixed_centres=names))
    search.solve(given, search.best, search.left_s())


def _outcome(search: Search) -> Outcome[SectorsPlan]:
    """Return the best plan with every bound that holds for plans as good as it in the aims before."""
    p = search.problem.params
    gap = search.gap()
    stopped = StoppedBy.PLANNER if search.report.should_stop() else StoppedBy.TIME
    if gap <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif gap <= search.options.gap_frac:
        stopped = StoppedBy.GAP
    notes = {"sets of centres": search.tried}
    if search.best is None:
        return Outcome(None, bound=(search.bounds.get(p.objectives[0]),), stopped_by=stopped, notes=notes)
    return Outcome(
        plan=search.best,
        bound=tuple(search.known()),
        stopped_by=stopped,
        bound_valid_for="exact contiguity and these rules" if p.contiguity else "these rules",
        confirmed_by=tuple(search.routes.get(name, "") for name in p.objectives),
        notes=notes,
    )
