"""What studies found, in plain sentences for a planner: why not, at what price, what else, how sure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from optimiser import units
from optimiser.problems.base import Family
from optimiser.report.phrases import NO_BREAK, aim, at_most, count, in_units, listed, percent, shown_value
from optimiser.solve.result import PROOF_GAP, UNCONFIRMED, route_in_words
from optimiser.studies.alternatives import Alternatives
from optimiser.studies.amounts import amount_text, scale_of
from optimiser.studies.conflict import Conflict
from optimiser.studies.explain import Choice, Explanation
from optimiser.studies.frontier import Frontier
from optimiser.studies.hooks import Refutation
from optimiser.studies.price import Change, Price, Prices
from optimiser.studies.uncertainty import Uncertainty

MOST_SHOWN = 5


def explained(family: Family[Any, Any], found: Explanation) -> list[str]:
    """Say why a request is impossible and what would make it possible."""
    said = []
    if found.verdict == "possible":
        said.append("The request is possible: a plan keeps every rule.")
    elif found.verdict == "open":
        said.append("In the time given neither a plan nor a proof that there is none was found.")
    elif found.verdict == "impossible at any amount":
        fixed = listed([_named(r.name) for r in family.rules if not r.relaxable], most=10)
        said.append(
            "No plan exists even with every rule loosened that can be. What stands in the way cannot be loosened: "
            f"the number of districts, shifts or units, what is given, or one of: {fixed}."
        )
    else:
        said.append(
            f"No plan keeps all these rules at once, {UNCONFIRMED}."
            if found.proved_by == UNCONFIRMED
            else "No plan can keep all these rules at once: proved, and confirmed by "
            f"{route_in_words(found.proved_by)}."
        )
    said += list(found.reasons) or [refuted(r) for r in found.refutations[:MOST_SHOWN]]
    if found.conflict is not None:
        said += conflict_sentences(family, found.conflict)
    for other in found.other_conflicts:
        said += [
            "There is a second conflict, which needs a way out of its own.",
            *conflict_sentences(family, other),
        ]
    said += [choice_sentence(family, choice) for choice in found.choices]
    if found.verdict == "impossible" and not found.choices:
        said.append("No way out was found in the time given.")
    alone = any(len(c.added) == 1 for c in found.choices)
    if found.not_alone and not alone and not found.open_alone:
        said.append("No single rule is enough, however far it is loosened.")
    return said + _open_ends(found)


def refuted(refutation: Refutation) -> str:
    """Say what arithmetic shows, in planner's units."""
    found = in_units(refutation.found, refutation.unit)
    limit = in_units(refutation.limit, refutation.unit)
    rules = listed([_named(r) for r in refutation.rules])
    where = refutation.where[:1].upper() + refutation.where[1:]
    return f"{where} has {found} where {limit} is asked for ({rules})."


def conflict_sentences(family: Family[Any, Any], conflict: Conflict) -> list[str]:
    """Name the rules in conflict and say how sure that is."""
    if not conflict.members:
        return []
    alone = len(conflict.members) == 1
    said = ["This rule alone cannot be kept:" if alone else "These rules cannot hold together:"]
    for member in conflict.members:
        parts = f" (here: {listed(member.parts)})" if member.parts else ""
        sure = "" if member.shown else " (whether it is needed for the conflict could not be decided)"
        said.append(f"{_named(member.rule)}: {_lower(family.rule(member.rule).meaning)}{parts}{sure}.")
    if conflict.irreducible and not alone:
        said.append("Without any one of them a plan exists: each has been seen and checked.")
    if conflict.also_by:
        said.append("A second way of solving confirms the conflict.")
    return said


def choice_sentence(family: Family[Any, Any], choice: Choice) -> str:
    """Say one way out: what to loosen, by how much, and what is known below that."""
    told = [f"loosen {_named(r)} by {amount_text(a, family.rule(r).unit)}" for r, a in choice.added.items()]
    text = f"Way out: {' and '.join(told)}; a plan is at hand."
    if choice.exact:
        return f"{text} Less is not enough."
    low = [
        f"{_named(r)} by {amount_text(_down(a, family.rule(r).unit), family.rule(r).unit)}"
        for r, a in choice.not_below.items()
        if _down(a, family.rule(r).unit) > 0
    ]
    if low:
        return f"{text} {_capital(listed(low))} is not enough; between the two it is open."
    return f"{text} Whether less would do is open."


def priced(family: Family[Any, Any], found: Prices) -> list[str]:
    """Say what each rule costs, the dearest first, and which cost nothing."""
    said, free = [], []
    by_rule: dict[str, list[Price]] = {}
    for price in found.prices:
        by_rule.setdefault(price.rule, []).append(price)
    ranked = sorted(by_rule.items(), key=lambda item: _dear(item[1]), reverse=True)
    for rule, prices in ranked:
        if all(c.nothing for p in prices for c in p.changes):
            free.append(_named(rule))
            continue
        for price in prices:
            if price.part and all(c.nothing for c in price.changes):
                free.append(price.name)
            else:
                said.append(_priced(family, price))
    if free:
        said.append(f"These rules cost nothing here: {listed(free, most=20)}.")
    return said + _open_ends(found)


def _dear(prices: Sequence[Price]) -> tuple[float, ...]:
    """Rank a rule by what it costs at least, the most important objective first."""
    most = max(len(p.changes) for p in prices)
    return tuple(
        max((p.changes[k].at_least or 0.0 for p in prices if k < len(p.changes)), default=0.0)
        for k in range(most)
    )


def _priced(family: Family[Any, Any], price: Price) -> str:
    how = "dropped" if price.amount is None else f"loosened by {amount_text(price.amount, price.unit)}"
    gains = [gain_text(change) for change in price.changes] + _beside(price)
    return f"With {price.name} {how}: {'; '.join(gains)}."


def _beside(price: Price) -> list[str]:
    """Say what the measures beside the objectives gain between the two plans, those that differ."""
    told = []
    for c in price.beside:
        amount = "" if c.found is None else amount_text(abs(c.found), c.unit)
        if c.found is not None and amount != amount_text(0.0, c.unit):
            less = (c.found >= 0) == (c.sense == "min")
            told.append(f"{aim(c.name)} {amount} {'less' if less else 'more'}")
    return [f"between these two plans {listed(told)}"] if told else []


def gain_text(change: Change) -> str:
    """Say what an objective gains: between what and what, in planner's units."""
    name = aim(change.name)
    low, high = change.at_least, change.at_most
    if low is None and high is None:
        found = "unknown" if change.found is None else _signed(change.found, change)
        return f"{name} {found} between the plans found, not proved"
    if high is not None and high <= 0 and (low is None or low >= 0):
        return f"{name} gains nothing"
    if low is not None and high is not None and abs(high - low) <= 1e-6 * max(abs(high), 1e-9):
        return f"{name} {_signed(high, change)}"
    if high is not None and high > 0 and low is not None and low <= 0:
        return f"{name} at most {_signed(high, change)}, " + (
            "perhaps nothing" if low == 0 else f"or up to {_signed(low, change)}"
        )
    least = "" if low is None else f"at least {_signed(low, change)}"
    most = "" if high is None else f"at most {_signed(high, change)}"
    return f"{name} {' and '.join(t for t in (least, most) if t)}"


def _signed(gain: float, change: Change) -> str:
    """Print a gain as what happens to the objective: less drive, more cover, or the reverse."""
    less = (gain >= 0) == (change.sense == "min")
    return f"{in_units(abs(gain), change.unit)} {'less' if less else 'more'}"


def price_rows(found: Prices) -> list[list[Any]]:
    """Return rows of rule, amount, objective, unit, gain at least, gain at most, gain found."""
    rows = []
    for price in found.prices:
        by = "all of it" if price.amount is None else amount_text(price.amount, price.unit)
        for c in (*price.changes, *price.beside):
            low, high, own = (
                None if g is None else shown_value(g, c.unit)[0] for g in (c.at_least, c.at_most, c.found)
            )
            rows.append([price.name, by, aim(c.name), shown_value(0.0, c.unit)[1], low, high, own])
    return rows


PRICE_HEADER = ("rule", "loosened by", "objective", "unit", "gain at least", "gain at most", "found")


def frontier_said(family: Family[Any, Any], found: Frontier) -> list[str]:
    """Say what the ends of a frontier are and how much is proved."""
    plans = [p for p in found.points if p.plan is not None]
    rules = listed([_named(a.rule) for a in found.axes])
    if not plans:
        return [f"No plan was found for any amount of {rules} asked for.", *_open_ends(found)]
    sign = -1.0 if found.sense == "max" else 1.0
    first = min(plans, key=lambda p: tuple(p.used[a.rule] for a in found.axes))
    best = min(plans, key=lambda p: sign * (p.value or 0.0))
    said = [f"{count(len(found.points), 'point')} of {aim(found.objective)} against {rules}."]
    for title, point in (("Tightest", first), ("Best", best)):
        if not any(point.used[a.rule] for a in found.axes):
            said.append(f"{title}: {in_units(point.value or 0.0, found.unit)} with every rule as asked.")
            continue
        used = [
            f"{_named(a.rule)} loosened by {amount_text(point.used[a.rule], family.rule(a.rule).unit)}"
            for a in found.axes
        ]
        said.append(f"{title}: {in_units(point.value or 0.0, found.unit)} with {listed(used)}.")
    open_frac = max((_open(p.value, p.bound) for p in plans), default=0.0)
    if math.isinf(open_frac):
        said.append("For some points nothing is proved about better plans.")
    else:
        proved = (
            "Every point is proved best and confirmed."
            if open_frac <= PROOF_GAP and not found.unconfirmed
            else f"At each point {at_most(open_frac)} better can exist."
        )
        said.append(proved)
    no = sum(p.impossible for p in found.points)
    if no:
        said.append(f"For {count(no, 'point')} no plan exists.")
    beaten = sum(p.dominated for p in plans)
    if beaten:
        said.append(
            f"{count(beaten, 'point')} {'is' if beaten == 1 else 'are'} no better than a tighter one."
        )
    if not found.complete:
        said.append(
            "The study was ended before all points were asked for; the same command goes on where it was."
        )
    return said + _open_ends(found)


def _open(value: float | None, bound: float | None) -> float:
    if value is None or bound is None:
        return math.inf
    return abs(value - bound) / max(abs(value), 1e-9)


def frontier_rows(family: Family[Any, Any], found: Frontier) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows: amounts allowed and used, objective, bound, and what is marked."""
    units_ = {a.rule: shown_value(0.0, family.rule(a.rule).unit)[1] for a in found.axes}
    header = [f"{_named(r)} {what}, {u}" for r, u in units_.items() for what in ("allowed", "used")]
    header += [f"{aim(found.objective)}, {shown_value(0.0, found.unit)[1]}", "no plan beats", "note"]
    rows = []
    for p in found.points:
        row: list[Any] = []
        for axis in found.axes:
            unit = family.rule(axis.rule).unit
            used = p.used.get(axis.rule)
            row += [
                shown_value(p.allowed[axis.rule], unit)[0],
                None if used is None else shown_value(used, unit)[0],
            ]
        row += [None if x is None else shown_value(x, found.unit)[0] for x in (p.value, p.bound)]
        row.append(
            "no plan exists" if p.impossible else "dominated" if p.dominated else "" if p.plan else "open"
        )
        rows.append(row)
    return header, rows


def alternatives_said(found: Alternatives) -> list[str]:
    """Say how each alternative differs and how much worse it is at most."""
    best = found.best.objectives[0] if found.best.objectives else None
    said = []
    if best is not None:
        said.append(f"The best plan: {aim(best.name)} {in_units(best.value, best.unit)}, {best.in_words()}.")
    for number, a in enumerate(found.found, start=1):
        worse = "as good" if a.worse_frac <= 1e-9 else f"{percent(a.worse_frac)} worse"
        open_ = a.worse_at_most_frac
        proved = "" if open_ is None else f", {at_most(open_)} short of what no plan can beat"
        said.append(
            f"Alternative {number}: {percent(a.distance)} of {found.distance_of} against the best, "
            f"{percent(a.nearest)} against the nearest plan before it; {worse}{proved}."
        )
    return said + _open_ends(found)


def uncertainty_said(found: Uncertainty) -> list[str]:
    """Say how far figures move, which plan beats which, and which rules break how often."""
    said = [f"Judged on {count(found.n_samples, 'sample')} of weeks drawn anew."]
    for name, spreads in found.spreads.items():
        for s in spreads:
            if s.objective:
                said.append(
                    f"{name}: {aim(s.name)} {in_units(s.median, s.unit)} in the middle, {in_units(s.low, s.unit)} to "
                    f"{in_units(s.high, s.unit)} in nine of ten samples."
                )
        for rule, share in sorted(found.broken[name].items()):
            said.append(f"{name} breaks {_named(rule)} in {percent(share)} of the samples.")
    for d in found.duels:
        said.append(
            f"{d.one} beats {d.other} in {aim(d.objective)} in {percent(d.one_frac)} of the samples, the reverse in "
            f"{percent(d.other_frac)}."
        )
    return said


def spread_rows(found: Uncertainty) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows: a figure, its unit, and for each plan its median and the ends of nine in ten."""
    header = [
        "figure",
        "unit",
        *(f"{name}: {what}" for name in found.spreads for what in ("5 %", "median", "95 %")),
    ]
    rows: dict[tuple[str, bool], list[Any]] = {}
    for spreads in found.spreads.values():
        for s in spreads:
            row = rows.setdefault((s.name, s.objective), [aim(s.name), shown_value(0.0, s.unit)[1]])
            row += [shown_value(x, s.unit)[0] for x in (s.low, s.median, s.high)]
    return header, [row for row in rows.values() if len(row) == len(header)]


def one_click(family: Family[Any, Any], choices: Sequence[Choice]) -> list[Mapping[str, Any]]:
    """Return each way out as the ``relax`` to ask with, its sentence, and what is known of its amounts."""
    return [
        {
            "relax": dict(c.relax),
            "sentence": choice_sentence(family, c).replace(NO_BREAK, " "),
            "added": dict(c.added),
            "not_below": dict(c.not_below),
            "exact": c.exact,
        }
        for c in choices
    ]


def took(seconds: float, n_solves: int) -> str:
    """Say how long a study took."""
    return f"{count(n_solves, 'solve')} in {units.clock(seconds)} minutes."


def _down(amount: float, unit: str) -> float:
    """Round down to what is printed: what is proved not to be enough must not be told as more than it is."""
    scale = scale_of(unit)
    digit = 1.0 if scale.whole else scale.precision / 10
    return math.floor(amount / digit) * digit


def _open_ends(found: Explanation | Prices | Frontier | Alternatives) -> list[str]:
    """Say what could not be decided, and which claims no second route has confirmed."""
    said = []
    if found.undecided:
        said.append(f"Not decided: {listed(found.undecided, most=10)}.")
    if found.unconfirmed:
        said.append(f"{_capital(UNCONFIRMED)}: {listed(list(dict.fromkeys(found.unconfirmed)), most=6)}.")
    return said


def _named(rule: str) -> str:
    return rule.replace("_", " ")


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
