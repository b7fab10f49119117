"""One compiled discrete-event simulator behind every question: sectors, shifts, strength, dispatch.

    from optimiser import simulate as sim
    calls = sim.Calls(time_s=..., zone=..., grade=..., service_s=...)          # a trace, or
    calls = sim.Stream(rate_per_h=..., grades=(1, 2), service={1: 1800.0, 2: 2400.0})   # (Z, 168, G) calls an hour
    fleet = sim.from_counts(on_duty, 3600.0)            # a shift plan's counts, (T,) or (posts, T), cyclic; or
    fleet = sim.always(posts)                           # or Fleet(post, tour_unit, tour_start_s, tour_end_s, ...)
    found = sim.simulate(calls, fleet, travel, policy, rules, replications=30, seed=1, horizon_s=..., warm_s=...)
    found.each("within_frac")                           # (R, G); by="zone" (R, G, Z); by="hour" (R, G, 168)
    found.utilisation()                                 # (R, intervals)
    found.replications[0].calls                         # records; also use_s, unit_use_s, block_s, sector_s, ...
    sim.paired(a.each("within_frac")[:, 0], b.each("within_frac")[:, 0])       # same seed, same calls

Time is in seconds since a Monday 00:00, local wall time. ``travel`` None is one zone without ways: the pure queue.
``policy``: :func:`nearest` (default), :func:`table`, :func:`crow`, :func:`random_within`,
:func:`leigh`, :func:`veto`, :func:`covering` (priced cover, and where to stand by), :func:`one_at_a_time` and
:func:`joint` (the dispatcher's terms, also with relocation), or :func:`outside` for a function that is asked at every
decision. ``rules``: grades, targets, reserve cut-offs, several units together or as they come, interruption,
diversion, breaks, queue. Policies are passed in, never imported.
"""

from optimiser.simulate.calls import Calls, Stream
from optimiser.simulate.clairvoyant import Clairvoyant, clairvoyant
from optimiser.simulate.compare import Interval, interval, paired
from optimiser.simulate.fleet import WEEK_S, Fleet, always, from_counts
from optimiser.simulate.outputs import Outputs, Records, Replication
from optimiser.simulate.policy import (
    Cover,
    Policy,
    covering,
    crow,
    leigh,
    nearest,
    outside,
    random_within,
    table,
    veto,
)
from optimiser.simulate.rules import Rules
from optimiser.simulate.run import simulate
from optimiser.simulate.scene import Scene
from optimiser.simulate.travel import Travel, no_travel
from optimiser.simulate.watching import Watch
from optimiser.simulate.worth import Worth, joint, one_at_a_time, usual_worth

__all__ = [
    "WEEK_S",
    "Calls",
    "Clairvoyant",
    "Cover",
    "Fleet",
    "Interval",
    "Outputs",
    "Policy",
    "Records",
    "Replication",
    "Rules",
    "Scene",
    "Stream",
    "Travel",
    "Watch",
    "Worth",
    "always",
    "clairvoyant",
    "covering",
    "crow",
    "from_counts",
    "interval",
    "joint",
    "leigh",
    "nearest",
    "no_travel",
    "one_at_a_time",
    "outside",
    "paired",
    "random_within",
    "simulate",
    "table",
    "usual_worth",
    "veto",
]
