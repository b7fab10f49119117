"""How good alerts were on a replayed log: per shift, precision, recall and lead time.

What an alert warns of came true
- ``units``: where the incident had the number of units ``serious_units`` at some time from the alert on;
- ``call``: where its first unit came after the target;
- ``cover``: where cover really was below the level for at least ``lasting_s``, beginning within the rule's lead and
  ``grace_s`` after the alert, or standing when it was raised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.alerts.replay import Replay
from optimiser.alerts.rules import CALL, UNITS, AlertRule
from optimiser.units import SECONDS_PER_HOUR, minutes, percent_text

SHIFT_S = 8 * SECONDS_PER_HOUR


@dataclass(frozen=True)
class Judged:
    """Figures of one rule.

    Parameters
    ----------
    rule
        Its name.
    n_raised, n_true
        Alerts, and those that came true.
    n_breaches, n_warned
        What alerts should warn of, and how often one had been raised by then.
    per_shift
        Alerts in eight hours.
    median_lead_s
        From alert to what it warned of, over those that came true; not a number where there are none.
    """

    rule: str
    n_raised: int
    n_true: int
    n_breaches: int
    n_warned: int
    per_shift: float
    median_lead_s: float

    @property
    def precision_frac(self) -> float | None:
        """Share of alerts that came true; None without any."""
        return self.n_true / self.n_raised if self.n_raised else None

    @property
    def recall_frac(self) -> float | None:
        """Share of breaches that were warned of; None without any."""
        return self.n_warned / self.n_breaches if self.n_breaches else None

    def in_words(self) -> str:
        """Say it in a line."""
        if not self.n_raised:
            missed = (
                f"{self.n_breaches} times it should have warned" if self.n_breaches else "nothing to warn of"
            )
            return f"{self.rule}: no alert; {missed}."
        lead = ""
        if self.median_lead_s > 0:
            lead = f", half of them {minutes(self.median_lead_s):.1f} minutes or more ahead"
        elif self.median_lead_s == 0:
            lead = ", most of them as it happened"
        warned = (
            ""
            if self.recall_frac is None
            else f"; {percent_text(self.recall_frac)} of what happened was warned of"
        )
        return (
            f"{self.rule}: {self.n_raised} alert{'s' if self.n_raised > 1 else ''}, {self.per_shift:.1f} a shift; "
            f"{percent_text(self.n_true / self.n_raised)} came true{lead}{warned}."
        )


def judged(
    found: Replay, *, serious_units: int = 5, lasting_s: float = 300.0, grace_s: float = 600.0
) -> tuple[Judged, ...]:
    """Judge every rule of a replay; see the module."""
    shifts = max((found.end_s - found.begin_s) / SHIFT_S, 1e-9)
    return tuple(_of(rule, found, shifts, serious_units, lasting_s, grace_s) for rule in found.rules)


def _of(
    rule: AlertRule, found: Replay, shifts: float, serious_units: int, lasting_s: float, grace_s: float
) -> Judged:
    raised: dict[str, list[float]] = {}
    for change in found.changes:
        if change.rule == rule.name and change.state == "raised":
            raised.setdefault(change.subject, []).append(change.at_s)
    breaches = _breaches(rule, found, serious_units, lasting_s)
    leads, warned = [], 0
    for subject, spans in breaches.items():
        warned += sum(any(at <= begin for at in raised.get(subject, ())) for begin, _ in spans)
    for subject, times in raised.items():
        for at in times:
            after = rule.lead_s + grace_s if rule.kind not in (UNITS, CALL) else np.inf
            true = [begin for begin, end in breaches.get(subject, ()) if end >= at and begin <= at + after]
            if true:
                leads.append(max(0.0, min(true) - at))
    n = sum(map(len, raised.values()))
    return Judged(
        rule.name,
        n,
        len(leads),
        sum(map(len, breaches.values())),
        warned,
        n / shifts,
        float(np.median(leads)) if leads else float("nan"),
    )


def _breaches(
    rule: AlertRule, found: Replay, serious_units: int, lasting_s: float
) -> dict[str, list[tuple[float, float]]]:
    """When, by subject, that happened which the rule warns of: begin and end."""
    if rule.kind == UNITS:
        return {
            name: [(min(at for n, at in h.most_units_s.items() if n >= serious_units), np.inf)]
            for name, h in found.incidents.items()
            if h.most_units >= serious_units and rule.takes(h.grade)
        }
    if rule.kind == CALL:
        return {
            name: [(h.called_s + rule.target_s, np.inf)]
            for name, h in found.incidents.items()
            if rule.takes(h.grade)
            and h.arrived_s - h.called_s > rule.target_s + 1e-6
            and h.called_s + rule.target_s <= found.end_s
        }
    return {
        area: [(a, b) for a, b in spans if b - a >= lasting_s]
        for (name, area), spans in found.low_cover.items()
        if name == rule.name
    }
