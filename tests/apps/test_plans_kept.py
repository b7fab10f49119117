"""Plans kept in the project's folder: compared beside runs and today's, and kept from what a study found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from optimiser_apps import today
from streamlit.testing.v1 import AppTest

from optimiser.batch import studies
from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.data.canonical import PLANS_FOLDER
from optimiser.data.plans import keep_plan
from optimiser.data.project import load
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems import portable
from optimiser.problems.sectors import SectorsPlan
from tests.apps.hand_runs import hand_run
from tests.apps.screens import calm, said, screen

TURNED = {"a": "b", "b": "c", "c": "a"}


def _copied(folder: Path, to: Path) -> Path:
    """Return a copy with three plans: the districts in use again, the same with beats, and five districts."""
    shutil.copytree(folder, to)
    home = districts_in_use(load(to))
    plans = to / PLANS_FOLDER
    keep_plan(plans, "as_in_use", home)
    keep_plan(plans, "both", home, {a: f"{d}-{k % 2}" for k, (a, d) in enumerate(home.items())})
    keep_plan(plans, "five", {a: f"F{k * 5 // len(home)}" for k, a in enumerate(home)})
    return to


def _picked(at: AppTest, view: str, names: list[str]) -> AppTest:
    return (
        at.multiselect(key=f"{'plans' if view == 'compare' else 'brief.plans'}.sectors")
        .set_value(names)
        .run()
    )


def _measures(at: AppTest) -> pd.DataFrame:
    return next(d.value for d in at.dataframe if "measure" in d.value.columns).set_index("measure")


@pytest.mark.parametrize("view", ["compare", "brief"])
def test_kept_plans_are_compared_without_any_run(fresh: Path, tmp_path: Path, view: str) -> None:
    """Each stands by its name, one with beats once; two that are the same plan differ in nothing."""
    folder = _copied(fresh, tmp_path / "project")
    at = calm(screen(view, folder))
    (picker,) = [m for m in at.multiselect if m.label.startswith("Plans")]
    assert picker.options == ["Districts in use", "as_in_use", "both", "five"]
    assert "as\\_in\\_use" in said(at)
    if view == "compare":
        assert (_measures(at)["change"].dropna().abs() < 1e-9).all()
    else:
        assert "No difference" in str([m.value for m in at.markdown])
    calm(_picked(at, view, ["five", "both"]))  # more districts than stations: centres are free


def test_a_kept_plan_is_judged_as_the_others_are(solved: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """Beside a run it has the figures of the same plan in use; first, it is judged by that run's question.

    A newer run of another question does not take the run's proof away.
    """
    folder = _copied(solved[0], tmp_path / "project")
    project = load(folder)
    home = districts_in_use(project)
    hand_run(project, "sectors", "Newer", {"tolerance_pct": 95}, lambda p: plan_of(p, home))
    at = _picked(
        calm(screen("compare", folder)), "compare", ["Three districts", "as_in_use", "Districts in use"]
    )
    rows = _measures(calm(at))
    pd.testing.assert_series_equal(rows["as_in_use"], rows["Districts in use"], check_names=False)
    at = calm(_picked(at, "compare", ["as_in_use", "Three districts"]))
    assert "Three districts is proved best and confirmed" in said(at)


def test_a_plan_with_names_of_its_own_is_judged_as_on_the_command_line(
    solved: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """Two districts bear other names: no work is said to change, and the lock to the third stands."""
    folder = _copied(solved[0], tmp_path / "project")
    project = load(folder)
    home = districts_in_use(project)
    kept, other, third = sorted(set(home.values()))
    named = {a: {other: "Other", third: "Third"}.get(d, d) for a, d in home.items()}
    keep_plan(folder / PLANS_FOLDER, "named", named)
    strayed = next(a for a, d in home.items() if d == other)
    choices = {"tolerance_pct": 95, "locks": [[strayed, kept]]}
    run = hand_run(project, "sectors", "Locked", choices, lambda p: plan_of(p, home))
    problem = store_of(folder).run(run).problem()
    assert problem.today
    judged = today.judged("named", problem, named)
    assert judged.problem.params.locks == ((strayed, kept),)
    assert {v.rule for v in judged.violations} >= {"lock"}
    at = calm(_picked(screen("compare", folder), "compare", ["Locked", "named"]))
    assert pd.isna(_measures(at).loc["work that changes district", "named"])


def test_more_districts_than_places_for_centres_is_said(
    solved: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """Five districts beside a run from three stations: a sentence with what to do."""
    folder = _copied(solved[0], tmp_path / "project")
    at = _picked(screen("compare", folder), "compare", ["Three districts", "five"])
    assert not at.exception
    assert "five has 5" in at.error[0].value.replace("\u00a0", " ")
    assert "free centres" in at.error[0].value


def _studied(folder: Path, choices: dict[str, Any]) -> tuple[str, dict[str, str], dict[str, str]]:
    """Keep alternatives by hand: a best plan, and the same with its names turned and one area moved."""
    ids = sorted(districts_in_use(load(folder)))
    best = {a: "abc"[k * 3 // len(ids)] for k, a in enumerate(ids)}
    other = {a: TURNED[d] for a, d in best.items()} | {ids[0]: TURNED["b"]}
    plans = {
        n: portable.to_json(SectorsPlan(p, {})) for n, p in (("Best plan", best), ("Alternative 1", other))
    }
    study = studies.create(folder, Asked("alternatives", "sectors", "What else", choices), "content")
    study.keep(Answer("alternatives", ("One more.",), plans=plans), last=True)
    return study.id, best | {ids[0]: "b"}, other


@pytest.mark.parametrize(
    ("choices", "renamed"),
    [({"centres": "free", "n_districts": 3}, True), ({"target_shares_pct": [30, 30, 40]}, False)],
)
def test_an_alternative_is_kept_as_it_is_shown(
    fresh: Path, tmp_path: Path, choices: dict[str, Any], renamed: bool
) -> None:
    """Under the best plan's names, unless names stand for something; then compared and edited; its name is taken."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    study, by_best, own = _studied(folder, choices)
    at = calm(screen("why", folder, study=study))
    key = f"{study}.Alternative 1"
    assert at.text_input(key=f"keep.name.{key}").value == "Alternative 1"
    at.text_input(key=f"keep.name.{key}").set_value("mine_or_yours_").run()
    at = calm(at.button(key=f"keep.{key}").click().run())
    assert "Kept as mine\\_or\\_yours\\_.csv" in said(at)
    assert load(folder).plans["mine_or_yours_"] == (by_best if renamed else own)
    assert "mine_or_yours_" in at_once(folder, "compare").multiselect[0].options
    assert "Plan mine_or_yours_" in at_once(folder, "edit").selectbox(key="edit.start").options
    at = at.button(key=f"keep.{key}").click().run()
    assert "There is a plan" in at.error[0].value
    assert sum(b.label == "Keep as plan" for b in at.button) == 2  # the page goes on


def at_once(folder: Path, view: str) -> AppTest:
    """Return a page opened anew."""
    return calm(screen(view, folder))
