"""Start the app on a project folder: a server of its own process, bound to this machine, that asks nobody outside.

``python -m optimiser_apps.launch FOLDER [--port N] [--no-browser]``
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

log = logging.getLogger(__name__)

MAIN = Path(__file__).with_name("main.py")
MAX_UPLOAD_MIB = 50
EXIT_USAGE = 2

FLAGS = {
    "browser.gatherUsageStats": "false",
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(MAX_UPLOAD_MIB),
    "server.showEmailPrompt": "false",
    "server.enableStaticServing": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "runner.postScriptGC": "true",
    "theme.primaryColor": "#1F4E79",
    "theme.baseRadius": "small",
}
"""Set on every start, over any configuration of the user: offline, on loopback, no source code in messages."""


def command(folder: Path, port: int | None, *, open_browser: bool) -> list[str]:
    """Return the command line of the server."""
    flags = FLAGS | {"server.headless": "false" if open_browser else "true"}
    if port is not None:
        flags["server.port"] = str(port)
    settings = [f"--{name}={value}" for name, value in flags.items()]
    return [sys.executable, "-m", "streamlit", "run", str(MAIN), *settings, "--", str(folder.resolve())]


def environment() -> dict[str, str]:
    """Return the environment of the server: this one's, and where this process finds its packages."""
    paths = [p for p in sys.path if p] + os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(p for p in paths if p))}


def main(folder: str, port: int | None = None, open_browser: bool = True) -> int:
    """Run the app until it is stopped; return the exit code.

    Parameters
    ----------
    folder
        Project folder.
    port
        Port on this machine; None for the first free one from 8501 on.
    open_browser
        Open a browser window; else only say the address.
    """
    if not (Path(folder) / "project.toml").is_file():
        log.error("%s is no project folder: it has no project.toml. Make one with: optimiser init.", folder)
        return EXIT_USAGE
    if importlib.util.find_spec("streamlit") is None:
        log.error("The app needs its extra: pip install 'police-optimiser[app]'.")
        return EXIT_USAGE
    try:
        return subprocess.call(command(Path(folder), port, open_browser=open_browser), env=environment())
    except KeyboardInterrupt:
        return 0


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="optimiser app", description="Open the app on a project folder.")
    parser.add_argument("folder", help="project folder")
    parser.add_argument("--port", type=int, default=None, help="port on this machine")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    return parser.parse_args(given)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = _arguments(None)
    sys.exit(main(arguments.folder, arguments.port, not arguments.no_browser))
