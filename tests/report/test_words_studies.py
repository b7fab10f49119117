"""Studies in words: what is proved is said as proved, what is open as open, in planner's units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.problems.sectors import FAMILY
from optimiser.report.chart_frontier import frontier_chart
from optimiser.report.phrases import NO_BREAK
from optimiser.report.sheet import save
from optimiser.report.words_studies import (
    alternatives_said,
    choice_sentence,
    explained,
    frontier_rows,
    frontier_said,
    gain_text,
    one_click,
    price_rows,
    priced,
    uncertainty_said,
)
from optimiser.solve.result import UNCONFIRMED
from optimiser.studies.alternatives import alternatives
from optimiser.studies.amounts import amount_text
from optimiser.studies.explain import Choice, explain
from optimiser.studies.frontier import Axis, frontier
from optimiser.studies.price import Change, price
from optimiser.studies.uncertainty import uncertainty
from tests.studies.cases import Helpless, Looker, every_plan, series, two_by_three

TIGHT = two_by_three(target_shares=(0.3, 0.7))


def plain(sentences) -> str:
    return "\n".join(sentences).replace(NO_BREAK, " ")


def test_an_impossible_request():
    """4 of 4.2 is 1/21 below: 4.77 points once rounded up; the conflict names its rule and meaning."""
    text = plain(explained(FAMILY, explain(series(Looker()), TIGHT)))
    assert "No plan can keep all these rules at once: proved, and confirmed by looking at every plan." in text
    assert "balance: a district's share of the work stays near its target share" in text
    assert "loosen balance by 4.77 percentage points; a plan is at hand. Less is not enough." in text


class Alone(Looker):
    """One that looks at every plan, and that nothing confirms."""

    def outcome(self, problem):
        return replace(super().outcome(problem), confirmed_by=())


def test_claims_that_nothing_confirms_are_named():
    """The same answers by one search alone: nothing is called proved, and what stands alone is told."""
    text = plain(explained(FAMILY, explain(series(Alone()), TIGHT)))
    assert f"No plan keeps all these rules at once, {UNCONFIRMED}." in text
    assert f"{UNCONFIRMED[:1].upper()}{UNCONFIRMED[1:]}: " in text
    assert "proved" not in text
    found = frontier(series(Alone()), two_by_three(fixed_centres=("c", "d")), [Axis("balance", 2.0)], 3)
    text = plain(frontier_said(FAMILY, found))
    assert "At each point less than 0.1 % better can exist." in text
    assert f"{UNCONFIRMED[1:]}: " in text
    assert "proved" not in text


def test_open_is_not_called_impossible():
    """A search that decides nothing proves nothing."""
    text = plain(explained(FAMILY, explain(series(Helpless()), TIGHT)))
    assert "neither a plan nor a proof" in text
    assert "Not decided" in text
    assert "No plan can" not in text


def test_arithmetic_is_shown():
    """An area two minutes away where one is allowed."""
    text = plain(explained(FAMILY, explain(series(Looker()), two_by_three(longest_drive_s=60.0))))
    assert "1 area lies beyond its longest drive" in text
    assert "loosen longest drive by 1 min" in text


def test_what_is_open_between_proof_and_plan():
    """A choice whose least amount is not known says what is not enough, rounded down, and that the rest is open."""
    choice = Choice({"balance": 0.05}, {"balance": 0.05}, {"balance": 0.03339}, exact=False)
    text = plain([choice_sentence(FAMILY, choice)])
    assert "by 5 percentage points" in text
    assert "Balance by 3.33 percentage points is not enough; between the two it is open" in text
    unknown = Choice({"lock": 2.0}, {"lock": 2.0}, {}, exact=False)
    assert "Whether less would do is open" in choice_sentence(FAMILY, unknown)


def test_one_click():
    """Each way out is the mapping to ask with and its sentence."""
    found = explain(series(Looker()), TIGHT)
    (click,) = one_click(FAMILY, found.choices)
    assert click["relax"] == {"balance": 0.0477}
    assert click["sentence"].startswith("Way out: loosen balance")


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (90.0, "s", "1.5 min"),
        (0.01, "frac", "1 percentage point"),
        (0.0347, "frac", "3.47 percentage points"),
        (1.0, "areas", "1 area"),
        (12.0, "start times", "12 start times"),
        (7.5, "h", "7.5 h"),
    ],
)
def test_amounts(amount, unit, text):
    """Minutes, percentage points and counts."""
    assert amount_text(amount, unit) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("drive", "s", "min", 60.0, 60.0, 60.0), "drive 1.0 minutes less"),
        (
            Change("drive", "s", "min", 60.0, 30.0, 90.0),
            "drive at least 0.5 minutes less and at most 1.5 minutes less",
        ),
        (Change("drive", "s", "min", -60.0, -60.0, -60.0), "drive 1.0 minutes more"),
        (Change("calls covered", "calls", "max", 2.0, 2.0, 2.0), "calls within target 2 calls more"),
        (
            Change("drive", "s", "min", 60.0, None, None),
            "drive 1.0 minutes less between the plans found, not proved",
        ),
        (Change("drive", "s", "min", 0.0, 0.0, 0.0), "drive gains nothing"),
        (Change("drive", "s", "min", 60.0, None, 90.0), "drive at most 1.5 minutes less"),
        (Change("drive", "s", "min", 60.0, 0.0, 90.0), "drive at most 1.5 minutes less, perhaps nothing"),
        (
            Change("drive", "s", "min", 0.0, -60.0, 90.0),
            "drive at most 1.5 minutes less, or up to 1.0 minutes more",
        ),
    ],
)
def test_gains(change, text):
    """A point where both ends meet, an interval where they do not, and no claim without a bound."""
    assert gain_text(change).replace(NO_BREAK, " ") == text


def test_prices_in_words():
    """The lock that costs 480 call-seconds a week comes first; what costs nothing is listed at the end."""
    problem = two_by_three(locks=(("f", "1"),), balance_frac={"work": 0.6}, longest_drive_s=190.0)
    found = price(series(Looker()), problem)
    said = [s.replace(NO_BREAK, " ") for s in priced(FAMILY, found)]
    assert said[0] == (
        "With lock loosened by 1 area: call-weighted drive 8 call-minutes a week less; between these two plans calls "
        "within target 28.57 percentage points more and mean drive 0.57 min less."
    )
    assert said[-1].startswith("These rules cost nothing here: contiguity, balance and longest drive")
    assert ["lock", "1 area", "call-weighted drive", "call-minutes a week", 8.0, 8.0, 8.0] in price_rows(
        found
    )


def test_frontier_in_words_and_picture(tmp_path):
    """Ends, proof and marks are said; the picture is a file; without a plan there is none."""
    problem = two_by_three(fixed_centres=("c", "d"), target_shares=(0.8, 0.2))
    found = frontier(series(Looker()), problem, [Axis("balance", 2.0)], 9)
    text = plain(frontier_said(FAMILY, found))
    assert "9 points of call-weighted drive against balance." in text
    assert "Every point is proved best and confirmed." in text
    assert "no plan exists" in text
    assert UNCONFIRMED[1:] not in text
    header, rows = frontier_rows(FAMILY, found)
    assert len(rows) == 9
    assert {len(r) for r in rows} == {len(header)}
    assert rows[0][-1] == "no plan exists"
    assert save(frontier_chart(FAMILY, found), tmp_path / "f.png").stat().st_size > 5000
    both = frontier(
        series(Looker()), two_by_three(locks=(("f", "1"),)), [Axis("balance", 1.0), Axis("lock", 1)], 4
    )
    assert save(frontier_chart(FAMILY, both), tmp_path / "g.png").stat().st_size > 5000
    nothing = frontier(series(Helpless()), problem, [Axis("balance", 2.0)], 2)
    assert "No plan was found" in plain(frontier_said(FAMILY, nothing))
    from optimiser.errors import InputError

    with pytest.raises(InputError, match="nothing to draw"):
        frontier_chart(FAMILY, nothing)


def test_alternatives_and_samples_in_words():
    """How different, how much worse at most; medians, intervals, duels and broken rules."""
    roomy = two_by_three(fixed_centres=(), balance_frac={"work": 0.5})
    found = alternatives(series(Looker()), roomy, 1, slack_frac=0.6, least_distance=0.2)
    text = plain(alternatives_said(found))
    assert "Alternative 1: 28.6 % of calls in another district against the best" in text
    assert "57.1 % worse, at most 57.2 % short of what no plan can beat" in text
    plans = {"best": found.best_plan, "other": found.found[0].plan, "bad": list(every_plan(roomy))[-1]}
    said = plain(uncertainty_said(uncertainty(FAMILY, plans, [roomy])))
    assert "best beats other in call-weighted drive in 100.0 % of the samples, the reverse in 0.0 %." in said
    assert "in nine of ten samples" in said
