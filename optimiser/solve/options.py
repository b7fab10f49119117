"""How long, how near and with what means to solve."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.errors import InputError
from optimiser.problems.base import asked

SHARE_OF_TIME_TO_CONFIRM = 1.0
"""Of the time that a proof took, what may be spent on confirming it."""
LARGEST_SEED = 2**31 - 1
SHORTEST_CONFIRMATION_S = 2.0
"""A proof that took less may take this long to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveOptions:
    """Limits of one solve.

    Parameters
    ----------
    time_limit_s
        Wall-clock seconds of searching, kept by the parent process: at most 5 s more, then a kill. What a process
        needs to start (imports, reading the question, compiling) comes before and is told as a phase of its own.
    gap_frac
        Stop when at most this share better can exist. 0 asks for a proof.
    threads
        Threads a solver may use. CP-SAT always gets at least 8 workers (its portfolio needs them).
    seed
        Seed of every random choice.
    reproducible
        One worker and a deterministic limit: the same plan again on the same platform.
    memory_mib
        Cap on the worker's memory in MiB; 0 for none.
    confirm
        Look for a second route to "optimal" and "infeasible" in a part of the time left.
    """

    time_limit_s: float = asked(60.0, "s", "Longest time to search", minimum=1)
    gap_frac: float = asked(0.0, "frac", "Stop when at most this much better can exist", minimum=0, maximum=1)
    threads: int = asked(2, "threads", "Threads a solver may use", group="advanced")
    seed: int = asked(1, "", "Seed of every random choice", group="advanced", minimum=0, maximum=LARGEST_SEED)
    reproducible: bool = asked(False, "", "The same plan again on the same machine, slower", group="advanced")
    memory_mib: int = asked(8192, "MiB", "Memory cap of a solve", group="advanced")

    confirm: bool = asked(True, "", "Confirm a proof by a second route", group="advanced")

    def __post_init__(self) -> None:
        if not 0 < self.time_limit_s < float("inf"):
            raise InputError(f"time_limit_s must be positive and finite seconds, got {self.time_limit_s}.")
        if not 0 <= self.gap_frac < 1:
            raise InputError(f"gap_frac is a fraction in [0, 1), got {self.gap_frac}; 1 % is 0.01.")
        if self.threads < 1:
            raise InputError(f"threads must be at least 1, got {self.threads}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(
                f"seed must be from 0 to {LARGEST_SEED:,}, which every solver takes, got {self.seed}."
            )
        if self.memory_mib < 0:
            raise InputError(f"memory_mib must be 0 (no cap) or positive, got {self.memory_mib}.")

    def time_to_confirm_s(self, proof_s: float, elapsed_s: float) -> float:
        """Return the seconds that may be spent on confirming a proof of ``proof_s``; 0 where that is not asked for."""
        if not self.confirm:
            return 0.0
        most = max(SHORTEST_CONFIRMATION_S, SHARE_OF_TIME_TO_CONFIRM * proof_s)
        return max(0.0, min(self.time_limit_s - elapsed_s, most))
