"""Where a result comes from: versions, options, seed, digests, time and machine."""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from optimiser import __version__
from optimiser.solve.options import SolveOptions

_PACKAGES = ("highspy", "ortools", "pyomo", "numpy", "scipy", "numba")


def versions() -> dict[str, str]:
    """Return the versions of this package and of what decides its results, importing none of it."""
    return dict(_versions())


@functools.cache
def _versions() -> dict[str, str]:
    found = {"police-optimiser": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def peak_rss_mib() -> float:
    """Return the largest resident memory of this process so far in MiB; 0 where it cannot be told."""
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def provenance(problem_digest: str, options: SolveOptions) -> Mapping[str, Any]:
    """Return what a run folder keeps beside a result."""
    return {
        "versions": versions(),
        "options": asdict(options),
        "problem_sha256": problem_digest,
        "when_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "peak_rss_mib": round(peak_rss_mib(), 1),
    }
