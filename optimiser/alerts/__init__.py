"""Alerts over a running day: rules as data, a state for each alert, lead time and precision on a replayed log.

``read_rules`` reads a planner's rules, ``read_log`` a day's events, ``replay`` runs one over the other and
``judged`` tells how many alerts were followed by what they warned of, and how long before. An alert informs; it
decides nothing.
"""

from optimiser.alerts.cover import Districts
from optimiser.alerts.events import Event, read_log, write_log
from optimiser.alerts.judge import Judged, judged
from optimiser.alerts.replay import Replay, Span, raised_spans, replay
from optimiser.alerts.rules import AlertRule, read_rules
from optimiser.alerts.simulated import log_of
from optimiser.alerts.situation import Situation
from optimiser.alerts.watch import Change, Watch

__all__ = [
    "AlertRule",
    "Change",
    "Districts",
    "Event",
    "Judged",
    "Replay",
    "Situation",
    "Span",
    "Watch",
    "judged",
    "log_of",
    "raised_spans",
    "read_log",
    "read_rules",
    "replay",
    "write_log",
]
"""What the room offers."""
