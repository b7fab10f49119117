"""The parts of the app that need no screen: fields, today's plan, tables, comparisons, launch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from optimiser_apps import (
    charts,
    colouring,
    comparing,
    defaults,
    fields,
    launch,
    maps,
    table_assignment,
    table_shifts,
    today,
    ways,
)
from optimiser_apps.components.live import bound_words
from optimiser_apps.shapes import shapes_of

from optimiser import registry
from optimiser.batch.runner import store_of
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare import choices
from optimiser.prepare.questions import ask, kinds
from optimiser.prepare.travel import network
from optimiser.problems.assignment import AssignmentPlan
from optimiser.problems.base import Objective
from optimiser.solve.progress import Progress

FORBIDDEN = ("highspy", "ortools", "pyomo")


@pytest.mark.parametrize("family", ["sectors", "shifts", "assignment"])
def test_untouched_form_is_the_default_question(family: str) -> None:
    """What a form shows first says nothing in a scenario: only changes are kept."""
    asked = fields.question_fields(family)
    assert fields.chosen(asked, {f.name: f.default for f in asked}) == {}


@pytest.mark.parametrize("family", ["sectors", "shifts", "assignment", "standby"])
def test_every_field_reads_back(family: str) -> None:
    """All defaults, written as choices in planner's units, are read without a fault."""
    shown = {f.name: f.default for f in fields.question_fields(family)}
    made = choices.read(kinds(family), shown, "test")
    assert made == tuple(kind() for kind in kinds(family))


def test_list_field_names_what_it_cannot_read() -> None:
    """A letter among numbers is named with its field."""
    with pytest.raises(InputError, match=r"Shift lengths.*8, x"):
        fields.numbers("8, x", "Shift lengths", whole=False)


def test_defaults_fit_the_project(fresh: Path) -> None:
    """Targets of the project become the grades, every weight given for each of them."""
    chosen = defaults.choices(load(fresh), "assignment")
    assert set(chosen["grade_targets_min"]) == set(chosen["late_weight"]) == {"1", "2", "3", "4"}
    choices.read(kinds("assignment"), chosen, "test")


def test_today_is_judged_with_its_own_districts(solved: tuple[Path, dict[str, str]]) -> None:
    """Today's plan places all 30 areas; its areas by district sum to them."""
    project = load(solved[0])
    problem = store_of(solved[0]).run(solved[1]["sectors"]).problem()
    now = today.plan_in_use(project, problem)
    assert now is not None
    areas = next(m for m in now.measures if m.name == "areas")
    assert sum(areas.by.values()) == 30
    assert {v.rule for v in now.violations} <= {"balance", "contiguity", "centre"}


def test_a_plan_compared_with_itself_differs_in_nothing(solved: tuple[Path, dict[str, str]]) -> None:
    """Same plan twice: no change in any measure, nothing moves, nobody loses."""
    run = store_of(solved[0]).run(solved[1]["sectors"])
    problem, result = run.problem(), run.result()
    entries = tuple(comparing.Entry(n, problem, result.plan, result) for n in ("one", "two"))
    comparison = comparing.compare(registry.family("sectors"), entries)
    assert (comparing.rows(comparison)["change"].abs() < 1e-9).all()
    assert comparing.moves(problem, result.plan, result.plan)[0] == {}
    first, second = comparison.judgements
    assert comparing.drive_changes(first, second, problem).empty
    assert "no more than" in comparing.proof_words(comparison)


def test_snapshots_of_other_incidents_are_not_compared(solved: tuple[Path, dict[str, str]]) -> None:
    """Another snapshot is refused in words instead of being judged on wrong incidents."""
    run = store_of(solved[0]).run(solved[1]["assignment"])
    problem = run.problem()
    other = type(problem)(
        **{f: getattr(problem, f) for f in problem.__dataclass_fields__ if f != "travel_s"},
        travel_s=problem.travel_s + 1.0,
    )
    entries = (
        comparing.Entry("one", problem, run.result().plan),
        comparing.Entry("two", other, AssignmentPlan()),
    )
    with pytest.raises(InputError, match="another snapshot"):
        comparing.compare(registry.family("assignment"), entries)


def test_cover_table_agrees_with_the_measure(solved: tuple[Path, dict[str, str]]) -> None:
    """Levels missing, counted from the table's rows, are those of the family's measure."""
    run = store_of(solved[0]).run(solved[1]["assignment"])
    problem, result = run.problem(), run.result()
    rows = table_assignment.zone_cover(problem, result.plan)
    missing = (rows["level wanted"] - rows["after"]).clip(lower=0).sum()
    assert missing == next(m.value for m in result.measures if m.name == "levels missing")
    assert len(table_assignment.sent_units(problem, result.plan)) >= len(problem.incident_ids)


def test_shift_table_sums_to_the_measure(solved: tuple[Path, dict[str, str]]) -> None:
    """Officer-hours of the table are those of the family's measure."""
    run = store_of(solved[0]).run(solved[1]["shifts"])
    problem, result = run.problem(), run.result()
    hours = next(m.value for m in result.measures if m.name == "officer-hours")
    assert table_shifts.shifts(problem, result.plan)["officer-hours a week"].sum() == pytest.approx(hours)
    assert table_shifts.time_ledger(problem, result.plan)["officer-hours a week"].sum() == pytest.approx(
        hours
    )


def test_map_asks_for_no_tiles_and_shows_every_area(fresh: Path) -> None:
    """The map names no provider and no style, and tips of data are escaped."""
    project = load(fresh)
    shapes = shapes_of(project)
    n = len(shapes.area_ids)
    deck = maps.areas_deck(shapes, ["#FFFFFF"] * n, ["<b>x</b>"] * n, group=["A"] * n)
    text = deck.to_json()
    assert deck.map_provider is None
    assert 'mapStyle": "http' not in text
    assert "<b>" not in text
    assert all(shapes.polygons)
    assert n == 30


def test_scene_map_has_the_way_of_every_unit(solved: tuple[Path, dict[str, str]]) -> None:
    """Each of the 12 units has one line along the streets: strong where it is sent, else thin."""
    project = load(solved[0])
    run = store_of(solved[0]).run(solved[1]["assignment"])
    plan = run.result().plan
    scene = ask(project, "assignment", run.request["scenario"]).scene
    lines = ways.ways(network(project), scene, plan)
    deck = maps.scene_deck(shapes_of(project), scene, plan, lines, {})
    layers = {x["id"]: x for x in json.loads(deck.to_json())["layers"] if x["id"].startswith("ways")}
    stay = layers.pop("ways of units that stay")
    assert len(stay["data"]) == 12 - len(plan.sent)
    assert sum(len(x["data"]) for x in layers.values()) == len(plan.sent) > 0
    assert all(x["getWidth"] > 2 * stay["getWidth"] for x in layers.values())


def test_neighbouring_districts_differ_in_colour() -> None:
    """Four districts around one point, as on a 2 x 2 grid: each differs from those it shares a border with."""
    edges = np.array([[0, 1], [0, 2], [1, 3], [2, 3]])
    colours = colouring.district_colours(
        ("a", "b", "c", "d"), edges, dict(zip("abcd", "ABCD", strict=True)), list("ABCD")
    )
    assert colours["A"] not in (colours["B"], colours["C"])
    assert colours["D"] not in (colours["B"], colours["C"])


def test_search_steps_begin_with_the_first_plan() -> None:
    """No line, no chart; a bound of no value is left out."""
    assert charts.search_steps([], "x") is None
    figure = charts.search_steps(
        [Progress(1.0, "improving", 10.0, None), Progress(2.0, "proving", 8.0, 7.0)], "x"
    )
    assert figure is not None
    assert len(figure.data) == 3 + 2  # two plans, one bound, and the end of each line


def test_bound_sentence_follows_the_search() -> None:
    """Nothing, then a gap, then hardly one: 10 against 8 leaves 20 %. Nothing is confirmed yet."""
    aim = (Objective("cost", 10.0, "cost", "min"),)
    assert "No plan yet" in bound_words(Progress(0.0), ())
    assert "at most 20.0 % better" in bound_words(Progress(1.0, "", 10.0, 8.0), aim)
    assert "less than 0.1 % better" in bound_words(Progress(2.0, "", 10.0, 10.0), aim)


def test_launch_is_offline_and_on_this_machine_only(tmp_path: Path) -> None:
    """The flags that keep the app offline are on every command line, whatever the user's configuration."""
    command = launch.command(tmp_path, 8600, open_browser=False)
    for flag in (
        "--browser.gatherUsageStats=false",
        "--server.address=127.0.0.1",
        "--server.fileWatcherType=none",
        "--client.showErrorDetails=none",
        "--server.headless=true",
        "--server.port=8600",
    ):
        assert flag in command
    assert command[-2:] == ["--", str(tmp_path.resolve())]


def test_launch_refuses_a_folder_that_is_no_project(tmp_path: Path) -> None:
    """No project.toml: exit code 2, no server."""
    assert launch.main(str(tmp_path)) == launch.EXIT_USAGE


def test_the_apps_process_loads_no_solver(fresh: Path) -> None:
    """A process that has shown every page has none of the solvers among its modules."""
    script = (
        "import sys\n"
        "from tests.apps.screens import screen\n"
        f"pages = [screen(n, {str(fresh)!r}) for n in ('home', 'data', 'sectors', 'shifts', 'assignment', 'compare')]\n"
        "assert not any(p.exception or p.error for p in pages)\n"
        f"print('loaded:', [m for m in {FORBIDDEN!r} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        cwd=Path(__file__).parents[2],
        env=launch.environment(),
    )
    assert "loaded: []" in done.stdout, done.stdout + done.stderr[-2000:]
