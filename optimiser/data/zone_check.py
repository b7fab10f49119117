"""Were the calls read by the wall clock that the project names now?

Local times of a file become UTC by the zone of the import, so another zone afterwards would place every call in
another hour: whether a time in the file was local or marked is not kept, and only reading it again is right.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.data.quality import Finding, finding
from optimiser.data.settings import PROJECT_FILE, Settings
from optimiser.data.wall_clock import hour_of_week


def zone_findings(
    folder: Path, settings: Settings, calls: pd.DataFrame | None, read_by: str
) -> list[Finding]:
    """Return a red finding where the hours stored with the calls are not those of the project's zone.

    Parameters
    ----------
    folder
        Where the project stands; the command to run names its files from there.
    calls
        Canonical calls (received_at, hour_of_week); None for none.
    read_by
        Zone the calls were imported with; "" where it was not kept.
    """
    if calls is None or read_by == settings.timezone:
        return []
    received = calls["received_at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    off = (
        hour_of_week(received.astype("datetime64[s]"), settings.timezone) != calls["hour_of_week"].to_numpy()
    )
    if not off.any():  # another name for the same clock
        return []
    before = read_by or "another zone"
    back = f'timezone = "{read_by}"' if read_by else "the old timezone"
    action = (
        f"their hours are by the clock of {before}, {PROJECT_FILE} says {settings.timezone}: run "
        f"`{import_again(folder, settings)}`, or write {back} again"
    )
    rule = "calls read by the clock of another time zone"
    return [finding(rule, int(np.count_nonzero(off)), len(calls), action, red=True, source=PROJECT_FILE)]


def import_again(folder: Path, settings: Settings) -> str:
    """Return the command that imports the same raw files into the folder again; a file gone from its place by name."""
    words = ["optimiser", "init", str(folder), "--again"]
    for source in settings.sources:
        place = Path(folder, source.path).resolve()
        words += [f"--{source.kind.replace('_', '-')}", str(place) if place.is_file() else place.name]
    shown = shlex.join(words)
    named = any(s.kind == "areas" for s in settings.sources)
    return shown if named else f"{shown} (and the --areas or --grid of before)"
