"""Studies as folders: asked once, done once, read again, stopped and gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimiser.batch import studies, study_runner
from optimiser.batch.studies import Answer, Asked, Study
from optimiser.data.project import Project, load
from optimiser.errors import InputError
from optimiser.report.figures_studies import level_steps, levels_said
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Judged
from optimiser.studies.levels import Step, Sweep
from tests.apps.conftest import make_project

OPTIONS = SolveOptions(time_limit_s=20.0, confirm=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny county: 30 areas, 3 districts."""
    return load(make_project(tmp_path_factory.mktemp("studies")))


def made(project: Project, kind: str, choices: dict[str, object], **given: object) -> Study:
    """Ask for a study of sectors."""
    asked = Asked(kind, "sectors", f"Try {kind}", choices, "", OPTIONS, 120.0, given)
    return studies.create(project.folder, asked, "content")


def test_a_study_is_asked_done_and_read_again(project: Project) -> None:
    """Three points: queued, then done; asked again it is the same folder; loosening never makes the best plan worse."""
    study = made(project, "frontier", {"tolerance_pct": 20}, axes=[["balance", 0.2]], points=3)
    assert study.status == "queued"
    found = study_runner.work(study, project=project)
    assert study.status == "done"
    assert (study.folder / studies.SO_FAR_FILE).exists()
    again = made(project, "frontier", {"tolerance_pct": 20}, axes=[["balance", 0.2]], points=3)
    assert again.folder == study.folder
    assert again.answer() == found
    points = found.drawn["points"]
    assert 2 <= len(points) <= 3
    sign = -1.0 if found.drawn["sense"] == "max" else 1.0
    values = [sign * p["value"] for p in sorted(points, key=lambda p: p["used"])]
    assert values == sorted(values, reverse=True)
    assert [s.id for s in studies.studies(project.folder)].count(study.id) == 1


def test_an_impossible_request_has_ways_out_that_can_be_asked(project: Project) -> None:
    """A minute's drive reaches too little: the rule is named, and each way out is a ``relax`` to ask with."""
    study = made(project, "explain", {"tolerance_pct": 30, "longest_drive_min": 1})
    found = study_runner.work(study, project=project)
    assert found.drawn["verdict"] == "impossible"
    assert "longest drive" in {row["rule"] for row in found.drawn["conflict"]}
    assert len(found.drawn["relax"]) == len(found.drawn["sentences"]) >= 1
    for row in found.drawn["ways"]:
        assert 0 <= row["too little"] <= row["enough"]
    assert all(amount > 0 for relax in found.drawn["relax"] for amount in relax.values())


def test_a_study_of_nothing_is_refused(project: Project) -> None:
    """Unknown kinds and unknown ids are told in one sentence."""
    with pytest.raises(InputError, match="no study 'guess'"):
        made(project, "guess", {})
    with pytest.raises(InputError, match="no study"):
        studies.study(project.folder, "nothing-0000000000")
    with pytest.raises(InputError, match="no study"):
        studies.study(project.folder, "../runs")


def test_a_study_that_fails_says_why_and_can_be_begun_again(project: Project) -> None:
    """A choice that does not exist: the study is failed with the sentence, and reset makes it wait again."""
    study = made(project, "price", {"no_such_choice": 1})
    with pytest.raises(InputError):
        study_runner.work(study, project=project)
    assert study.status == "failed"
    with pytest.raises(Exception, match="no_such_choice"):
        study.answer()
    study.reset()
    assert study.status == "queued"


def test_a_stop_before_the_first_solve_keeps_an_answer(project: Project) -> None:
    """Stopped at once: nothing is known, and that is said instead of an error."""
    study = made(project, "alternatives", {"tolerance_pct": 31}, number=2)
    study.stop()
    try:
        found = study_runner.work(study, project=project)
    except InputError as error:
        assert "no plan" in str(error)  # noqa: PT017
        assert study.status == "failed"
    else:
        assert not found.complete


def test_an_answer_survives_its_file_and_unlimited_is_null(tmp_path: Path) -> None:
    """Infinity is no JSON: it is written as null; unknown keys of a later version are passed over."""
    study = Study(tmp_path)
    study.keep(Answer("levels", ("a",), drawn={"x": float("inf"), "y": [1.0]}), last=True)
    text = (tmp_path / "result.json").read_text(encoding="utf-8")
    data = json.loads(text)
    (tmp_path / "result.json").write_text(json.dumps({**data, "later": 1}), encoding="utf-8")
    assert study.answer().drawn == {"x": None, "y": [1.0]}


def test_levels_leave_out_what_cannot_be_asked(project: Project) -> None:
    """One district more than there are stations: the study is done, and says which number it left out and why."""
    n = len(project.stations)
    given = {"choice": "n_districts", "what": "Districts", "numbers": [n, n + 1]}
    found = study_runner.work(made(project, "levels", {"tolerance_pct": 60}, **given), project=project)
    assert found.complete
    assert [s["number"] for s in found.drawn["steps"]] == [n]
    assert any(s.startswith(f"Left out: {n + 1}. {n + 1} districts are asked for") for s in found.said)


def test_a_district_without_beats_is_named(project: Project) -> None:
    """Half a second's drive reaches no area: the district is told, and how sure that is."""
    choices = {"tolerance_pct": 60, "longest_drive_min": 0.01}
    found = study_runner.work(made(project, "nest", choices, plan="districts", beats=6), project=project)
    assert not found.complete
    assert found.said[0].startswith("District D1 has no plan of its")


def test_levels_say_what_is_inside_the_proof() -> None:
    """By hand: 10 to 8 with bounds 9 and 7.5 is worth 1 to 2.5; then to 7.6 with bound 7.2 at most 0.8."""
    steps = (
        Step(2, "feasible", Judged("drive", "calls a week", "min", 10.0, 9.0)),
        Step(
            3,
            "feasible",
            Judged("drive", "calls a week", "min", 8.0, 7.5),
            found=2.0,
            at_least=1.0,
            at_most=2.5,
        ),
        Step(
            4,
            "feasible",
            Judged("drive", "calls a week", "min", 7.6, 7.2),
            found=0.4,
            at_least=-0.1,
            at_most=0.8,
        ),
    )
    said = " ".join(levels_said(Sweep(steps), "cars")).replace("\u00a0", " ")
    assert "From 2 to 3" in said
    assert "proved to be worth 1 calls a week to 2.5 calls a week" in said
    assert "inside what the proofs leave open" in said
    assert [s["worth"] for s in level_steps(Sweep(steps))["steps"]] == [None, 2.0, 0.4]
