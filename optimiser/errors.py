"""What can go wrong, told apart by whose fault they are."""

import traceback

_MOST_CAUSES = 10


class OptimiserError(Exception):
    """Base of every error that this package raises on purpose. Its text is written for a planner."""


class InputError(OptimiserError, ValueError):
    """The caller's fault: a value, file or request that cannot be used. Says what, where and what to do."""


class UsageError(InputError):
    """The request itself is wrong, not the data: an option, choice, name or value that there is not."""


class RejectedPlan(OptimiserError):  # noqa: N818  the plan is what was rejected
    """Our fault: a formulation returned a plan that breaks a rule, or misstated its objective."""


class BackendError(OptimiserError):
    """A solver or its process failed, ran out of memory or could not be started."""


def where_it_arose(error: BaseException) -> str:
    """Return the traceback of an error and of what caused it, without their messages: these may quote a call."""
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < _MOST_CAUSES:
        told.append("".join(traceback.format_tb(seen.__traceback__)) + type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    return "\n\nwhich came of\n\n".join(told) + "\n"


def reason(error: BaseException) -> str:
    """Say in a planner's words why a file cannot be read or written: no numbers of the system, no codecs."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error).rstrip(".") or type(error).__name__
