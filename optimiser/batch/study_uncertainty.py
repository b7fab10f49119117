"""How sure the figures of solved plans are: judged on years made of the project's own weeks, as a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from optimiser import registry
from optimiser.batch.asked_again import of_other_data, own_districts
from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.batch.study_answers import uncertainty_answer
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.fitted import fitted, variant
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.solve.progress import Progress
from optimiser.studies.uncertainty import uncertainty
from optimiser.studies.weeks import resampled_questions

ONE_MOMENT = ("assignment", "containment")
"""Questions about one moment: drawing weeks anew would be another question."""
IN_USE = "Districts in use"


def ask_uncertainty(
    asked: Asked, project: Project, tell: Callable[[Progress], None], stop: Callable[[], bool]
) -> Answer:
    """Judge plans on years drawn anew; the question is that of the first run, for as many districts as a plan has.

    Raises
    ------
    InputError
        If a plan does not fit that question, or the project has too few weeks of calls.
    """
    began = time.monotonic()
    store = store_of(project.folder)
    runs = [store.run(str(i)) for i in asked.given["runs"]]
    problem = runs[0].problem()
    plans: dict[str, Any] = {}
    for run in runs:
        result = run.result()
        title = str(run.request["title"])
        name = f"{title} ({run.id[-4:]})" if title in plans else title
        if result.plan is None:
            raise InputError(f"{title} has no plan to judge; leave it out.")
        plans[name] = result.plan
        if asked.family == "sectors":
            plans[name] = fitted(problem, name, run.problem(), result.plan)[1]
    if asked.given.get("in_use"):
        in_use = districts_in_use(project)
        plans[IN_USE] = plan_of(variant(problem, in_use), in_use)
    n = int(asked.given.get("samples", 30))
    samples = resampled_questions(project, of_other_data(runs[0]), n, int(asked.given.get("seed", 1)))

    def heard() -> Iterator[Any]:
        for number, sample in enumerate(samples, start=1):
            tell(Progress(time.monotonic() - began, f"year {number} of {n}"))
            yield sample

    family = registry.family(asked.family)
    found = uncertainty(family, plans, heard(), stop, own_districts(asked.family))
    answer = uncertainty_answer(found, time.monotonic() - began)
    return replace(answer, complete=found.n_samples == n)
