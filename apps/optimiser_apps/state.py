"""Names of everything kept between reruns, in one place. Ids only: the disk is the truth."""

from __future__ import annotations

import sys

import streamlit as st

from optimiser.errors import InputError

PROJECT_FOLDER = "project_folder"
RUN = "run"
STUDY = "study"
KIND = "kind"
PLANS = "plans"
QUESTION = "question"
PART = "part"


def project_folder() -> str:
    """Return the project folder the app was started on.

    Raises
    ------
    InputError
        If it was started on none.
    """
    if PROJECT_FOLDER in st.session_state:
        return str(st.session_state[PROJECT_FOLDER])
    if len(sys.argv) > 1 and not sys.argv[-1].startswith("-"):
        return sys.argv[-1]
    raise InputError("The app was started without a project folder. Start it with: optimiser app FOLDER.")


def run_id() -> str:
    """Return the run named by the link, "" for none."""
    return str(st.query_params.get(RUN, ""))


def show_run(run_id: str) -> None:
    """Name a run in the link, so that the link can be sent on; "" for none."""
    if run_id:
        st.query_params[RUN] = run_id
    else:
        st.query_params.pop(RUN, None)


def study_id() -> str:
    """Return the study named by the link, "" for none."""
    return str(st.query_params.get(STUDY, ""))


def study_kind() -> str:
    """Return the kind of study that the link asks for, "" for none."""
    return str(st.query_params.get(KIND, ""))


def show_study(study_id: str) -> None:
    """Name a study in the link, so that the link can be sent on; "" for none."""
    if study_id:
        st.query_params[STUDY] = study_id
        st.query_params.pop(KIND, None)
    else:
        st.query_params.pop(STUDY, None)


def part() -> str:
    """Return the part of a page that the link names, "" for none."""
    return str(st.query_params.get(PART, ""))


def show_part(part: str) -> None:
    """Name a part of a page in the link; what the link named of another part is forgotten."""
    st.query_params[PART] = part
    st.query_params.pop(STUDY, None)


def form_key(family: str, run_id: str, field: str) -> str:
    """Return the key of a form's field; a run's form has fields of its own, filled with what was asked."""
    return f"form.{family}.{run_id}.{field}"
