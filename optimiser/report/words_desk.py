"""The advice of a running day in words: who should go where and why, who waits, and what cover is left.

Advice only: nothing here says that anything has been done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.prepare.dispatch_advice import Advice
from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.choices import Choice
from optimiser.report.phrases import count, listed, measures_by_name, minutes, number, percent
from optimiser.report.words_choices import choice_lines
from optimiser.units import clock
from optimiser.units import minutes as whole_minutes

_TERM = "term "
_MOST_ZONES = 5


def going(problem: AssignmentProblem, incident: str) -> list[str]:
    """Return the units that are on their way to an incident, as the feed says."""
    return [u for u, to in zip(problem.unit_ids, problem.on_way_to, strict=True) if to == incident]


def send_to(advice: Advice, incident: str) -> list[str]:
    """Return the units that should newly go to an incident."""
    return sorted(u for u, to in advice.plan.sent.items() if to == incident)


def open_in_order(problem: AssignmentProblem) -> list[str]:
    """Return the open incidents, the most urgent first: by grade, then by weight as it has aged."""
    order = sorted(
        range(len(problem.incident_ids)),
        key=lambda i: (problem.grade[i], -problem.urgency(i), -problem.age_s[i]),
    )
    return [problem.incident_ids[i] for i in order]


def headline(advice: Advice, incident: str) -> str:
    """Say of one incident how it stands and what is advised."""
    assert advice.scene is not None
    problem = advice.scene.problem
    i = problem.incident_ids.index(incident)
    grade, age = int(problem.grade[i]), float(problem.age_s[i])
    left = problem.params.grade_targets_s[grade] - age
    state = f"grade {grade}, {clock(age)} old, " + (
        f"{clock(left)} left" if left >= 0 else f"{clock(-left)} past its target"
    )
    here, new = going(problem, incident), send_to(advice, incident)
    back = [u for u in here if u in advice.plan.recalled]
    parts = [f"{listed(here)} on the way"] if here else []
    parts += [f"recall {listed(back)}"] if back else []
    if problem.attended[i]:
        parts.append("attended")
    parts.append(f"send {listed(new)}" if new else "nobody else is needed" if _served(advice, i) else "waits")
    if back and new:
        sooner = max(_there_s(problem, u, i) for u in back) - max(_there_s(problem, u, i) for u in new)
        parts.append(f"{clock(sooner)} sooner in the place of {listed(back)}")
    return f"{incident} ({state}): {', '.join(parts)}"


def _there_s(problem: AssignmentProblem, unit: str, i: int) -> float:
    u = problem.unit_ids.index(unit)
    return float(problem.ready_s[u] + problem.travel_s[u, i])


def _served(advice: Advice, i: int) -> bool:
    """Whether the units there and on their way are enough."""
    assert advice.scene is not None
    by_name = measures_by_name(advice.measures)
    name = advice.scene.problem.incident_ids[i]
    lacking = [by_name[n].by.get(name, 0.0) for n in ("officers unfilled", "skills missing") if n in by_name]
    return not any(lacking)


def incident_lines(advice: Advice, incident: str) -> list[str]:
    """Say of one incident what is advised, and the ranked choices with their reasons."""
    assert advice.scene is not None
    said = [headline(advice, incident)]
    choices = advice.choices.get(incident, ())
    if send_to(advice, incident) or not _served(advice, advice.scene.problem.incident_ids.index(incident)):
        said += [f"  {line}" for line in choice_lines(advice.scene.problem, incident, choices)]
    return said


def cover_lines(advice: Advice) -> list[str]:
    """Say which zones are below their level after what is advised, now and as far as is known ahead."""
    assert advice.scene is not None
    below = measures_by_name(advice.measures).get("levels missing")
    said = []
    if below is not None and below.by:
        said.append(f"Below their level after this: {_zones(below.by)}.")
    for ahead_s, zones in sorted(advice.ahead.items()):
        new = {z: n for z, n in zones.items() if below is None or z not in below.by}
        if new:
            said.append(f"In {minutes(ahead_s, 0)}, as far as is known, also: {_zones(new)}.")
    for unit, post in sorted(advice.plan.moved.items()):
        said.append(f"To restore cover: {unit} to {post}.")
    return said


def _zones(missing: Mapping[str, float]) -> str:
    worst = sorted(missing.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{z} ({number(n)} missing)" for z, n in worst[:_MOST_ZONES]]
    more = f" and {count(len(worst) - _MOST_ZONES, 'zone')} more" if len(worst) > _MOST_ZONES else ""
    return ", ".join(named) + more


def proof_words(advice: Advice) -> str:
    """Say how good the joint answer is."""
    if not advice.status:
        return "One incident after another, without a joint answer."
    if advice.kept:
        return "The earlier answer stands: nothing is better by enough to change it."
    if advice.status == "optimal":
        return "No better joint answer exists."
    if advice.gap_frac is not None:
        return f"At most {percent(advice.gap_frac)} better can exist."
    return f"The joint answer is {advice.status.replace('_', ' ')}; nothing is proved of it."


def terms(advice: Advice) -> dict[str, float]:
    """Return every term of the objective in weighted seconds, by its plain name."""
    return {m.name.removeprefix(_TERM): m.value for m in advice.measures if m.name.startswith(_TERM)}


def terms_line(parts: Mapping[str, float]) -> str:
    """Say every term that is not nothing, in weighted minutes."""
    told = [f"{name} {whole_minutes(s):.2f}" for name, s in parts.items() if abs(s) > 1e-9]
    return f"weighted minutes: {', '.join(told)}" if told else "weighted minutes: nothing"


def advice_lines(advice: Advice, before: Advice | None = None) -> list[str]:
    """Say what an event changed: the event, what is wrong, and the advice as far as it is new."""
    said = [f"{advice.at:%H:%M:%S}  {advice.taken.words or 'nothing is taken from this line'}"]
    said += [f"  ! {f}" for f in (*advice.taken.findings, *advice.findings)]
    if advice.scene is None or not advice.renewed:
        return said
    new = [i for i in open_in_order(advice.scene.problem) if _says(advice, i) != _says(before, i)]
    for incident in new:
        said += [f"  {line}" for line in incident_lines(advice, incident)]
    cover = cover_lines(advice)
    if before is None or before.scene is None or cover != cover_lines(before):
        said += [f"  {line}" for line in cover]
    if new:
        said.append(f"  {proof_words(advice)}")
    return said


def _says(advice: Advice | None, incident: str) -> Any:
    """Return what is advised for an incident, to tell whether it is new."""
    if advice is None or advice.scene is None or incident not in advice.scene.problem.incident_ids:
        return None
    i = advice.scene.problem.incident_ids.index(incident)
    here = going(advice.scene.problem, incident)
    back = [u for u in here if u in advice.plan.recalled]
    return send_to(advice, incident), here, back, _served(advice, i)


def advice_record(advice: Advice) -> dict[str, Any]:
    """Return the advice as plain values in core units, one line of the file of advice."""
    made: dict[str, Any] = {
        "at": advice.at.isoformat(sep=" "),
        "line": advice.line,
        "event": advice.taken.words,
        "findings": [str(f) for f in (*advice.taken.findings, *advice.findings)],
        "renewed": advice.renewed,
    }
    if advice.at_once:
        made["at_once"] = [choice_record(c) for c in advice.at_once]
    if advice.scene is None:
        return made
    problem = advice.scene.problem
    made["incidents"] = {
        i: {
            "send": send_to(advice, i),
            "on_the_way": going(problem, i),
            "choices": [choice_record(c) for c in advice.choices.get(i, ())],
            "words": incident_lines(advice, i),
        }
        for i in open_in_order(problem)
    }
    below = measures_by_name(advice.measures).get("levels missing")
    return made | {
        "move": dict(advice.plan.moved),
        "recall": list(advice.plan.recalled),
        "terms_weighted_s": terms(advice),
        "levels_missing": {} if below is None else dict(below.by),
        "levels_missing_ahead": {f"{s:g}": dict(z) for s, z in advice.ahead.items()},
        "status": advice.status,
        "gap_frac": advice.gap_frac,
        "kept": advice.kept,
        "solve_s": round(advice.solve_s, 4),
    }


def choice_record(choice: Choice) -> dict[str, Any]:
    """Return a choice as plain values in core units."""
    return {
        "units": list(choice.units),
        "cost_weighted_s": round(choice.cost, 3),
        "arrives_s": choice.arrives_s,
        "full_s": choice.full_s,
        "late_s": choice.late_s,
        "missing": choice.missing,
        "skills_missing": choice.skills_missing,
        "terms_weighted_s": {k: round(v, 3) for k, v in choice.terms.items()},
        "losses": [
            {"zone": x.zone, "before": x.before, "after": x.after, "wanted": x.wanted, "for_s": x.for_s}
            for x in choice.losses
        ],
    }
