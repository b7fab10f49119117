"""What the yearly look at districts says: only what was looked at, and only what was proved."""

from __future__ import annotations

import pytest

from optimiser.batch.study_drift import drift_answer
from optimiser.report.words_drift import drift_said
from optimiser.studies.drift import Drift, Redraw, Standing

TOLERANCES = {"unit hours": 0.05}
OFF = (Standing("D1", 0.6, 0.5, 0.2), Standing("D2", 0.4, 0.5, -0.2))


def said(found: Drift, redraw: Redraw | None = None, weeks: float = 1.0) -> str:
    return " ".join(drift_said(found, "the plan", weeks, redraw, TOLERANCES)).replace("\u00a0", " ")


def off(verdict: str, *, moved: int | None = None, divisible: bool = True) -> Drift:
    return Drift(verdict, "unit hours", 0.05, OFF, moved, (), (), divisible)  # type: ignore[arg-type]


def test_one_car_each_is_no_reason_that_was_looked_for():
    """Where officers cannot be moved, no transfer was looked for, and none is said not to exist."""
    assert "one car each, so no officer can go" in said(off("redraw", divisible=False))
    assert "no transfer of whole officers" in said(off("redraw"))


def test_a_transfer_is_told_in_officers_or_not_promised():
    assert "1 officer goes to another district" in said(off("transfer", moved=1))
    unknown = said(off("transfer"))
    assert "suffices" not in unknown
    assert "Whether whole officers can is told once it is known how many each district has" in unknown


@pytest.mark.parametrize(
    ("redraw", "words", "decided"),
    [
        (Redraw("optimal", 1, 1, "x"), "moves 1 area, proved and confirmed", True),
        (Redraw("optimal", 0, 0, "x"), "no area that has a district has to leave it", True),
        (Redraw("feasible", 5, 2, ""), "moves 5 areas restores the balance; at least 2 must", False),
        (Redraw("feasible", 5, 0, ""), "restores the balance; whether fewer would do is open", False),
        (Redraw("no_plan", None, None, ""), "no plan was found before the search ended", False),
        (Redraw("infeasible", None, None, "x"), "no plan can keep these rules, proved", True),
    ],
)
def test_a_redraw_is_decided_or_open(redraw, words, decided):
    found = off("redraw")
    assert words in said(found, redraw)
    assert drift_answer(found, "the plan", 1.0, redraw, TOLERANCES).complete is decided


def test_numbers_and_nouns_agree():
    text = said(off("redraw"))
    assert "Under the work of the last 1 week, 2 of 2 districts are beyond 5 %" in text
    assert drift_answer(off("nothing"), "the plan", 9.0, None, TOLERANCES).complete
