"""What residents of each census group have under two plans of areas: shown, never aimed at. No screen."""

from __future__ import annotations

import pandas as pd

from optimiser import compare_sectors
from optimiser.compare import Judgement
from optimiser.data.project import Project
from optimiser.units import minutes, percent
from optimiser_apps import comparing
from optimiser_apps.comparing import Entry

COLUMNS = [
    "group",
    "residents",
    "before (min)",
    "after (min)",
    "change (min)",
    "covered before (%)",
    "covered after (%)",
]


def by_group(
    project: Project, base: Entry, first: Judgement, entry: Entry, other: Judgement
) -> tuple[pd.DataFrame, list[str]]:
    """Return what each group has before and after, those that lose most first, and the groups too small to be told.

    Both are empty where the project counts no groups.
    """
    problem = base.problem
    row = {str(a): k for k, a in enumerate(project.areas["area_id"])}
    at = [row[a] for a in problem.area_ids if a in row]
    if not project.groups or len(at) != len(problem.area_ids):
        return pd.DataFrame(columns=COLUMNS), []
    before, after = (
        compare_sectors.Entry(j.name, comparing.fitted("sectors", problem, e)[0], j.plan)
        for e, j in ((base, first), (entry, other))
    )
    found = compare_sectors.group_gains(
        before,
        after,
        {group: residents[at] for group, residents in project.groups.items()},
        float(project.settings.privacy_threshold),
    )
    rows = [
        {
            "group": g.group,
            "residents": g.residents,
            "before (min)": minutes(g.before_s),
            "after (min)": minutes(g.after_s),
            "change (min)": minutes(g.after_s - g.before_s),
            "covered before (%)": None if g.before_frac is None else percent(g.before_frac),
            "covered after (%)": None if g.after_frac is None else percent(g.after_frac),
        }
        for g in found
        if g.before_s is not None and g.after_s is not None
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values(
        "change (min)", ascending=False, ignore_index=True
    )
    return table, [g.group for g in found if g.hidden]
