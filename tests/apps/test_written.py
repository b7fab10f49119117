"""What a planner types in one line: names, pairs, groups and tables, there and back; and what a form keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from optimiser_apps import forms, written
from optimiser_apps.fields import question_fields
from streamlit.testing.v1 import AppTest

from optimiser.errors import InputError
from optimiser.prepare.choices import read
from optimiser.prepare.questions import kinds
from tests.apps.screens import PATIENCE_S, calm, said


@pytest.mark.parametrize(
    ("kind", "text", "value", "more"),
    [
        ("names", "ST1, ST2", ["ST1", "ST2"], {}),
        ("pairs", "12=North, 13=North", [["12", "North"], ["13", "North"]], {}),
        ("amounts", "12=4.5", [["12", 4.5]], {}),
        ("links", "12+13", [["12", "13"]], {}),
        ("groups", "12+13, 40+41+42", [["12", "13"], ["40", "41", "42"]], {}),
        ("table", "night=3, day=5", {"night": 3, "day": 5}, {"whole": True}),
        ("table", "unit hours, night=0.1;", {"unit hours, night": 0.1}, {}),
        ("table", "", {}, {}),
    ],
)
def test_there_and_back(kind, text, value, more):
    """Every kind reads what it writes; a name with a comma is parted by semicolons."""
    assert written.value_of(kind, text, "Field", **more) == value
    assert written.text_of(kind, value) == text


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("pairs", "12", "write it as 12=North"),
        ("pairs", "12=", "write it as 12=North"),
        ("links", "12+13+14", "write it as 12.13, 40.41"),
        ("groups", "12", "write it as 12.13"),
        ("table", "night=many", "'many' should be a number"),
    ],
)
def test_what_cannot_be_read_is_told(kind, text, message):
    """The field, the text and how to write it."""
    with pytest.raises(InputError, match=message):
        written.value_of(kind, text, "Field")


def test_what_is_typed_becomes_the_planners_choices():
    """Locks, links, groups, limits and cars by part of the day: what the form gives is what a question takes."""
    typed = {
        "locks": "12=North",
        "apart": "12+13",
        "together": "40+41+42",
        "critical_min": "7=4.5",
        "ceilings": "calls=90",
        "split_limits": "ward=0",
        "cover_weights": "1=10, 2=1",
        "objectives": "cover 1, cover 2, travel",
    }
    there = {f.name: f for f in question_fields("sectors")}
    given = {n: forms.value_of(there[n], text) for n, text in typed.items()}
    (setup,) = read(kinds("sectors"), given, "This form")
    assert setup.locks == (("12", "North"),)
    assert setup.apart == (("12", "13"),)
    assert setup.together == (("40", "41", "42"),)
    assert setup.critical_s == (("7", 270.0),)
    assert setup.ceilings == {"calls": 90.0}
    assert setup.split_limits == {"ward": 0}
    assert setup.cover_weights == {1: 10.0, 2: 1.0}
    assert setup.objectives == ("cover 1", "cover 2", "travel")
    cars = next(f for f in question_fields("standby") if f.name == "cars_by_part")
    (posts,) = read(kinds("standby"), {"cars_by_part": forms.value_of(cars, "night=3")}, "This form")
    assert posts.cars_by_part == {"night": 3}


FORM = """
from optimiser.solve.options import SolveOptions
from optimiser_apps import forms
start = forms.Asked("Again", {{"locks": [["12", "North"]], "relax": {{"balance": 0.1}}}}, SolveOptions(), "")
asked = forms.form("sectors", start)
import streamlit as st
st.caption("no" if asked is None else str(dict(asked.choices)))
"""


@pytest.mark.parametrize("keep", [True, False])
def test_a_form_keeps_what_it_does_not_show(keep: bool, fresh: Path) -> None:
    """Locks stand in their field; a loosened rule, which no field shows, is kept unless the planner drops it."""
    at = AppTest.from_string(FORM.format(), default_timeout=PATIENCE_S)
    at.session_state["project_folder"] = str(fresh)
    at = calm(at.run())
    assert "12=North" in [t.value for t in at.text_input]
    box = next(c for c in at.checkbox if c.label.startswith("Keep what else"))
    assert "relax" in box.label
    box.set_value(keep)
    next(b for b in at.button if b.label == "Solve").click()
    words = said(calm(at.run()))
    assert "'locks': [['12', 'North']]" in words
    assert ("'relax'" in words) is keep
