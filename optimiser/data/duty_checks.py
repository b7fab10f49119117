"""What is odd about duty and unit statuses beside the calls. Findings only; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimiser.data import canonical as names
from optimiser.data.call_units import PATROL
from optimiser.data.counts_as import CountsAs
from optimiser.data.quality import Finding, finding
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    import geopandas as gpd


def duty_findings(
    calls: pd.DataFrame | None,
    duty: pd.DataFrame | None,
    status: pd.DataFrame | None,
    counts_as: CountsAs,
    areas: gpd.GeoDataFrame,
    zone: str,
) -> list[Finding]:
    """Check spans, gaps, roles, sectors and meanings of what a measured time split needs."""
    found = [] if duty is None else [*_days(calls, duty, zone), *_who(duty)]
    for table, source in ((duty, names.DUTY_FILE), (status, names.UNIT_STATUS_FILE)):
        if table is not None:
            found += _sectors(table, areas, source)
    if status is not None:
        found += _meanings(status, counts_as)
    if calls is not None:
        lost = sorted(set(counts_as.call_type) - set(calls["call_type"].unique()))
        if lost:
            action = f"no call has them: look at their spelling in {names.COUNTS_AS_FILE}"
            found.append(
                finding(
                    "call types that count as something and never occur", len(lost), 0, action, examples=lost
                )
            )
    return found


def _local_days(at: pd.Series, zone: str) -> np.ndarray:
    return np.unique(at.dt.tz_convert(zone).dt.tz_localize(None).to_numpy().astype("datetime64[D]"))


def _days(calls: pd.DataFrame | None, duty: pd.DataFrame, zone: str) -> list[Finding]:
    """Days within the span on which nobody was on duty, and days of calls outside the span."""
    if duty.empty:
        return [
            finding("nobody is on duty in the whole duty table", 1, 0, "no split can be measured", red=False)
        ]
    found = []
    present = duty[duty["role"] == PATROL]
    if present.empty:
        return []
    first = _local_days(present["start_at"], zone)
    last = _local_days(present["end_at"], zone)
    spanned = np.arange(first[0], last[-1] + np.timedelta64(1, "D"))
    empty = np.setdiff1d(spanned, np.union1d(first, last))
    if len(empty):
        action = "a gap in the export: these days are left out of every measured figure"
        found.append(
            finding(
                "days without anybody on duty", len(empty), len(spanned), action, examples=empty.astype(str)
            )
        )
    if calls is not None and len(calls):
        days = _local_days(calls["received_at"], zone)
        beyond = days[(days < first[0]) | (days > last[-1])]
        if len(beyond):
            action = f"measured figures are taken from {first[0]} to {last[-1]} only, where both are known"
            found.append(finding("days of calls outside the duty table", len(beyond), len(days), action))
    return found


def _who(duty: pd.DataFrame) -> list[Finding]:
    """How the turns are split over roles, and turns that are too short to be one."""
    found = []
    others = int((duty["role"] != PATROL).sum())
    if others:
        action = "not counted: only time of the patrol role is patrol workload"
        found.append(finding("duty of other roles than patrol", others, len(duty), action))
    length_h = (duty["end_at"] - duty["start_at"]).dt.total_seconds() / SECONDS_PER_HOUR
    short = int((length_h < 1.0).sum())
    if short:
        found.append(
            finding("turns of duty under an hour", short, len(duty), "kept: logged on and off again?")
        )
    if int((length_h > HOURS_PER_DAY - 8).sum()):
        count = int((length_h > HOURS_PER_DAY - 8).sum())
        found.append(
            finding("turns of duty over 16 hours", count, len(duty), "kept: not logged off, or held over?")
        )
    return found


def sector_level(labels: pd.Series, areas: gpd.GeoDataFrame) -> str:
    """Return the column of the areas (``beat_id`` or ``district_id``) that most labels are of; "" for neither."""
    given = labels[labels != ""]
    match = {c: int(given.isin(set(areas[c]) - {""}).sum()) for c in ("beat_id", "district_id")}
    best = max(match, key=lambda c: match[c])
    return best if match[best] else ""


def _sectors(table: pd.DataFrame, areas: gpd.GeoDataFrame, source: str) -> list[Finding]:
    given = table["sector"] != ""
    n = len(table)
    found = []
    if not given.all():
        action = (
            "counted for the whole force and for no sector"
            if source == names.DUTY_FILE
            else "counted for the sector in which its unit is on duty most"
        )
        found.append(finding("rows without a sector", int((~given).sum()), n, action, source=source))
    level = sector_level(table["sector"], areas)
    known = set(areas[level]) - {""} if level else set()
    strange = given & ~table["sector"].isin(known)
    if strange.any():
        action = "no beat or district is called so: counted for the whole force and for no sector"
        shown = table.loc[strange, "sector"].value_counts().index
        found.append(
            finding(
                "sectors that are no beat or district",
                int(strange.sum()),
                n,
                action,
                examples=shown,
                source=source,
            )
        )
    return found


def _meanings(status: pd.DataFrame, counts_as: CountsAs) -> list[Finding]:
    lost = ~status["status"].isin(list(counts_as.status))
    if not lost.any():
        return []
    shown = status.loc[lost, "status"].value_counts().index
    action = f"say what each counts as in {names.COUNTS_AS_FILE}; until then their time is unaccounted"
    return [
        finding(
            "statuses without a meaning",
            int(lost.sum()),
            len(status),
            action,
            examples=shown,
            source=names.UNIT_STATUS_FILE,
        )
    ]
