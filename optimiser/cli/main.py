"""Parse, call, print: what each command is, and how every error ends in one line and an exit code."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import traceback
from collections.abc import Sequence

from optimiser import __version__
from optimiser.cli import ask, files, look, shows
from optimiser.cli.console import Exit
from optimiser.errors import BackendError, InputError, OptimiserError

log = logging.getLogger(__name__)

EPILOG = (
    "Exit codes: 0 done, 2 wrong use, 3 input refused, 4 infeasible, 5 plan found but gap missed, 6 no plan, "
    "7 cancelled, 8 batch ended with failures, 70 internal error, 130 interrupted."
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="optimiser",
        description="Plan sectors, shifts and assignments for a police force. Start with: optimiser demo",
        epilog=EPILOG,
    )
    top.add_argument("--version", action="version", version=f"optimiser {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    common.add_argument("--quiet", action="store_true", help="no progress")
    common.add_argument("--log-file", help="write a log here")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (shows, files, ask, look):
        module.add(commands, common)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    arguments = parser().parse_args(argv)
    _log_to(arguments.log_file)
    try:
        code: int = arguments.run(arguments)
    except InputError as error:
        return _fail(error, Exit.INPUT)
    except BackendError as error:
        return _fail(error, Exit.NO_PLAN)
    except OptimiserError as error:
        return _fail(error, Exit.INTERNAL)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.DONE
    except Exception as error:
        log.exception("internal error")
        return _fail(
            error, Exit.INTERNAL, f"internal error, details in {_keep_trace()}: {type(error).__name__}: "
        )
    return code


def _log_to(path: str | None) -> None:
    """Log to a file where one is named; the terminal is for the planner."""
    if path is None:
        logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
    else:
        logging.basicConfig(
            level=logging.INFO, filename=path, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )


def _keep_trace() -> str:
    """Write the traceback of the error at hand to a file of its own and return its name."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="optimiser-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return file.name


def _fail(error: Exception, code: Exit, prefix: str = "") -> int:
    print(f"optimiser: {prefix}{error}", file=sys.stderr)
    return int(code)
