"""Every page of the app in a real browser, with plans on it: nothing breaks, and nobody outside is asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from optimiser_apps import launch

from optimiser.batch import studies, study_runner
from optimiser.batch.studies import Asked
from optimiser.batch.study_tables import tables_asked
from optimiser.batch.tables import TablesSetup
from optimiser.data.project import load
from optimiser.prepare.rota_file import ROTA_FILE
from optimiser.solve.options import SolveOptions
from tests.apps.conftest import make_project
from tests.apps.hand_runs import CHOICES, hand_run, write_tables
from tests.apps.test_browser import CHROMIUM, FLAGS, LOCAL, PATIENCE_MS, free_port, no_fault, wait_until_up

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ROTA = "start,hours,mon,tue,wed,thu,fri,sat,sun\n06:00,12,9,9,9,9,9,9,9\n18:00,12,9,9,9,9,9,9,9\n"
SEEN = {
    "strength": "Officers of each district",
    "patterns": "The pattern",
    "rosters": "Mon 4 Jan to Sun 17 Jan",
    "shift_design": "hour by hour",
    "patrol": "Where and when",
    "facilities": "What becomes of each site",
    "containment": "Posts, the earliest first",
    "fold": "The sergeant's page",
}


@dataclass(frozen=True)
class App:
    """A running app, the runs on it by question, and studies that are done."""

    address: str
    runs: dict[str, str]
    study: str
    ledger: str
    tables: str


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a tiny project with a plan of every newer question, two of strength, and a frontier."""
    folder = make_project(tmp_path_factory.mktemp("pages"))
    write_tables(load(folder))
    (folder / ROTA_FILE).write_text(ROTA)
    project = load(folder)
    runs = {f: hand_run(project, f, f"By hand: {f}", c) for f, c in CHOICES.items()}
    hand_run(project, "strength", "Another share", {"new_officers": 2, "most_moved": 3})
    options = SolveOptions(time_limit_s=120.0, confirm=False)  # room on a busy machine: proved in a second
    given = {"axes": [["balance", 0.2]], "points": 3}
    choices = {"tolerance_pct": 5, "objective": "travel"}
    asked = Asked("frontier", "sectors", "What loosening buys", choices, "", options, 600.0, given)
    study = studies.create(folder, asked, "content")
    found = study_runner.work(study, project=project)
    assert found.complete, found.said
    weeks = {"plan": "rota", "sectors": "", "lend": False, "weeks": 4, "points": False, "protected": 0}
    ledger = studies.create(folder, Asked("ledger", "shifts", "Today's rota", given=weeks), "content")
    study_runner.work(ledger, project=project)
    setup = TablesSetup(parts=("night=23-07",), places=3)
    asked = tables_asked(
        "Beats by night", "current", project.plans["current"], None, setup, each_s=60.0, all_s=300.0
    )
    tables = studies.create(folder, asked, "content")
    study_runner.work(tables, project=project)
    port = free_port()
    server = subprocess.Popen(
        launch.command(folder, port, open_browser=False),
        env=launch.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield App(f"http://127.0.0.1:{port}", runs, study.id, ledger.id, tables.id)
    finally:
        server.kill()
        server.wait(60)


def test_every_page_opens_and_asks_nobody_outside(app: App) -> None:
    """Pictures of all newer questions, the studies, the page for the decision: each with its words and no error box."""
    outside: list[str] = []
    todo = [(f"{family}?run={run}", SEEN[family]) for family, run in app.runs.items()]
    todo += [
        (f"why?study={app.study}", "no plan can be beyond the dashed line"),
        ("why?kind=price", "Start the study"),
        ("why?kind=budget", "Start the study"),
        ("brief?question=strength", "instead of"),
        (f"staffing?study={app.ledger}", "What on-duty time goes to"),
        ("staffing?part=time", "Which plan of shifts"),
        ("staffing?part=officer", "Start the study"),
        ("staffing?part=people", "Officers month by month"),
        ("staffing?part=levers", "Ways to free time as a workbook"),
        ("tables", "Make the tables"),
        (f"tables?study={app.tables}", "What was made"),
        ("compare", "Compare"),
        ("data", "Data"),
    ]
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.on(
            "request",
            lambda r: outside.append(r.url) if (urlsplit(r.url).hostname or "") not in LOCAL else None,
        )
        for path, words in todo:
            page.goto(f"{app.address}/{path}")
            page.get_by_text(words).first.wait_for()
            no_fault(page)
            assert page.locator("[data-testid=stAlertContentError]").count() == 0, path
            assert "Page not found" not in page.inner_text("body"), path
            if path.startswith(("staffing", "tables")):
                no_bar_below(page)
        page.goto(f"{app.address}/why?kind=explain")
        page.get_by_role("button", name="Start the study").first.click()
        page.get_by_text("You may leave this page").first.wait_for()
        link = page.url
        assert "study=explain-" in link
        page.goto(f"{app.address}/data")
        page.goto(link)  # found again by its link, running or done
        page.get_by_text("Everything asked for was decided").first.wait_for()
        no_fault(page)
        browser.close()
    assert outside == []


def no_bar_below(page: playwright.Page) -> None:
    """Fail where a page is wider than its window, or a chart on it is drawn without any height."""
    wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    )
    assert wide <= 1
    for chart in page.locator("[data-testid=stVegaLiteChart]").all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box is not None
        assert box["height"] > 60
