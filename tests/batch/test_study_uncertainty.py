"""How sure plans are, as a study: plans with different districts are judged together."""

from __future__ import annotations

from optimiser.batch import runner
from optimiser.batch.scenario import from_table
from optimiser.batch.studies import Asked
from optimiser.batch.study_uncertainty import IN_USE, ask_uncertainty
from optimiser.data.project import load
from optimiser.solve.options import SolveOptions


def test_three_districts_beside_the_six_in_use(county):
    """Each with its own: six are driven to sooner than three, whatever the weeks."""
    project = load(county)
    choices = {"centres": "free", "n_districts": 3, "objective": "travel", "tolerance_pct": 30}
    table = {"name": "Three", "question": "sectors", "sectors": choices}
    run, _ = runner.create(project, from_table(table | {"solve": {"time_limit_min": 0.2, "gap_pct": 50}}))
    runner.work(run, artefacts=False)
    given = {"runs": [run.id], "in_use": True, "samples": 4, "seed": 1}
    asked = Asked("uncertainty", "sectors", "How sure", choices, "", SolveOptions(), 60.0, given)
    answer = ask_uncertainty(asked, project, lambda _: None, lambda: False)
    assert answer.complete
    drive = {b["plan"]: b["middle"] for b in answer.drawn["bars"]}
    assert drive[IN_USE] < drive["Three"]
