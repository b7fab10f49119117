"""Alerts over a running day: rules as data, a state for each alert, lead time and precision on a replayed log.

``read_rules`` reads a planner's rules, ``read_log`` a day's events, ``replay`` runs one over the other and
``judged`` tells how many alerts were followed by what they warned of, and how long before. An alert informs; it
decides nothing.
"""

from optimiser.alerts.events import Event, read_log
from optimiser.alerts.judge import Judged, judged
from optimiser.alerts.replay import Replay, replay
from optimiser.alerts.rules import AlertRule, read_rules
from optimiser.alerts.simulated import log_of
from optimiser.alerts.situation import Situation
from optimiser.alerts.watch import Change, Watch

__all__ = [
    "AlertRule",
    "Change",
    "Event",
    "Judged",
    "Replay",
    "Situation",
    "Watch",
    "judged",
    "log_of",
    "read_log",
    "read_rules",
    "replay",
]
"""What the room offers."""
