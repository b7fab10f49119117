"""One planner's way through the app in a real browser, on a machine that is allowed to ask nobody outside."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from optimiser_apps import launch

from tests.apps.conftest import make_project

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 120_000
LOCAL = ("127.0.0.1", "localhost", "")
FAULTS = ("Traceback", "StreamlitAPIException", "Uncaught app execution")


def free_port() -> int:
    """Return a port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a tiny project of its own, started as ``optimiser app`` starts it."""
    folder = make_project(tmp_path_factory.mktemp("browser"))
    port = free_port()
    server = subprocess.Popen(
        launch.command(folder, port, open_browser=False),
        env=launch.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; fail at once where it has ended."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the app ended with {server.poll()}"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the app did not start")


def no_fault(page: playwright.Page) -> None:
    """Fail where the page shows what no planner should see."""
    text = page.inner_text("body")
    assert not [f for f in FAULTS if f in text], text[-2000:]
    assert page.locator("[data-testid=stException]").count() == 0


def stop_when_there_is_a_bound(page: playwright.Page) -> None:
    """Press stop once a plan and a bound are shown; a search that ends before is as good."""
    found = page.get_by_text("What was found")
    proved = page.get_by_text(re.compile("better can exist|proved best", re.IGNORECASE))
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline and not found.count():
        if proved.count() and page.get_by_role("button", name="Stop and keep best").count():
            with contextlib.suppress(playwright.Error):  # it may end between the look and the click
                page.get_by_role("button", name="Stop and keep best").click(timeout=2_000)
        page.wait_for_timeout(500)


def follow(page: playwright.Page, name: str) -> None:
    """Click a link of the navigation; again where the page was drawn anew under the click and took no notice."""
    for _ in range(3):
        page.get_by_role("link", name=name).click()
        with contextlib.suppress(playwright.TimeoutError):
            page.wait_for_url(re.compile(f"/{name}", re.IGNORECASE), timeout=20_000)
            return


def test_a_planner_solves_leaves_and_compares(address: str) -> None:
    """Ask from the form, see plan and bound grow, stop, open the link elsewhere, compare with today; all offline."""
    outside: list[str] = []

    def watch(page: playwright.Page) -> playwright.Page:
        page.set_default_timeout(PATIENCE_MS)
        page.on(
            "request",
            lambda r: None if (urlsplit(r.url).hostname or "") in LOCAL else outside.append(r.url),
        )
        return page

    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 950})
        page = watch(context.new_page())
        page.goto(address)
        page.get_by_text("Where we are now").wait_for()
        no_fault(page)
        page.get_by_test_id("stMain").get_by_role("button", name="Sectors").click()

        page.get_by_role("button", name="Solve", exact=True).wait_for()
        page.get_by_label("Name of this plan").fill("Browser plan")
        limit = page.get_by_label("Longest time to search (minutes)")
        limit.fill("0.5")
        limit.press("Tab")
        page.get_by_role("button", name="Solve", exact=True).click()
        page.wait_for_url(re.compile(r"/sectors\?run=browser-plan-[0-9a-f]{10}$"))
        page.get_by_text("Best plan so far").first.wait_for()
        page.get_by_text("No plan can be beyond").first.wait_for()
        no_fault(page)
        stop_when_there_is_a_bound(page)
        page.get_by_text("What was found").wait_for()
        page.get_by_text("What moves against the districts in use").wait_for()
        page.locator("canvas").first.wait_for()
        no_fault(page)

        second = watch(context.new_page())
        second.goto(page.url)
        second.get_by_text("What was found").wait_for()
        second.get_by_role("heading", name="Browser plan").wait_for()
        no_fault(second)

        follow(second, "Compare")
        second.get_by_text("Who gains and who loses").wait_for()
        second.get_by_text("areas change hands").wait_for()
        no_fault(second)
        browser.close()
    assert outside == []
