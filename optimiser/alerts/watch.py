"""The state of each alert: pending, raised, acknowledged, cleared; with waits so that nothing flickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimiser.alerts.cover import Districts, low_cover, require_districts
from optimiser.alerts.rules import CALL, COVER, UNITS, AlertRule
from optimiser.alerts.situation import Situation
from optimiser.units import minutes

State = Literal["raised", "acknowledged", "cleared"]
_LATE_S = 1e-6


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log of alerts.

    Parameters
    ----------
    at_s
        When.
    rule, subject
        Name of the rule; the incident, area or district it is about.
    state
        What the alert became.
    said
        Why, in words.
    """

    at_s: float
    rule: str
    subject: str
    state: State
    said: str


@dataclass
class _Alert:
    since_s: float | None = None
    """Since when the state lasts that the rule looks for."""
    gone_s: float | None = None
    raised: bool = False
    acknowledged: bool = False
    quiet_until_s: float = -np.inf


class Watch:
    """Looks at a situation whenever asked and keeps the state of every alert.

    Parameters
    ----------
    rules
        What to look for.
    districts
        For rules by district.

    Raises
    ------
    InputError
        If a rule is by district and there are none.
    """

    def __init__(self, rules: tuple[AlertRule, ...], districts: Districts | None = None) -> None:
        require_districts(rules, districts)
        self.rules = rules
        self.districts = districts
        self.log: list[Change] = []
        self._alerts: dict[tuple[str, str], _Alert] = {}

    def look(self, s: Situation) -> list[Change]:
        """Look once; return what changed."""
        before = len(self.log)
        for rule in self.rules:
            active = _active(rule, s, self.districts)
            for subject, said in active.items():
                self._seen(rule, subject, said, s.now_s)
            for (name, subject), alert in self._alerts.items():
                if name == rule.name and subject not in active:
                    self._unseen(rule, subject, alert, s.now_s)
        return self.log[before:]

    def acknowledge(self, rule: str, subject: str, at_s: float) -> bool:
        """Note that somebody has seen a raised alert; False where there is none."""
        alert = self._alerts.get((rule, subject))
        if alert is None or not alert.raised or alert.acknowledged:
            return False
        alert.acknowledged = True
        self.log.append(Change(at_s, rule, subject, "acknowledged", ""))
        return True

    def standing(self) -> list[tuple[str, str]]:
        """Return rule and subject of the alerts that are raised now."""
        return sorted(key for key, alert in self._alerts.items() if alert.raised)

    def _seen(self, rule: AlertRule, subject: str, said: str, now_s: float) -> None:
        alert = self._alerts.setdefault((rule.name, subject), _Alert())
        alert.gone_s = None
        if alert.since_s is None:
            alert.since_s = now_s
        lasted = now_s - alert.since_s >= rule.raise_after_s - _LATE_S
        if not alert.raised and lasted and now_s >= alert.quiet_until_s - _LATE_S:
            alert.raised, alert.acknowledged = True, False
            self.log.append(Change(now_s, rule.name, subject, "raised", said))

    def _unseen(self, rule: AlertRule, subject: str, alert: _Alert, now_s: float) -> None:
        alert.since_s = None
        if not alert.raised:
            return
        alert.gone_s = now_s if alert.gone_s is None else alert.gone_s
        if now_s - alert.gone_s >= rule.clear_after_s - _LATE_S:
            alert.raised, alert.gone_s = False, None
            alert.quiet_until_s = now_s + rule.quiet_s
            self.log.append(Change(now_s, rule.name, subject, "cleared", ""))


def _active(rule: AlertRule, s: Situation, districts: Districts | None) -> dict[str, str]:
    """Subjects of which the rule holds at this moment, each with why."""
    if rule.kind == COVER:
        return _cover(rule, s, districts)
    return {UNITS: _units, CALL: _calls}[rule.kind](rule, s)


def _units(rule: AlertRule, s: Situation) -> dict[str, str]:
    found = {}
    for one in s.incidents.values():
        n = len(one.units)
        many = (rule.at_least and n >= rule.at_least) or n >= rule.over_needed * one.n_needed
        if rule.takes(one.grade) and n and many:
            found[one.name] = f"{n} units on it, {one.n_needed} needed, in {s.area_ids[one.area]}"
    return found


def _calls(rule: AlertRule, s: Situation) -> dict[str, str]:
    found = {}
    for one in s.incidents.values():
        if not rule.takes(one.grade) or np.isfinite(one.arrived_s):
            continue
        age_s = s.now_s - one.called_s
        soonest_s = s.soonest_s(one) - one.called_s
        if soonest_s > rule.target_s + _LATE_S or age_s > rule.target_s + _LATE_S:
            when = (
                f"at best after {minutes(soonest_s):.1f} minutes"
                if np.isfinite(soonest_s)
                else "no unit is free"
            )
            found[one.name] = f"grade {one.grade} in {s.area_ids[one.area]} cannot be met: {when}"
        elif not one.units and age_s >= rule.unassigned_s - _LATE_S:
            found[one.name] = (
                f"grade {one.grade} in {s.area_ids[one.area]}: nobody sent for {minutes(age_s):.1f} minutes"
            )
    return found


def _cover(rule: AlertRule, s: Situation, districts: Districts | None) -> dict[str, str]:
    soon = low_cover(rule, s, districts, rule.lead_s) if rule.lead_s else {}
    return soon | low_cover(rule, s, districts)
