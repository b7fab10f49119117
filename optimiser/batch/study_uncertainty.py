"""How sure the figures of solved plans are: judged on years made of the project's own weeks, as a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from optimiser import registry
from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.batch.study_answers import uncertainty_answer
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
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
    """Judge plans on years drawn anew; the question is that of the first run.

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
    if asked.given.get("in_use"):
        plans[IN_USE] = plan_of(problem, districts_in_use(project))
    _refuse_other_districts(asked.family, problem, plans)
    scenario = runs[0].request["scenario"]

    def again(other: Project) -> Any:
        question = ask(other, asked.family, scenario, "this study").problem
        return replace(question, params=problem.params)

    n = int(asked.given.get("samples", 30))
    samples = resampled_questions(project, again, n, int(asked.given.get("seed", 1)))

    def heard() -> Iterator[Any]:
        for number, sample in enumerate(samples, start=1):
            tell(Progress(time.monotonic() - began, f"year {number} of {n}"))
            yield sample

    found = uncertainty(registry.family(asked.family), plans, heard(), stop)
    answer = uncertainty_answer(found, time.monotonic() - began)
    return replace(answer, complete=found.n_samples == n)


def _refuse_other_districts(family: str, problem: Any, plans: dict[str, Any]) -> None:
    if family != "sectors":
        return
    known = set(problem.params.district_ids)
    for name, plan in plans.items():
        strange = sorted(set(plan.district_of.values()) - known)
        if strange:
            raise InputError(
                f"{name} has other districts ({', '.join(strange[:3])}) than {next(iter(plans))}; plans with the same "
                "districts can be judged together. The page Compare takes any."
            )
