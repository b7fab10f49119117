"""A requirement in words: how many officers, what asks for them when, and what a table by the hour would miss."""

from __future__ import annotations

import numpy as np

from optimiser.data.duty_rules import SPAN
from optimiser.demand.requirement import NOTHING, Requirement, RequirementParams
from optimiser.prepare.reserve import ReserveEffect
from optimiser.report.phrases import asked, count, listed, minutes, number, percent
from optimiser.report.words_shifts import REASON_WORDS
from optimiser.studies.acceptance import ACCEPTED_FRAC, MEAN_REACH, Mended
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, SECONDS_PER_HOUR, time_of_day

SHARES_SHOWN = (0.30, 0.45, 0.60)
NOTICED_FRAC = 0.001


def when(slot: int, slot_s: int) -> str:
    """Say when a slot begins: ``Fri 22:30``."""
    day, second = divmod(slot * slot_s, round(HOURS_PER_DAY * SECONDS_PER_HOUR))
    return f"{DAY_NAMES[day]} {time_of_day(second)}"


def reason_words(reason: str) -> str:
    """Say a reason."""
    return "nothing (no calls, no minimum)" if reason == NOTHING else REASON_WORDS.get(reason, reason)


def standards(p: RequirementParams) -> list[str]:
    """Say what was asked."""
    said = []
    if p.no_free_unit_frac is not None:
        said.append(f"at most {asked(p.no_free_unit_frac)} of calls find no free unit")
    if p.reserve_units:
        said.append(f"{count(p.reserve_units, 'free unit')} kept for urgent calls")
    if p.held_back_frac is not None:
        said.append(f"at most {asked(p.held_back_frac)} of the other calls wait")
    if p.urgent_wait_s is not None:
        said.append(
            f"at most {asked(p.urgent_late_frac)} of urgent calls wait longer than {minutes(p.urgent_wait_s)} for one"
        )
    if p.response_s is not None:
        late = p.response_late_frac
        who = "urgent calls on average" if late is None else f"all but {asked(late)} of urgent calls"
        said.append(f"{who} reached within {minutes(p.response_s)}, wait and drive")
    if p.interval_ceiling_frac is not None:
        said.append(f"in every interval at most {asked(p.interval_ceiling_frac)} on calls")
    said.append(f"never fewer than {count(p.minimum_units, 'unit')}")
    return said


def found(need: Requirement, by_slot: Requirement) -> list[str]:
    """Say what is required, what binds, and what hour-by-hour tables miss."""
    n = need.officers
    said = [
        f"{number(need.officer_h)} officer-hours a week: {int(n.min())} to {int(n.max())} officers on duty, "
        f"most at {when(int(n.argmax()), need.slot_s)}."
    ]
    hours = {r: k * need.slot_s / SECONDS_PER_HOUR for r, k in need.slots_by_reason().items()}
    parts = [f"{reason_words(r)} in {number(h, 1)} h" for r, h in hours.items()]
    said.append(f"What asks for the most, by hours of the week: {'; '.join(parts)}.")
    said += _clauses(need)
    said += _split(need, by_slot)
    said += _table(by_slot)
    said += _supervisors(need)
    said += _posts(need)
    said += _vehicles(need)
    return said


def reserve(effect: ReserveEffect | None, held_back_frac: float | None) -> list[str]:
    """Say what a reserve for urgent calls does to the requirement, and who pays for it."""
    if effect is None:
        return []
    less = effect.officer_h_without - effect.officer_h
    text = (
        f"{count(effect.reserve_units, 'free unit')} kept for urgent calls: the standards of service ask for "
        f"{number(effect.officer_h)} officer-hours a week with it and {number(effect.officer_h_without)} without"
    )
    if less > 0:
        text += ", fewer because a unit in reserve still counts as free; the other calls pay for it"
    waits = (
        f"with as many officers {percent(effect.held_back_frac)} of the other calls wait, for a unit or because the "
        f"free ones are kept, instead of {percent(effect.held_back_without_frac)}"
    )
    said = [f"{text}; {waits}."]
    if held_back_frac is None:
        said.append(
            "Nothing is asked for the other calls: held_back_pct sets the share of them that may wait."
        )
    if abs(effect.held_back_required_frac - effect.held_back_frac) > NOTICED_FRAC:
        said.append(
            f"With the officers that the time split or a simulation adds, "
            f"{percent(effect.held_back_required_frac)} of the other calls wait."
        )
    return said


def accepted(mended: Mended) -> list[str]:
    """Say what simulated weeks say of the officers, and what was added for it."""
    final, rounds = mended.final, len(mended.rounds) - 1
    said = []
    if mended.added:
        said.append(
            f"Simulated weeks asked for {number(mended.added)} officer-intervals more, in {count(rounds, 'round')}; "
            f"before, {percent(mended.rounds[0].met_frac)} of the intervals met every target."
        )
    for t in final.targets:
        what = f"{minutes(t.limit)} " if t.target == MEAN_REACH else f"{asked(t.limit)} "
        value = minutes(t.overall) if t.target == MEAN_REACH else percent(t.overall, 2)
        said.append(
            f"Over {number(final.weeks)} simulated weeks the target for {t.target} ({what.strip()}) is met in "
            f"{percent(t.met_frac)} of the intervals (surely in {percent(t.surely_met_frac)}, at most in "
            f"{percent(t.not_surely_missed_frac)}); over the week it is {value}."
        )
    verdict = "Accepted" if final.accepted else "Not accepted"
    said.append(f"{verdict}: every target is to be met in at least {asked(ACCEPTED_FRAC)} of the intervals.")
    return said


def _clauses(need: Requirement) -> list[str]:
    texts, counts = np.unique([c for c in need.clauses if c], return_counts=True)
    if not texts.size:
        return []
    parts = [
        f"{texts[k]} ({number(counts[k] * need.slot_s / SECONDS_PER_HOUR, 1)} h)"
        for k in np.argsort(-counts, kind="stable")
    ]
    return [f"Minimums that bind, with their clause: {'; '.join(parts)}."]


def _posts(need: Requirement) -> list[str]:
    said = []
    for role, people in need.posts.items():
        if not people.any():
            continue
        clauses = ", ".join(dict.fromkeys(c for c in need.post_clauses[role] if c))
        said.append(
            f"Beside them {int(people.min())} to {int(people.max())} of {role}, "
            f"{number(float(people.sum()) * need.slot_s / SECONDS_PER_HOUR)} hours a week ({clauses})."
        )
    return said


def _split(need: Requirement, by_slot: Requirement) -> list[str]:
    share = need.call_share
    above = [
        f"{percent(float((share > limit + 1e-9).mean()), 0)} of intervals above {asked(limit)}"
        for limit in SHARES_SHOWN
    ]
    mean = float(need.call_work_s.sum()) / max(float(need.officers.sum()) * need.slot_s, 1e-9)
    said = [f"Calls take {percent(mean)} of on-duty time over the week; {', '.join(above)}."]
    if need.split_asks:
        most = max(need.split_asks, key=lambda k: need.split_asks[k])
        text = (
            f"The time split asks for {number(need.split_asks[most])} officer-hours a week (by {most}); the other "
            f"reasons ask for {number(by_slot.officer_h)}"
        )
        extra = need.officer_h - by_slot.officer_h
        said.append(
            f"{text}, so {number(extra, 1)} are added where calls take the largest share."
            if extra > 0
            else f"{text}, so it is kept."
        )
    return said


def _table(need: Requirement) -> list[str]:
    """Say what a table by the hour would ask, against the load that lags its calls."""
    if need.hour_by_hour.size == 0:
        return []
    gap = need.officers - need.hour_by_hour
    hours = need.slot_s / SECONDS_PER_HOUR
    return [
        f"A table that takes each interval for itself, as if calls ended in it, would miss "
        f"{number(float(np.maximum(gap, 0).sum()) * hours, 1)} officer-hours a week in {int((gap > 0).sum())} "
        f"intervals (up to {int(max(gap.max(), 0))} officers, {when(int(gap.argmax()), need.slot_s)}) and ask for "
        f"{number(float(np.maximum(-gap, 0).sum()) * hours, 1)} too many in {int((gap < 0).sum())}."
    ]


def _supervisors(need: Requirement) -> list[str]:
    if need.supervisors.size == 0:
        return []
    names, counts = np.unique(need.supervisor_reasons, return_counts=True)
    said = {SPAN: "the span of control", NOTHING: "nothing"}
    parts = [
        f"{said.get(str(n), str(n))} in {number(c * need.slot_s / SECONDS_PER_HOUR, 1)} h"
        for n, c in zip(names, counts, strict=True)
    ]
    low, high = int(need.supervisors.min()), int(need.supervisors.max())
    return [f"Beside them {low} to {high} supervisors on duty, asked for by {listed(parts)}."]


def _vehicles(need: Requirement) -> list[str]:
    short = need.short_of_vehicles
    if need.vehicles.size == 0:
        return []
    if short.size == 0:
        return ["There are cars enough in every interval."]
    over = need.units[short] - need.vehicles[short]
    worst = int(short[over.argmax()])
    return [
        f"Not enough cars in {number(short.size * need.slot_s / SECONDS_PER_HOUR, 1)} h: at {when(worst, need.slot_s)} "
        f"{int(need.units[worst])} units need {int(over.max())} more than the {int(need.vehicles[worst])} there are. "
        "More two-officer cars in these hours (a crew rule) or more cars would mend it."
    ]
