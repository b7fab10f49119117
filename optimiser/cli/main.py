"""Parse, call, print: what each command is, and how every error ends in one line and an exit code."""

from __future__ import annotations

import argparse
import io
import logging
import re
import sys
import tempfile
from collections.abc import Sequence

from optimiser import __version__
from optimiser.cli import (
    alerts,
    ask,
    batch,
    budget,
    compare,
    demand,
    dispatch,
    doctor,
    drift,
    files,
    fit_drivers,
    integrity,
    ledger,
    levels,
    look,
    patterns,
    pipeline,
    plan,
    reach,
    relief,
    requirement,
    rota,
    route,
    shows,
    simulation,
    studies,
    tables,
    uncertainty,
    whatif,
)
from optimiser.cli.console import Exit
from optimiser.errors import BackendError, InputError, OptimiserError, UsageError, reason, where_it_arose

log = logging.getLogger(__name__)

_WESTERN = re.compile(r"-\d+(\.\d*)?,-?\d+(\.\d*)?")
_LONG_OPTION = re.compile(r"--[a-z-]+")

EPILOG = (
    "Exit codes: 0 done, 2 wrong use (an option, choice or name that there is not, also in a scenario file), 3 input "
    "refused (a file or folder that is missing or faulty), 4 infeasible, 5 plan found but gap missed, 6 no plan, "
    "7 cancelled, 8 batch ended with failures, 70 internal error, 130 interrupted. Text is in minutes and percent, "
    "JSON in seconds and fractions."
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
    common.add_argument(
        "--json", action="store_true", help="print the result as JSON, in seconds and fractions"
    )
    common.add_argument("--quiet", action="store_true", help="no progress")
    common.add_argument("--log-file", help="write a log here")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (
        shows,
        files,
        ask,
        plan,
        levels,
        rota,
        ledger,
        studies,
        requirement,
        uncertainty,
        batch,
        tables,
        compare,
        drift,
        relief,
        budget,
        pipeline,
        patterns,
        integrity,
        simulation,
        demand,
        reach,
        route,
        fit_drivers,
        alerts,
        dispatch,
        whatif,
        look,
        doctor,
    ):
        module.add(commands, common)
    return top


def places_joined(argv: Sequence[str]) -> list[str]:
    """Return arguments with places west of Greenwich tied to their option: ``--at -1.5,52.4`` is no two options."""
    found: list[str] = []
    for text in argv:
        if _WESTERN.fullmatch(text) and found and _LONG_OPTION.fullmatch(found[-1]):
            found[-1] += f"={text}"
        else:
            found.append(text)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that lacks a letter shows ? instead of ending the run
        sys.stdout.reconfigure(errors="replace")
    arguments = parser().parse_args(places_joined(sys.argv[1:] if argv is None else argv))
    try:
        _log_to(arguments.log_file)
        code: int = arguments.run(arguments)
    except UsageError as error:
        return _fail(error, Exit.USAGE)
    except InputError as error:
        return _fail(error, Exit.INPUT)
    except BackendError as error:
        return _fail(error, Exit.NO_PLAN)
    except OptimiserError as error:
        return _fail(error, Exit.INTERNAL)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # whoever read along has seen enough
        return Exit.DONE
    except OSError as error:
        log.error("a file could not be used\n%s", where_it_arose(error))  # noqa: TRY400  no messages in a log
        return _fail(InputError(_about(error)), Exit.INPUT)
    except Exception as error:  # noqa: BLE001  whatever it is, the planner gets one line
        log.error("internal error\n%s", where_it_arose(error))  # noqa: TRY400
        kept = _keep_trace(error)
        return _fail(error, Exit.INTERNAL, f"internal error, details in {kept}: {type(error).__name__}: ")
    return code


def _about(error: OSError) -> str:
    """Say which file could not be used and why: a full disk, a missing right, a file where a folder is wanted."""
    where = (
        f"{error.filename} cannot be read or written"
        if error.filename
        else "A file cannot be read or written"
    )
    return f"{where}: {reason(error)}."


def _log_to(path: str | None) -> None:
    """Log to a file where one is named; the terminal is for the planner."""
    if path is None:
        logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
    else:
        try:
            handler = logging.FileHandler(path, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--log-file {path} cannot be written: {error.strerror}.") from error
        layout = "%(asctime)s %(levelname)s %(name)s %(message)s"
        logging.basicConfig(level=logging.INFO, format=layout, handlers=[handler])


def _keep_trace(error: BaseException) -> str:
    """Write where an error arose to a file of its own and return its name."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="optimiser-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(where_it_arose(error))
    return file.name


def _fail(error: Exception, code: Exit, prefix: str = "") -> int:
    print(f"optimiser: {prefix}{error}", file=sys.stderr)
    return int(code)
