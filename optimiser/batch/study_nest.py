"""The beats of every district of a plan, as a study: how many each gets, the work of each, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optimiser.batch.studies import Answer, Asked
from optimiser.batch.study_ledger import sector_of
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.phrases import NO_BREAK, count, listed
from optimiser.report.words_levels import nested_said, unfilled_said
from optimiser.studies.nested import Nested, Unfilled, nest
from optimiser.studies.nesting import Nesting, nesting
from optimiser.studies.series import Series
from optimiser.units import fraction_from_percent, percent, percent_text

EVEN = 100.0


def ask_nest(asked: Asked, project: Project, series: Series, keep: Callable[[Answer], None]) -> Answer:
    """Design the beats of every district, one after another.

    Raises
    ------
    InputError
        If the plan is not there, names no district, or what is asked of its beats cannot be.
    """
    district_of = {a: d for a, d in sector_of(project, str(asked.given["plan"])).items() if d}
    if not district_of:
        raise InputError("This plan places no area in a district, so there is nothing to fill with beats.")
    question = nesting(project, district_of, int(asked.given["beats"]), asked.choices, "this study")
    found = nest(series, question.problem, question.parts, question.n_beats)
    if isinstance(found, Unfilled):
        said = unfilled_said(found).replace(NO_BREAK, " ")
        return Answer("nest", (said,), complete=False, n_solves=series.n_solves, seconds=series.elapsed_s)
    return nest_answer(question, found, n_solves=series.n_solves, seconds=series.elapsed_s)


def nest_answer(question: Nesting, found: Nested, *, n_solves: int = 0, seconds: float = 0.0) -> Answer:
    """Return nested beats as an answer."""
    rows = beat_rows(question, found)
    far = max(rows, key=lambda r: abs(r["work, % of a fair share"] - EVEN))
    said = [
        f"{count(len(rows), 'beat')} in {count(len(question.n_beats), 'district')}, shared by work: "
        f"{listed([f'{d} {n}' for d, n in sorted(question.n_beats.items())], 12)}.",
        nested_said(found),
        f"Furthest from a fair share of its district's work is {far['beat']}, with "
        f"{percent_text(fraction_from_percent(far['work, % of a fair share']), 0)} of it.",
    ]
    if found.open_districts:
        said.append(f"Not proved best and confirmed in: {listed(found.open_districts)}.")
    return Answer(
        "nest",
        tuple(s.replace(NO_BREAK, " ") for s in said),
        {"Beats": rows},
        {"district_of": dict(found.district_of), "beat_of": dict(found.beat_of), "beats": rows},
        {},
        not found.open_districts,
        n_solves,
        seconds,
    )


def beat_rows(question: Nesting, found: Nested) -> list[dict[str, Any]]:
    """Return a row for each beat: its areas and its work beside a fair share of its district's."""
    home: dict[str, str] = {b: found.district_of[a] for a, b in found.beat_of.items()}
    work = _sums(question.work, found.beat_of)
    whole = _sums(question.work, found.district_of)
    areas = _sums(dict.fromkeys(found.beat_of, 1.0), found.beat_of)
    rows = []
    for beat in sorted(home):
        fair = whole[home[beat]] / question.n_beats[home[beat]]
        rows.append(
            {
                "district": home[beat],
                "beat": beat,
                "areas": int(areas[beat]),
                "work, % of a fair share": percent(work[beat] / fair) if fair > 0 else EVEN,
            }
        )
    return rows


def _sums(value: Mapping[str, float], of: Mapping[str, str]) -> dict[str, float]:
    total: dict[str, float] = dict.fromkeys(of.values(), 0.0)
    for area, name in of.items():
        total[name] += value[area]
    return total
