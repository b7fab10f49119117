"""The form of a question: what the planner may choose, in planner's units, basics first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch.scenario import Scenario
from optimiser.prepare import choices
from optimiser.solve.options import SolveOptions
from optimiser_apps import state, written
from optimiser_apps.fields import BASICS, Field, chosen, numbers, question_fields, solve_fields

_GROUP_WORDS = {
    "advanced": "More choices",
    "places": "Areas by name",
    "weights": "Weights and prices",
    "time split": "Time split",
}
_WIDE = ("by grade",)


@dataclass(frozen=True)
class Asked:
    """What a form starts from: choices of the question and of the solve, the formulation and a title."""

    title: str
    choices: Mapping[str, Any]
    options: SolveOptions
    formulation: str


def form(family: str, start: Asked, run_id: str = "", *, button: str = "Solve") -> Scenario | None:
    """Show the form; return the scenario once the planner has pressed the button, else None.

    Raises
    ------
    InputError
        If what was typed cannot be read.
    """
    ours = question_fields(family)
    solving = solve_fields()
    solve, solve_start = f"{family}.solve", choices.show(start.options)
    with st.form(state.form_key(family, run_id, "form"), border=True):
        title = st.text_input(
            "Name of this plan", start.title, key=state.form_key(family, run_id, "title"), max_chars=80
        )
        values = _group(family, run_id, [f for f in ours if f.group == BASICS], start.choices)
        for group in dict.fromkeys(f.group for f in ours if f.group != BASICS):
            with st.expander(_GROUP_WORDS.get(group, group.capitalize())):
                values |= _group(family, run_id, [f for f in ours if f.group == group], start.choices)
        kept = _kept(family, run_id, ours, start.choices)
        st.markdown("**How long to search**")
        how = _group(solve, run_id, [f for f in solving if f.group == BASICS], solve_start)
        with st.expander("How to search"):
            formulation = _formulation(family, run_id, start.formulation)
            how |= _group(solve, run_id, [f for f in solving if f.group != BASICS], solve_start)
        if not st.form_submit_button(button, type="primary", key=state.form_key(family, run_id, "solve")):
            return None
    read = {f.name: value_of(f, values[f.name]) for f in ours}
    (options,) = choices.read(
        (SolveOptions,), {f.name: value_of(f, how[f.name]) for f in solving}, "How long to search"
    )
    name = title.strip() or family.capitalize()
    return Scenario(name, family, {**kept, **chosen(ours, read)}, options, formulation, "This form")


def _kept(family: str, run_id: str, fields: Sequence[Field], start: Mapping[str, Any]) -> dict[str, Any]:
    """Offer to keep what the plan was asked with and no field shows, as rules loosened by a way out."""
    more = {n: v for n, v in start.items() if n not in {f.name for f in fields}}
    if not more:
        return {}
    names = ", ".join(n.replace("_", " ") for n in more)
    keep = st.checkbox(
        f"Keep what else this plan was asked with: {names}",
        value=True,
        key=state.form_key(family, run_id, "kept"),
    )
    return more if keep else {}


def _formulation(family: str, run_id: str, start: str) -> str:
    names = registry.names(family)
    said = registry.catalogue()
    return str(
        st.selectbox(
            "Method",
            names,
            index=names.index(start) if start in names else 0,
            format_func=lambda n: f"{said[n].summary} ({n})",
            key=state.form_key(family, run_id, "formulation"),
        )
    )


def _group(family: str, run_id: str, fields: list[Field], start: Mapping[str, Any]) -> dict[str, Any]:
    """Show fields in two columns, those that need the width below."""
    values = {}
    narrow = sorted((f for f in fields if f.kind not in _WIDE), key=lambda f: f.kind == "yes or no")
    for pair in (narrow[k : k + 2] for k in range(0, len(narrow), 2)):
        for column, field in zip(st.columns(2, vertical_alignment="bottom"), pair, strict=False):
            with column:
                values[field.name] = widget(
                    _started(field, start), state.form_key(family, run_id, field.name)
                )
    for field in (f for f in fields if f.kind in _WIDE):
        values[field.name] = _by_grade(_started(field, start), state.form_key(family, run_id, field.name))
    return values


def _started(field: Field, start: Mapping[str, Any]) -> Field:
    return replace(field, default=start[field.name]) if field.name in start else field


def widget(field: Field, key: str) -> Any:
    """Show one field; return what it holds."""
    shown: dict[str, Any] = {
        "label": field.label,
        "key": key,
        "help": None if field.help in field.label else field.help,
    }
    if field.kind == "yes or no":
        return st.checkbox(value=bool(field.default), **shown)
    if field.kind == "choice":
        place = next((i for i, o in enumerate(field.options) if o == field.default), 0)
        return st.selectbox(options=field.options, index=place, format_func=field.words, **shown)
    if field.kind == "list":
        return st.text_input(value=", ".join(f"{v:g}" for v in field.default), placeholder="none", **shown)
    if field.kind in written.EXAMPLES:
        typed = written.text_of(field.kind, field.default)
        return st.text_input(value=typed, placeholder=written.EXAMPLES[field.kind], **shown)
    if field.kind == "text":
        return st.text_input(value=str(field.default), **shown)
    return _number(field, shown)


def _number(field: Field, shown: dict[str, Any]) -> Any:
    whole = field.kind == "whole"
    cast: Any = int if whole else float
    return st.number_input(
        value=None if field.default in (None, math.inf) else cast(field.default),
        min_value=None if field.minimum is None else cast(field.minimum),
        max_value=None if field.maximum is None else cast(field.maximum),
        step=cast(1) if whole or abs(field.default or 0) >= 1 else 0.1,
        format="%d" if whole else "%g",
        placeholder="no limit",
        **shown,
    )


def _by_grade(field: Field, key: str) -> dict[str, float]:
    st.markdown(field.label, help=None if field.help in field.label else field.help)
    given = dict(field.default)
    columns = st.columns(max(4, len(given)))
    return {
        grade: columns[place].number_input(
            f"Grade {grade}", value=float(value), min_value=0.0, format="%g", key=f"{key}.{grade}"
        )
        for place, (grade, value) in enumerate(given.items())
    }


def value_of(field: Field, value: Any) -> Any:
    """Return what a field holds as a scenario would say it.

    Raises
    ------
    InputError
        If what was typed cannot be read.
    """
    if field.kind == "list":
        return numbers(value, field.label, whole=field.whole_items)
    if field.kind in written.EXAMPLES:
        return written.value_of(field.kind, value, field.label, whole=field.whole_items)
    if field.kind in ("number", "whole") and value is None and not field.optional:
        return field.default
    return value
