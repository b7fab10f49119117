"""The plans of areas that a study found, as maps beside each other, each to be kept as a plan of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from optimiser import registry
from optimiser.batch.studies import Answer, Study
from optimiser.compare_sectors import display_names
from optimiser.data.project import Project
from optimiser.prepare.questions import with_aims
from optimiser.problems import portable
from optimiser.problems.sectors import SectorsProblem
from optimiser.report.colours import NO_DATA
from optimiser.report.words import escaped
from optimiser_apps import maps, sources
from optimiser_apps.colouring import district_colours
from optimiser_apps.components import keeping, shown

MOST_MAPS = 4


def show(project: Project, study: Study, found: Answer) -> None:
    """Show the plans of sectors as maps, their districts named and coloured as the best plan's they follow."""
    if study.asked.family != "sectors" or not found.plans:
        return
    kind = registry.family("sectors").plan_type
    aims = [str(name) for name in study.asked.given.get("aims", ())]
    problem = sources.question(project, "sectors", with_aims("sectors", study.asked.choices, aims)).problem
    plans = {n: portable.from_json(kind, p).district_of for n, p in _mapped(found).items()}
    best = next(iter(plans.values()))
    colours = district_colours(problem.area_ids, problem.edges, best, sorted(set(best.values())))
    for pair in (list(plans.items())[k : k + 2] for k in range(0, len(plans), 2)):
        for column, (name, found_of) in zip(st.columns(2), pair, strict=False):
            with column:
                district_of = _named(problem, best, found_of)
                _map(project, name, district_of, colours, f"{study.id}.{name}")
                keeping.offer(project, name, district_of, f"{study.id}.{name}")


def _map(
    project: Project, name: str, district_of: Mapping[str, str], colours: Mapping[str, str], key: str
) -> None:
    shapes = sources.shapes(project)
    group = [district_of.get(a, "") for a in shapes.area_ids]
    fills = [colours.get(d, NO_DATA) for d in group]
    tips = [f"{a}\nDistrict {d or 'none'}" for a, d in zip(shapes.area_ids, group, strict=True)]
    st.markdown(f"**{escaped(name)}**")
    deck = maps.areas_deck(shapes, fills, tips, group=group, width_px=maps.HALF_PX)
    shown.deck(deck, f"Map of {name}; its districts carry the names of the best plan's.", key)


def _named(
    problem: SectorsProblem, best: Mapping[str, str], district_of: Mapping[str, str]
) -> dict[str, str]:
    """Return a plan with its districts named as the best plan's; as it is where the names stand for something."""
    p = problem.params
    if p.fixed_centres or p.target_shares or p.locks or p.counts_change:
        return dict(district_of)
    weight = dict(zip(problem.area_ids, problem.calls.tolist(), strict=True))
    names = display_names(best, district_of, weight)
    return {a: names[d] for a, d in district_of.items()}


def _mapped(found: Answer) -> dict[str, Any]:
    """Return the plans that are shown as maps: the first ones; of aims set against each other ends and middle."""
    plans = dict(found.plans)
    points = [n for n in plans if n.startswith("Point ")]
    if found.kind == "between" and points:
        ends = [n for n in plans if n not in points]
        return {n: plans[n] for n in (*ends, points[len(points) // 2])}
    return dict(list(plans.items())[:MOST_MAPS])
