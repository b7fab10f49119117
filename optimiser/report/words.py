"""What was found, in plain sentences for a planner, with the bound beside every plan. No solver's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optimiser import units
from optimiser.errors import InputError
from optimiser.problems.base import Family
from optimiser.report import (
    words_assignment,
    words_containment,
    words_facilities,
    words_fold,
    words_patrol,
    words_patterns,
    words_rosters,
    words_sectors,
    words_shift_design,
    words_shifts,
    words_standby,
    words_strength,
)
from optimiser.report.phrases import NO_BREAK, aim, at_most, in_units, listed, number
from optimiser.solve.result import UNCONFIRMED, Judged, Result, Status, StoppedBy, route_in_words

_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$]|&(?=#?\w+;)")
"""Marks that Markdown or HTML act on wherever they stand."""
_AS_LIST = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
"""A dash, a plus or a number that would begin a list."""

MOST_AIMS = 3
"""Aims that are told one by one; more of them, all proved, in one sentence."""

Say = Callable[[Any, Result[Any]], list[str]]

_FOUND: dict[str, Say] = {
    "sectors": words_sectors.found,
    "shifts": words_shifts.found,
    "assignment": words_assignment.found,
    "fold": words_fold.found,
    "standby": words_standby.found,
    "facilities": words_facilities.found,
    "containment": words_containment.found,
    "patrol": words_patrol.found,
    "strength": words_strength.found,
    "patterns": words_patterns.found,
    "rosters": words_rosters.found,
    "shift_design": words_shift_design.found,
}
_BINDS: dict[str, Say] = {
    "sectors": words_sectors.binds,
    "shifts": words_shifts.binds,
    "assignment": words_assignment.binds,
    "fold": words_fold.binds,
    "standby": words_standby.binds,
    "facilities": words_facilities.binds,
    "containment": words_containment.binds,
    "patrol": words_patrol.binds,
    "strength": words_strength.binds,
    "patterns": words_patterns.binds,
    "rosters": words_rosters.binds,
    "shift_design": words_shift_design.binds,
}
_STOPPED = {
    StoppedBy.PROOF: "The search ended by itself",
    StoppedBy.GAP: "The search ended when the plan was as near to the best as was asked for",
    StoppedBy.TIME: "The search stopped at its time limit",
    StoppedBy.MEMORY: "The search stopped at its memory limit",
    StoppedBy.PLANNER: "The search was stopped on request and the best plan so far was kept",
    StoppedBy.FAULT: "The search broke off by a fault; the best plan found before that was kept and checked",
}


def findings(family: Family[Any, Any] | str, problem: Any, result: Result[Any]) -> list[str]:
    """Say what was found: the plan against its targets, what is proved, why the search ended, what binds.

    Parameters
    ----------
    family
        The family or its name.
    problem, result
        Of that family.

    Returns
    -------
    list of str
        Whole sentences, the most important first; numbers in minutes, percent and counts.

    Raises
    ------
    InputError
        If no words are known for the family.
    """
    name = family if isinstance(family, str) else family.name
    if name not in _FOUND:
        raise InputError(f"There is no report for {name!r}; there is one for {', '.join(_FOUND)}.")
    if result.plan is None:
        return [*_no_plan(result), *_stopped(result), *_relaxed(problem)]
    return [
        *_FOUND[name](problem, result),
        *proof(result),
        *_stopped(result),
        *_BINDS[name](problem, result),
        *_relaxed(problem),
        "Every rule was checked on the plan itself, apart from the search.",
    ]


def proof(result: Result[Any]) -> list[str]:
    """Say for each objective how much better a plan could be at most, and by what number."""
    said = []
    aims = result.objectives
    if len(aims) > MOST_AIMS and all(o.closed and o.confirmed_by for o in aims):
        values = ", ".join(f"{aim(o.name)} {in_units(o.value, o.unit)}" for o in aims)
        return [
            f"All {len(aims)} aims, each among plans as good in those before, are proved best {_valid_for(result)}, "
            f"and confirmed by {_routes(result)}: {values}."
        ]
    for place, judged in enumerate(result.objectives):
        sentence = _judged(judged, result)
        if place:
            before = listed([aim(o.name) for o in result.objectives[:place]])
            sentence = f"Among plans as good in {before}: {sentence[:1].lower()}{sentence[1:]}"
        said.append(sentence)
    return said


def proof_line(result: Result[Any]) -> str:
    """Return the proof in one short line, for the foot of a map or chart."""
    if result.plan is None:
        return "No plan."
    if len(result.objectives) > 1 and not (result.status is Status.OPTIMAL and result.confirmed):
        said = "; then ".join(_short(o) for o in result.objectives)
        return f"{_capital(said)}, {_valid_for(result)}."
    gap_frac = result.gap_frac
    if gap_frac is None:
        return "Nothing is proved yet about better plans."
    if result.status is not Status.OPTIMAL:
        return f"{_better(gap_frac)} {_valid_for(result)}."
    if result.confirmed:
        return f"Proved best {_valid_for(result)}, and confirmed by {_routes(result)}."
    return f"{_better(gap_frac)} {_valid_for(result)}, {UNCONFIRMED}."


def _short(judged: Judged) -> str:
    """Say in a few words what is proved of one of several objectives."""
    if judged.gap_frac is None:
        return f"{aim(judged.name)}: nothing proved yet"
    if judged.closed and judged.confirmed_by:
        return f"{aim(judged.name)}: proved best"
    return f"{aim(judged.name)}: {at_most(judged.gap_frac)} better can exist"


_NO_POINT = 0.001
"""A share and its bound nearer to each other than this are told in points: their ratio would mean nothing near zero."""


def _judged(judged: Judged, result: Result[Any]) -> str:
    value = in_units(judged.value, judged.unit)
    if judged.bound is None or judged.gap_frac is None:
        return f"Nothing is proved yet about better plans; this one's {aim(judged.name)} is {value}."
    least = "less" if judged.sense == "min" else "more"
    here = f"{_capital(aim(judged.name))}: {value} here"
    if judged.closed and judged.confirmed_by:
        how = f"and confirmed by {route_in_words(judged.confirmed_by)}"
        return f"This is proved best {_valid_for(result)}, {how}. {here}; no plan can have {least}."
    if judged.closed:
        return f"{_better(judged.gap_frac)} {_valid_for(result)}, {UNCONFIRMED}. {here}."
    if judged.unit == "frac" and abs(judged.value - judged.bound) < _NO_POINT:
        return f"Less than 0.1 percentage points better can exist {_valid_for(result)}. {here}."
    bound = in_units(judged.bound, judged.unit)
    return f"{_better(judged.gap_frac)} {_valid_for(result)}. {here}; no plan can have {least} than {bound}."


def _better(gap_frac: float) -> str:
    return f"{_capital(at_most(gap_frac))} better can exist"


def _routes(result: Result[Any]) -> str:
    """Say what confirmed the proof of each objective, each route once."""
    routes = [o.confirmed_by for o in result.objectives] or [result.confirmed_by]
    return listed(list(dict.fromkeys(route_in_words(r) for r in routes)))


def _valid_for(result: Result[Any]) -> str:
    valid = result.bound_valid_for
    return f"for {valid}" if "inputs" in valid else f"for these inputs under {valid}"


def _no_plan(result: Result[Any]) -> list[str]:
    reasons = result.notes.get("reasons")
    if result.status is Status.INFEASIBLE and reasons:
        return ["No plan can keep all these rules at once for these inputs:", *reasons]
    if result.status is Status.INFEASIBLE:
        said = (
            f"No plan can keep all these rules at once for these inputs: proved, and confirmed by {_routes(result)}."
            if result.confirmed
            else f"No plan keeps all these rules at once for these inputs, {UNCONFIRMED}."
        )
        return [
            said,
            "Loosen a rule, remove a lock or a fixed choice, or change a target, and try again; the command explain "
            "names the rules that clash and the least that would help.",
        ]
    said = (
        "No plan was found. That does not say that none exists: give the search more time, or loosen a rule."
    )
    return [said, *_pieces_needed(result.notes.get("pieces_needed_at_most") or {})]


def _pieces_needed(pieces: Mapping[str, int]) -> list[str]:
    """Say what limits on cut places a plan is known for that keeps every other rule."""
    if not pieces:
        return []
    kinds = listed([f"{n} for {kind}" for kind, n in pieces.items()])
    return [f"A plan that keeps every other rule was met with these further pieces of named places: {kinds}."]


def _stopped(result: Result[Any]) -> list[str]:
    seconds = result.build_s + result.solve_s
    if result.plan is None and result.stopped_by in (StoppedBy.PLANNER, StoppedBy.FAULT):
        why = "was stopped on request" if result.stopped_by is StoppedBy.PLANNER else "broke off by a fault"
        return [f"The search {why} after {_took(seconds)}."]
    return [f"{_STOPPED[result.stopped_by]} after {_took(seconds)}."]


def _took(seconds: float) -> str:
    if seconds < units.SECONDS_PER_MINUTE:
        return f"{number(round(seconds, 1), 1)}{NO_BREAK}seconds"
    return f"{units.clock(seconds)}{NO_BREAK}minutes"


def _relaxed(problem: Any) -> list[str]:
    given = {rule: amount for rule, amount in getattr(problem.params, "relax", {}).items() if amount > 0}
    if not given:
        return []
    return [
        f"These rules were loosened for this plan: {listed([r.replace('_', ' ') for r in sorted(given)])}."
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def as_markdown(title: str, sentences: Sequence[str]) -> str:
    """Return sentences as a heading and a list; text from data cannot become markup."""
    lines = [f"# {escaped(title)}", ""] + [f"- {escaped(s)}" for s in sentences]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Escape what Markdown or HTML would act on, and keep one line."""
    flat = " ".join(text.replace(NO_BREAK, " ").split())
    return _AS_LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", flat))
