"""The yearly look: nothing, a transfer of officers, or a redraw; transfers against every other one there is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.sectors import SectorsPlan
from optimiser.studies.drift import drift, transfer
from tests.oracles.sectors_cases import path_of_four

EVEN = SectorsPlan(dict(zip("ABCD", "1122", strict=True)), {"1": "A", "2": "C"})
UNEVEN = SectorsPlan(dict(zip("ABCD", "1222", strict=True)), {"1": "A", "2": "C"})


def test_nothing_is_needed_within_the_tolerance():
    """Two calls each: on target, whoever works there."""
    found = drift(path_of_four(), EVEN)
    assert (found.verdict, found.beyond, found.transferred) == ("nothing", (), None)


def test_officers_follow_the_work():
    """One call against three, four officers each: work per officer is right with two and six; two go."""
    found = drift(path_of_four(), UNEVEN, {"1": 4, "2": 4})
    assert found.verdict == "transfer"
    assert found.transferred == 2
    assert [s.officers_after for s in found.standings] == [2, 6]
    assert [s.off_after_frac for s in found.standings] == [0.0, 0.0]
    assert [round(s.off_frac, 9) for s in found.standings] == [-0.5, 0.5]
    assert [s.district for s in found.beyond] == ["1", "2"]


def test_lines_move_where_officers_cannot():
    """One car each; or three officers in all, of whom none can be halved; or a district in pieces."""
    assert drift(path_of_four(), UNEVEN, divisible=False).verdict == "redraw"
    assert drift(path_of_four(), UNEVEN, {"1": 1, "2": 2}).verdict == "redraw"
    broken = SectorsPlan(dict(zip("ABCD", "1221", strict=True)), {"1": "A", "2": "B"})
    found = drift(path_of_four(), broken)
    assert found.verdict == "redraw"
    assert [v.rule for v in found.broken] == ["contiguity"]


def test_unequal_strength_on_purpose_needs_nothing():
    """One call against three with two officers against six: each has as much to do."""
    assert drift(path_of_four(), UNEVEN, {"1": 2, "2": 6}).verdict == "nothing"


def with_kind(problem, kind: str, work: list[float], tolerance: float = 0.05):
    """The same question with another kind of work balanced as well."""
    limits = {**problem.params.balance_frac, kind: tolerance}
    return replace(
        problem,
        balance_names=(*problem.balance_names, kind),
        balance=np.concatenate([problem.balance, [work]]),
        params=replace(problem.params, balance_frac=limits),
    )


def test_a_night_that_is_off_is_for_the_shifts():
    """Two calls each over the week, but two of three by night: no transfer cures that; with one car no shift does."""
    problem = with_kind(path_of_four(), "calls, night", [1.0, 1.0, 0.5, 0.5])
    for officers in (None, {"1": 4, "2": 4}, {"1": 400, "2": 400}):
        found = drift(problem, EVEN, officers)
        assert (found.verdict, found.beyond, found.transferred, found.broken) == ("shifts", (), None, ())
        (night,) = found.parts
        assert night.kind == "calls, night"
        assert {d: round(x, 6) for d, x in night.beyond.items()} == {"1": 0.333333, "2": -0.333333}
    assert drift(problem, EVEN, divisible=False).verdict == "redraw"
    wide = with_kind(path_of_four(), "calls, night", [1.0, 1.0, 0.5, 0.5], tolerance=0.4)
    assert drift(wide, EVEN).verdict == "nothing"


def test_a_transfer_cures_a_night_that_follows_the_week():
    """A quarter of the week's work and of the night's: two and six officers are right for both; else shifts as well."""
    alike = with_kind(path_of_four(), "calls, night", [1.0, 1.0, 1.0, 1.0])
    found = drift(alike, UNEVEN, {"1": 4, "2": 4})
    assert (found.verdict, found.transferred) == ("transfer", 2)
    assert drift(alike, UNEVEN).verdict == "transfer"
    other = with_kind(path_of_four(), "calls, night", [3.0, 1.0, 1.0, 1.0])
    found = drift(other, UNEVEN, {"1": 4, "2": 4})
    assert (found.verdict, found.transferred) == ("shifts", 2)
    assert drift(other, UNEVEN).verdict == "shifts"


def test_a_transfer_for_the_week_and_the_night_together():
    """Half the week's work, 10 of 21 by night: of 21 officers 10 or 11 are within 5 % of the week, 10 alone of both."""
    problem = with_kind(path_of_four(), "calls, night", [5.0, 5.0, 5.5, 5.5])
    tight = replace(
        problem, params=replace(problem.params, balance_frac={"calls": 0.06, "calls, night": 0.04})
    )
    found = drift(tight, EVEN, {"1": 11, "2": 10})
    assert (found.verdict, found.transferred) == ("transfer", 1)
    assert [s.officers_after for s in found.standings] == [10, 11]


def test_people_that_are_uneven_need_a_redraw():
    """Work is even and population is not: no officer and no shift changes where people live."""
    found = drift(with_kind(path_of_four(), "population", [3.0, 1.0, 1.0, 1.0]), EVEN, {"1": 4, "2": 4})
    assert found.verdict == "redraw"
    assert {(v.rule, v.where) for v in found.broken} == {
        ("balance", "1, population"),
        ("balance", "2, population"),
    }


def test_the_fewest_transfers_there_are():
    """All ways to share out up to nine officers among three districts, on random work and tolerances."""
    rng = np.random.default_rng(3)
    possible = 0
    for _ in range(150):
        load = rng.integers(1, 30, 3).astype(float)
        officers = rng.integers(0, 4, 3)
        tolerance = float(rng.choice([0.1, 0.3, 0.6]))
        total = int(officers.sum())
        if not total:
            continue
        mean = load.sum() / total
        ways = [
            n
            for n in product(range(total + 1), repeat=3)
            if sum(n) == total
            and all(k > 0 and abs(w / k / mean - 1) <= tolerance + 1e-9 for w, k in zip(load, n, strict=True))
        ]
        found = transfer(load, officers, tolerance)
        if not ways:
            assert found is None
            continue
        possible += 1
        assert tuple(found) in ways
        fewest = min(sum(max(0, k - o) for k, o in zip(n, officers, strict=True)) for n in ways)
        assert int(np.maximum(found - officers, 0).sum()) == fewest
    assert possible >= 20


def test_what_it_refuses():
    """Officers of other districts, no officers at all, and no tolerance to hold the drift against."""
    with pytest.raises(InputError, match="3"):
        drift(path_of_four(), EVEN, {"1": 1, "3": 1})
    with pytest.raises(InputError, match="no officer"):
        drift(path_of_four(), EVEN, {"1": 0, "2": 0})
    with pytest.raises(InputError, match="Nothing is balanced"):
        drift(path_of_four(balance_frac={}), EVEN)
