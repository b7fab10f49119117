"""What a study is asked: about which plan, what its kind needs, and how long it may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch import studies
from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.errors import InputError, OptimiserError
from optimiser.problems import portable
from optimiser.solve.options import SolveOptions
from optimiser.studies.levels import standard_of
from optimiser.units import fraction_from_percent
from optimiser_apps import defaults, forms, pages, sources, studying
from optimiser_apps.components import study_budget, study_drift, study_nest, study_weeks
from optimiser_apps.components.longest import longest_s
from optimiser_apps.components.question import label, runs_of
from optimiser_apps.studying import Kind

EACH_MIN, ALL_MIN = 0.5, 10.0
MOST_NUMBERS = 40


def ask(project: Project, kind: Kind, run: Run | None) -> studies.Study | None:
    """Show what the kind needs; return the study once it is asked for, else None.

    Raises
    ------
    InputError
        If what is asked cannot be.
    """
    if kind.name == "uncertainty":
        return study_weeks.ask(project, kind, run)
    if kind.name == "drift":
        return study_drift.ask(project, kind)
    if kind.name == "nest":
        return study_nest.ask(project, kind)
    if not kind.about_family:
        return study_budget.ask(project, kind)
    family, start = _about(project, kind, run)
    problem = sources.question(project, family, start.choices).problem
    given = _given(kind.name, family, problem, start.choices)
    left, right = st.columns(2)
    each_s = longest_s("Longest time of each solve", EACH_MIN, "why.each", left)
    all_s = longest_s("Longest time of the study", ALL_MIN, "why.all", right)
    asked = None
    if st.button("Start the study", type="primary", key=f"why.start.{kind.name}", disabled=given is None):
        asked = start
    with st.expander("Change the question first", icon=":material/tune:"):
        scenario = forms.form(family, start, f"why.{kind.name}", button="Start the study with these choices")
        if scenario is not None:
            asked = forms.Asked(scenario.name, scenario.choices, scenario.options, scenario.formulation)
            problem = sources.question(project, family, asked.choices).problem
    if asked is None or given is None:
        return None
    return studies.create(
        project.folder,
        studies.Asked(
            kind.name,
            family,
            studying.said(kind.name, family, given, pages.questions()),
            asked.choices,
            asked.formulation,
            SolveOptions(
                time_limit_s=each_s, gap_frac=asked.options.gap_frac, seed=asked.options.seed,
                threads=asked.options.threads, memory_mib=asked.options.memory_mib,
            ),
            all_s,
            given,
        ),
        portable.digest(problem),
    )  # fmt: skip


def _about(project: Project, kind: Kind, run: Run | None) -> tuple[str, forms.Asked]:
    """Choose the question and what it is asked with: a plan's own choices, or the defaults."""
    titles = pages.questions()
    families = list(titles)
    start = str(run.request["family"]) if run else families[0]
    left, right = st.columns(2)
    family = left.selectbox(
        "Which question",
        families,
        index=families.index(start) if start in families else 0,
        format_func=titles.__getitem__,
        key=f"why.family.{run.id if run else ''}",
    )
    there = {r.id: r for r in runs_of(family)}
    names = ["", *there]
    wanted = [i for i, r in there.items() if _has_plan(r) != (kind.name == "explain")]
    now = run.id if run and run.id in there else next(iter(wanted), next(iter(there), ""))
    picked = right.selectbox(
        "Asked as in",
        names,
        index=names.index(now),
        format_func=lambda i: label(there[i]) if i else "The question's own defaults",
        key=f"why.run.{kind.name}.{family}.{run.id if run else ''}.{len(there)}",
    )
    if not picked:
        chosen = defaults.choices(project, family)
        return family, forms.Asked(titles[family], chosen, SolveOptions(), registry.default(family))
    request = there[picked].request
    return family, forms.Asked(
        str(request["title"]), request["scenario"], there[picked].options, str(request["formulation"])
    )


def _has_plan(run: Run) -> bool:
    """Did a run end with a plan? One that failed or is not done has none."""
    try:
        return run.status == "done" and sources.result(run).plan is not None
    except OptimiserError:
        return False


def _given(kind: str, family: str, problem: Any, choices: Mapping[str, Any]) -> dict[str, Any] | None:
    """Show what the kind alone needs; None where it cannot be asked of this question."""
    if kind == "explain":
        return {}
    if kind == "alternatives":
        return _alternatives()
    if kind == "levels":
        return _levels(family, choices, problem)
    if kind == "between":
        return _aims(family, problem)
    rules = studying.rules_of(family, problem)
    if not rules:
        st.info("This question has no rule that can be loosened, so there is nothing to look at here.")
        return None
    words = {n: f"{n.replace('_', ' ').capitalize()}: {meaning}" for n, meaning in rules.items()}
    if kind == "price":
        picked = st.multiselect(
            "Rules",
            list(rules),
            format_func=words.__getitem__,
            placeholder="all of them",
            key=f"why.rules.{family}",
        )
        return {"rules": picked}
    return _axes(family, rules, words)


def _axes(family: str, rules: Mapping[str, str], words: Mapping[str, str]) -> dict[str, Any] | None:
    picked = st.multiselect(
        "Loosen one rule, or two",
        list(rules),
        default=[n for n in ("balance",) if n in rules] or list(rules)[:1],
        format_func=words.__getitem__,
        max_selections=2,
        key=f"why.axes.{family}",
    )
    columns = st.columns(3)
    axes = []
    for rule, column in zip(picked, columns, strict=False):
        most = column.number_input(
            f"{rule.replace('_', ' ').capitalize()}: up to ({studying.unit_of(family, rule)})",
            value=studying.usual_amount(family, rule),
            min_value=0.0,
            format="%g",
            key=f"why.most.{family}.{rule}",
        )
        axes.append([rule, studying.core_amount(family, rule, float(most))])
    points = columns[2].number_input("How many points", value=7, min_value=2, max_value=100, key="why.points")
    return {"axes": axes, "points": int(points)} if axes else None


def _aims(family: str, problem: Any) -> dict[str, Any] | None:
    words = studying.aims_of(family, problem)
    if len(words) < 2:
        st.info("The aims of this question cannot be set against each other; loosen a rule instead.")
        return None
    usual = [n for n in ("cover", "deviation", "moved") if n in words]
    picked = st.multiselect(
        "Two aims, or three; the first is aimed at, the others are held",
        list(words),
        default=usual if len(usual) > 1 else list(words)[:2],
        format_func=lambda n: words[n].capitalize(),
        max_selections=3,
        key=f"why.aims.{family}",
    )
    left, right = st.columns(2)
    points = left.number_input(
        "How many points", value=7, min_value=2, max_value=100, key="why.between.points"
    )
    within = right.number_input(
        "Hold the others within this of their best (%; 0: as far as the first gains)",
        value=0.0,
        min_value=0.0,
        max_value=100.0,
        key="why.between.within",
    )
    if len(picked) < 2:
        st.info("Pick two aims or three.")
        return None
    held = fraction_from_percent(float(within)) if within > 0 else None
    return {"aims": picked, "points": int(points), "within_frac": held}


def _alternatives() -> dict[str, Any]:
    left, middle, right = st.columns(3)
    number = left.number_input(
        "How many besides the best", value=3, min_value=1, max_value=6, key="why.number"
    )
    slack = middle.number_input(
        "At most so much worse (%)", value=5.0, min_value=0.1, max_value=99.0, key="why.slack"
    )
    far = right.number_input(
        "At least so different (%)", value=5.0, min_value=0.0, max_value=99.0, key="why.far"
    )
    return {
        "number": int(number),
        "slack_frac": fraction_from_percent(float(slack)),
        "distance_frac": fraction_from_percent(float(far)),
    }


def _levels(family: str, choices: Mapping[str, Any], problem: Any) -> dict[str, Any] | None:
    found = studying.counted(family)
    if not found:
        st.info("This question has no choice that counts something.")
        return None
    left, middle, right = st.columns([2, 1, 1])
    place = left.selectbox(
        "What is counted",
        range(len(found)),
        format_func=lambda k: found[k].label,
        key=f"why.counted.{family}",
    )
    field = found[place]
    low, high = studying.usual_numbers(field, choices, problem)
    first = middle.number_input(
        "From", value=low, min_value=int(field.minimum or 0), key=f"why.from.{family}.{field.name}"
    )
    last = right.number_input(
        "To", value=high, min_value=int(field.minimum or 0), key=f"why.to.{family}.{field.name}"
    )
    standard = st.text_input(
        "A standard that the first aim should reach, as 90% of the calls or 7min of mean drive (empty: none)",
        key=f"why.standard.{family}.{field.name}",
    ).strip()
    if standard:
        standard_of(family, problem, standard)  # a slip is told before anything is solved
    numbers = list(range(int(first), int(last) + 1))
    if not 2 <= len(numbers) <= MOST_NUMBERS:
        raise InputError(
            f"From {first} to {last} are {len(numbers)} numbers; a study looks at 2 to {MOST_NUMBERS} of them."
        )
    return {"choice": field.name, "what": field.label, "numbers": numbers} | (
        {"standard": standard} if standard else {}
    )
