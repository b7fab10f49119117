"""Answers of the command line kept as studies of the project, so that the app lists and draws them like its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimiser.cli.console import say

LONGEST_S = 1e6
"""Told as the limit of a study that has none."""


def keep(
    folder: Path,
    answer: Any,
    *,
    family: str,
    title: str,
    content: str,
    scenario: Any = None,
    choices: Mapping[str, Any] | None = None,
    budget_s: float = 0.0,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Keep an answer; what hinders it is said, and does not spoil what was found.

    Parameters
    ----------
    content
        Digest of the question, or of the data it is made of.
    scenario
        What was asked, where a question was; else its ``choices``.
    given
        What the study itself was asked.
    """
    from optimiser.batch import studies
    from optimiser.errors import OptimiserError
    from optimiser.solve.options import SolveOptions

    asked = studies.Asked(
        answer.kind,
        family,
        title,
        scenario.choices if scenario else choices or {},
        scenario.formulation if scenario else "",
        scenario.options if scenario else SolveOptions(),
        budget_s or LONGEST_S,
        {name: value for name, value in (given or {}).items() if value is not None},
    )
    try:
        studies.create(folder, asked, content).keep(answer, last=True)
    except (OptimiserError, OSError) as error:
        say(f"The study is not kept for the app: {error}")
