"""Calls to patterns: the same answer as asking every post for every call."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optimiser.demand.patterns import Patterns, merge_places
from optimiser.errors import InputError
from tests.oracles.circle_patterns import CirclePatterns, count_calls


def _as_counter(p: Patterns, part: int = 0) -> dict[tuple[int, ...], float]:
    rows = (tuple(p.posts[a:b].tolist()) for a, b in zip(p.starts[:-1], p.starts[1:], strict=True))
    return {row: float(w) for row, w in zip(rows, p.weight[:, part], strict=True) if w}


def test_points_as_by_every_distance():
    """20,000 points in and around a field of 70 posts (two words of bits), in chunks, two parts of the day."""
    rng = np.random.default_rng(1)
    posts, calls = rng.random((70, 2)) * 30, rng.random((20_000, 2)) * 44 - 7
    weight, part = rng.integers(1, 101, 20_000), rng.integers(0, 2, 20_000)
    counter = CirclePatterns(posts, 5.5, 2)
    for chunk in np.array_split(np.arange(20_000), 7):
        counter.add(calls[chunk], weight[chunk], part[chunk])
    found = counter.patterns()
    near = np.sqrt(((calls[:, None, :] - posts[None, :, :]) ** 2).sum(axis=2)) <= 5.5
    for t in range(2):
        expected: Counter[tuple[int, ...]] = Counter()
        for row, w in zip(near[part == t], weight[part == t].tolist(), strict=True):
            expected[tuple(np.flatnonzero(row).tolist())] += w
        assert _as_counter(found, t) == dict(expected)


def test_a_point_on_the_circle_is_inside():
    """3, 4, 5: exactly the radius counts, a hair beyond does not."""
    counter = CirclePatterns(np.array([[0.0, 0.0]]), 5.0)
    counter.add(np.array([[3.0, 4.0], [-5.0, 0.0], [np.nextafter(5.0, 6.0), 0.0]]))
    assert _as_counter(counter.patterns()) == {(0,): 2.0, (): 1.0}


def test_more_patterns_than_the_first_table_holds():
    """400 posts with small circles make thousands of patterns; none is lost when the table grows."""
    rng = np.random.default_rng(2)
    posts, calls = rng.random((400, 2)), rng.random((30_000, 2))
    counter = CirclePatterns(posts, 0.1)
    counter.add(calls)
    found = counter.patterns()
    assert found.weight.sum() == 30_000
    assert len(found.weight) == len(_as_counter(found)) > 4096


def test_places_with_equal_rows_are_added_up():
    """Four places, two of them alike but for a band, two alike in all; a place without calls makes no pattern."""
    starts = np.array([0, 2, 4, 6, 7])
    posts = np.array([0, 1, 0, 1, 0, 1, 2], dtype=np.int32)
    band = np.array([0, 0, 0, 1, 0, 0, 0], dtype=np.int8)
    found = merge_places(starts, posts, band, np.array([[1.0], [2.0], [4.0], [0.0]]))
    assert found.starts.tolist() == [0, 2, 4]
    assert found.band.tolist() == [0, 0, 0, 1]
    assert found.weight.ravel().tolist() == [5.0, 2.0]
    assert found.of_place.tolist() == [0, 1, 0, -1]


def test_calls_of_places_that_are_not_there():
    """A wrong snap is named, not counted elsewhere."""
    assert count_calls(np.array([0, 2, 2]), 3).tolist() == [1.0, 0.0, 2.0]
    with pytest.raises(InputError, match="there are 0 to 2"):
        count_calls(np.array([3]), 3)


def test_wrong_shapes_are_refused():
    """One weight and one part a call, or one for all."""
    counter = CirclePatterns(np.zeros((1, 2)), 1.0)
    with pytest.raises(InputError, match="one row each"):
        counter.add(np.zeros((3, 2)), np.ones(2))
    with pytest.raises(InputError, match="Parts of the day"):
        counter.add(np.zeros((1, 2)), part=np.array([1]))
