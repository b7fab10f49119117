"""What a reserve for urgent calls does: fewer officers by the share without a free unit, and who pays for it."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.demand.call_mix import of_load
from optimiser.demand.requirement import RequirementParams
from optimiser.prepare.requirement import RequirementSetup, asked_of
from optimiser.prepare.reserve import reserve_effect
from optimiser.report.words_requirement import reserve

SERVICE_S, LOAD, URGENT = 2400.0, 6.0, 0.2
SETUP = RequirementSetup(hold_split=False, slot_s=3600)


def asked(params, **setup):
    """Six units busy at any time, a fifth of it on urgent calls."""
    mix = of_load(np.full(168, LOAD * 3600.0), SERVICE_S, URGENT)
    return asked_of(mix, params, replace(SETUP, **setup))


def simulated(n_units, kept, n_calls=400_000, seed=3):
    """Share of calls that find nobody free at all, and of other calls that wait, by a plain event loop."""
    rng = np.random.default_rng(seed)
    busy, queued, now, none_free, waited, n_other = [], 0, 0.0, 0, 0, 0
    gaps = rng.exponential(SERVICE_S / LOAD, n_calls)
    urgent, work = rng.random(n_calls) < URGENT, rng.exponential(SERVICE_S, n_calls)
    first = 0  # urgent calls that wait

    def take(at, s):
        busy.append(at + s)

    for gap, is_urgent, s in zip(gaps, urgent, work, strict=True):
        now += gap
        while busy and min(busy) <= now:
            at = min(busy)
            busy.remove(at)
            if first:
                first -= 1
                take(at, rng.exponential(SERVICE_S))
            elif queued and len(busy) < n_units - kept:
                queued -= 1
                take(at, rng.exponential(SERVICE_S))
        none_free += len(busy) == n_units
        room = len(busy) < (n_units if is_urgent else n_units - kept)
        n_other += not is_urgent
        if room:
            take(now, s)
        elif is_urgent:
            first += 1
        else:
            waited, queued = waited + 1, queued + 1
    return none_free / n_calls, waited / n_other


def test_fewer_officers_with_a_reserve_are_right_and_others_wait():
    """At most 2 % find nobody free: fewer units do with a reserve, as simulated, but more of the other calls wait."""
    plain, kept = asked(RequirementParams()), asked(RequirementParams(reserve_units=2))
    n, fewer = int(plain.by_slot.units[0]), int(kept.by_slot.units[0])
    assert fewer < n
    none_free, others = simulated(fewer, 2, n_calls=60_000)
    assert none_free <= 0.02
    effect = reserve_effect(kept, SETUP)
    assert effect.held_back_frac == pytest.approx(others, abs=0.02)
    assert effect.held_back_frac > 2 * effect.held_back_without_frac
    assert (effect.officer_h, effect.officer_h_without) == (168.0 * fewer, 168.0 * n)


def test_it_is_said_with_what_to_do():
    """Who pays and what would ask for them; with a standard for the others there is nothing to advise."""
    params = RequirementParams(reserve_units=2)
    said = " ".join(reserve(reserve_effect(asked(params), SETUP), None)).replace("\u00a0", " ")
    assert "2 free units kept" in said
    assert "the other calls pay for it" in said
    assert "held_back_pct" in said
    held = asked(replace(params, held_back_frac=0.02))
    effect = reserve_effect(held, SETUP)
    assert effect.held_back_frac <= 0.02
    assert effect.officer_h >= effect.officer_h_without  # keeping both standards is never cheaper here
    assert "held_back_pct" not in " ".join(reserve(effect, 0.02))


def test_nothing_is_said_without_a_reserve_or_others():
    """No reserve, or only urgent calls: there is nobody to pay."""
    assert reserve_effect(asked(RequirementParams()), SETUP) is None
    alone = asked_of(of_load(np.full(168, 3600.0), SERVICE_S), RequirementParams(reserve_units=1), SETUP)
    assert reserve_effect(alone, SETUP) is None
    assert reserve(None, None) == []


def test_the_split_may_add_enough_for_all():
    """With the officers of a 30 % ceiling hardly any other call waits, and that is said."""
    setup = replace(SETUP, hold_split=True)
    held = asked(RequirementParams(reserve_units=1), hold_split=True)
    effect = reserve_effect(held, setup)
    assert effect.held_back_required_frac < effect.held_back_frac
    assert any("time split" in s for s in reserve(effect, None))
