"""A log replayed: alerts as they would have been raised, and what really came of each incident and area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.alerts.cover import Districts, low_cover
from optimiser.alerts.events import Event
from optimiser.alerts.rules import COVER, AlertRule
from optimiser.alerts.situation import Situation
from optimiser.alerts.watch import Change, Watch
from optimiser.errors import InputError

TICK_S = 30.0
"""Between events the clock goes on, too: alerts look at least so often."""


@dataclass
class History:
    """What came of one incident."""

    grade: int
    called_s: float
    arrived_s: float = float("inf")
    most_units: int = 0
    most_units_s: dict[int, float] = field(default_factory=dict)
    """When it first had so many units."""


@dataclass(frozen=True, eq=False)
class Replay:
    """A replayed log.

    Parameters
    ----------
    rules
        The rules.
    changes
        The log of alerts.
    incidents
        What came of each incident.
    low_cover
        By cover rule and area or district, the spans in which cover really was below the level: begin and end, seconds.
    begin_s, end_s
        Of the log.
    odd
        Events that did not fit, in words.
    """

    rules: tuple[AlertRule, ...]
    changes: tuple[Change, ...]
    incidents: dict[str, History]
    low_cover: dict[tuple[str, str], list[tuple[float, float]]]
    begin_s: float
    end_s: float
    odd: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An alert from when it was raised to when it was cleared, or the log ended; and why it was raised."""

    rule: str
    subject: str
    begin_s: float
    end_s: float
    said: str


def raised_spans(found: Replay) -> tuple[Span, ...]:
    """Return every alert of a replay with how long it stood, in order of time."""
    open_: dict[tuple[str, str], Change] = {}
    spans = []
    for change in found.changes:
        key = (change.rule, change.subject)
        if change.state == "raised":
            open_[key] = change
        elif change.state == "cleared" and key in open_:
            began = open_.pop(key)
            spans.append(Span(*key, began.at_s, change.at_s, began.said))
    spans += [Span(*key, c.at_s, found.end_s, c.said) for key, c in open_.items()]
    return tuple(sorted(spans, key=lambda s: (s.begin_s, s.rule, s.subject)))


def replay(
    events: Sequence[Event],
    rules: tuple[AlertRule, ...],
    area_ids: tuple[str, ...],
    travel_s: NDArray[np.float64],
    *,
    districts: Districts | None = None,
    tick_s: float = TICK_S,
) -> Replay:
    """Run rules over a log.

    Parameters
    ----------
    events
        In order of time.
    travel_s
        Drive from area to area, shape (n, n).
    districts
        For rules by district.

    Raises
    ------
    InputError
        If the log is empty, or a rule is by district and there are none.
    """
    if not events:
        raise InputError("The log holds no event.")
    s, watch = Situation(area_ids, travel_s), Watch(rules, districts)
    histories: dict[str, History] = {}
    spans: dict[tuple[str, str], list[tuple[float, float]]] = {}
    open_: dict[tuple[str, str], float] = {}
    clock = events[0].at_s
    k = 0
    while k < len(events):
        upto = min(clock + tick_s, events[k].at_s)
        s.now_s = clock = upto
        while k < len(events) and events[k].at_s <= clock:
            s.take(events[k])
            _note(histories, s, events[k])
            k += 1
        watch.look(s)
        _spans(watch, s, spans, open_)
    for key, began in open_.items():
        spans.setdefault(key, []).append((began, clock))
    return Replay(rules, tuple(watch.log), histories, spans, events[0].at_s, clock, tuple(s.odd))


def _note(histories: dict[str, History], s: Situation, event: Event) -> None:
    name = event.incident or s.on.get(s.names.index(event.unit) if event.unit in s.names else -1, "")
    one = s.incidents.get(name)
    if one is None:
        return
    past = histories.setdefault(name, History(one.grade, one.called_s))
    past.grade, past.arrived_s = one.grade, min(past.arrived_s, one.arrived_s)
    n = len(one.units)
    past.most_units = max(past.most_units, n)
    past.most_units_s.setdefault(n, event.at_s)


def _spans(
    watch: Watch,
    s: Situation,
    spans: dict[tuple[str, str], list[tuple[float, float]]],
    open_: dict[tuple[str, str], float],
) -> None:
    for rule in watch.rules:
        if rule.kind != COVER:
            continue
        low = {(rule.name, subject) for subject in low_cover(rule, s, watch.districts)}
        for key in low - open_.keys():
            open_[key] = s.now_s
        for key in [k for k in open_ if k[0] == rule.name and k not in low]:
            spans.setdefault(key, []).append((open_.pop(key), s.now_s))
