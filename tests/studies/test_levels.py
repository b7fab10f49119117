"""How many, and beats within districts, against looking at every plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.errors import InputError, UsageError
from optimiser.prepare.sectors import restricted
from optimiser.problems.sectors import FAMILY
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.studies.levels import nest, numbers, shared_out, standard_of, sweep, with_number
from tests.oracles.sectors_cases import path_of_four
from tests.studies.cases import Looker, best_of_all, series


def _of(k: int):
    return path_of_four(district_ids=tuple(str(d + 1) for d in range(k)), balance_frac={})


def test_sweep_gives_the_value_of_each_one_more():
    """One to four districts on the path of four: 60+0+60+120, then two pairs, then 60, then none: worth 120, 60, 60."""
    found = sweep(series(Looker()), {k: _of(k) for k in (1, 2, 3, 4)}, standard=60.0)
    assert [s.judged.value for s in found.steps] == [best_of_all(_of(k), {}) for k in (1, 2, 3, 4)]
    assert [s.judged.value for s in found.steps] == [240.0, 120.0, 60.0, 0.0]
    assert [s.found for s in found.steps[1:]] == [120.0, 60.0, 60.0]
    assert all(s.at_least == s.found == s.at_most for s in found.steps[1:])
    assert (found.fewest, found.proved) == (3, True)


def test_no_number_reaches_an_impossible_standard():
    """A standard below every value has no fewest."""
    found = sweep(series(Looker()), {1: _of(1), 2: _of(2)}, standard=10.0)
    assert found.fewest is None
    assert not found.proved


def test_beats_of_both_districts_in_one_go():
    """{A B} and {C D} of the path, two beats each: every area its own beat, nothing to drive, the bound adds up."""
    whole = path_of_four(balance_frac={})
    two = replace(whole.params, district_ids=("1", "2"))
    parts = {"N": restricted(whole, {"A", "B"}, two), "S": restricted(whole, {"C", "D"}, two)}
    assert parts["N"].edges.tolist() == [[0, 1]]
    found = nest(series(Looker()), whole, parts, {"N": 2, "S": 2})
    assert dict(found.district_of) == {"A": "N", "B": "N", "C": "S", "D": "S"}
    assert sorted(found.beat_of.values()) == ["N-1", "N-2", "S-1", "S-2"]
    assert (found.value, found.bound, found.open_districts) == (0.0, 0.0, ())
    asked = replace(whole, params=replace(whole.params, district_ids=("N-1", "N-2", "S-1", "S-2")))
    plan = SectorsPlan(found.beat_of, best_centres(asked, dict(found.beat_of)))
    assert FAMILY.check(asked, plan) == []


def test_beats_are_shared_out_by_work():
    """Hamilton's method on 10 beats for 48, 32, 20 and 0.5 shares, one each at least."""
    assert shared_out(10, {"a": 48.0, "b": 32.0, "c": 20.0}) == {"a": 5, "b": 3, "c": 2}
    assert shared_out(4, {"a": 97.0, "b": 1.0, "c": 1.0, "d": 1.0}) == {"a": 1, "b": 1, "c": 1, "d": 1}
    with pytest.raises(InputError, match="3 beats are asked for in 4 districts"):
        shared_out(3, {"a": 97.0, "b": 1.0, "c": 1.0, "d": 1.0})


def test_numbers_as_a_planner_writes_them():
    """Ranges and lists; anything else is named."""
    assert list(numbers("4..6")) == [4, 5, 6]
    assert list(numbers("6,4")) == [4, 6]
    for text in ("", "6..4", "a", "0"):
        with pytest.raises(InputError, match=r"4\.\.9"):
            numbers(text)


def test_a_standard_in_the_planners_words():
    """Four calls a week: 75 % of them are 3, half a minute of mean drive is 120 call-seconds; a number is itself."""
    cover = path_of_four(objectives=("cover",))
    assert standard_of("sectors", cover, "75%") == pytest.approx(3.0)
    assert standard_of("sectors", _of(2), "0.5 min") == pytest.approx(120.0)
    assert standard_of("sectors", _of(2), "60") == 60.0
    for problem, text in ((cover, "7min"), (_of(2), "90%"), (_of(2), "much"), (cover, "-5%")):
        with pytest.raises(UsageError, match="standard"):
            standard_of("sectors", problem, text)
    with pytest.raises(UsageError, match="--set objective=travel"):
        standard_of("sectors", cover, "7min")


def test_a_number_of_one_part_of_the_day():
    """Cars at night alone change; a plain choice is replaced."""
    choices = {"n_cars": 4, "cars_by_part": {"day": 5, "night": 2}}
    assert with_number(choices, "n_cars", 6)["n_cars"] == 6
    assert with_number(choices, "cars_by_part.night", 3)["cars_by_part"] == {"day": 5, "night": 3}
    assert with_number({}, "cars_by_part.night", 3) == {"cars_by_part": {"night": 3}}
    assert choices["cars_by_part"]["night"] == 2
