"""What can go wrong, told apart by whose fault they are."""


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


def reason(error: BaseException) -> str:
    """Say in a planner's words why a file cannot be read or written: no numbers of the system, no codecs."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error).rstrip(".") or type(error).__name__
