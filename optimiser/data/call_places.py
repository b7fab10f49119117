"""Where a call was: its area's label, else its point. Points are used here and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.figures import parse_numbers
from optimiser.data.labels import clean_ids, match_labels, refuse_dates
from optimiser.data.locate import locate_all
from optimiser.data.quality import Notes
from optimiser.data.workload import label_findings

if TYPE_CHECKING:
    import geopandas as gpd

_DEGREES = "EPSG:4326"
_PILE_UP_FRAC = 0.05


def call_areas(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    areas: gpd.GeoDataFrame,
    known: Mapping[str, str],
    source_crs: str,
    notes: Notes,
) -> NDArray[np.object_]:
    """Return the area id of each row, "" for none.

    A label that matches an area decides; rows without one take the area their point lies in. Where neither places
    a single call, that is red and says what the labels and the areas look like.
    """
    n = len(frame)
    area_id = np.full(n, "", dtype=object)
    matched = None
    if "area_id" in frame:
        refuse_dates(frame["area_id"], f"{notes.source}, area label", known)
        matched = match_labels(frame["area_id"], known)
        typed = frame["area_id"].str.strip()
        as_number = (typed.str.endswith(".0") & ~clean_ids(typed).str.endswith(".0")).to_numpy(dtype=bool)
        notes.rows(
            "area labels that end in .0", as_number, "read without it: they went through a column of numbers"
        )
        area_id = matched.area_id.copy()
    if "x" in frame and "y" in frame:
        lost = area_id == ""
        area_id[lost] = _by_point(frame[lost], lines[lost], areas, source_crs, notes)
    nowhere = area_id == ""
    if matched is not None:
        shown = known if nowhere.all() else None
        notes.findings += label_findings(matched, np.ones(n), notes.source, known=shown)
    action = "kept for hours and totals, in no area's workload"
    if matched is None and not ("x" in frame and "y" in frame):
        action += "; no column for the area was recognised: name yours in columns.toml (--columns)"
    red = bool(nowhere.mean() > 0.5)
    if red and matched is not None:
        action += "; too many for a solve: mend the labels"
    notes.rows("calls in no area", nowhere, action, lines=lines, red=red)
    return area_id


def own_points(
    frame: pd.DataFrame, area_id: NDArray[np.object_], areas: gpd.GeoDataFrame, source_crs: str
) -> dict[str, NDArray[Any]]:
    """Return for each row the point in the areas' metres and ``point_area``: its area where the point lies in it.

    Points that lie elsewhere than their call is counted (a default address, a slip) are none: NaN and None.
    """
    n = len(frame)
    x_m, y_m = np.full(n, np.nan), np.full(n, np.nan)
    inside = np.full(n, None, dtype=object)
    if "x" in frame and "y" in frame:
        x, y = (parse_numbers(frame[c])[0] for c in ("x", "y"))
        there = np.isfinite(x) & np.isfinite(y) & ~((np.abs(x) <= 1) & (np.abs(y) <= 1))
        crs = _DEGREES if _in_degrees(x, y, there) else source_crs
        found, _, (px, py) = _located(areas, np.where(there, x, np.nan), np.where(there, y, np.nan), crs)
        own = there & (found == area_id) & (area_id != "")
        x_m[own], y_m[own], inside[own] = px[own], py[own], area_id[own]
    return {"x_m": x_m, "y_m": y_m, "point_area": inside}


def _in_degrees(x: NDArray[np.float64], y: NDArray[np.float64], there: NDArray[np.bool_]) -> bool:
    """Say whether points are longitudes and latitudes."""
    return bool(
        there.any() and (np.abs(x[there]) <= 180).mean() > 0.5 and (np.abs(y[there]) <= 180).mean() > 0.5
    )


def _by_point(
    frame: pd.DataFrame,
    lines: NDArray[np.int64],
    areas: gpd.GeoDataFrame,
    source_crs: str,
    notes: Notes,
) -> NDArray[np.object_]:
    n = len(frame)
    x, bad_x = parse_numbers(frame["x"])
    y, bad_y = parse_numbers(frame["y"])
    there = ~np.isnan(x) & ~np.isnan(y)

    def note(rule: str, mask: NDArray[np.bool_], action: str, *, red: bool = False) -> None:
        notes.rows(rule, mask, action, lines=lines, red=red)

    note("points that are no numbers", bad_x | bad_y, "taken as missing")
    null = there & (np.abs(x) <= 1) & (np.abs(y) <= 1)
    note("points at (0, 0) or (1, 1)", null, "taken as missing")
    there &= ~null
    degrees = _in_degrees(x, y, there)
    if degrees:
        beyond = there & ((np.abs(x) > 180) | (np.abs(y) > 90))
        swapped = there & (np.abs(y) > 90) & (np.abs(x) <= 90)
        note("points beyond the globe", beyond & ~swapped, "taken as missing")
    crs = _DEGREES if degrees else source_crs
    x, y = np.where(there, x, np.nan), np.where(there, y, np.nan)
    area_id, taken_in, _ = _located(areas, x, y, crs)
    if there.any() and (area_id[there] != "").mean() < 0.5:
        turned, _, _ = _located(areas, y, x, crs)
        if (turned[there] != "").mean() > 0.5:
            action = "x and y are the wrong way round: swap them in columns.toml, [calls.columns], and import again"
            note("points with x and y swapped", there & (turned != ""), action, red=True)
    note("points outside all areas", there & (area_id == ""), "in no area")
    note("points just outside the areas", taken_in, "taken to the nearest area, at most 50 m away")
    spots = pd.Series(list(zip(x[there], y[there], strict=True)), dtype=object).value_counts()
    if len(spots) and n >= 50 and spots.iloc[0] > _PILE_UP_FRAC * n:
        pile = there & (x == spots.index[0][0]) & (y == spots.index[0][1])
        note("points piled up on one spot", pile, "kept; a default address (the station?)")
    return area_id


def _located(
    areas: gpd.GeoDataFrame, x: NDArray[np.float64], y: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.object_], NDArray[np.bool_], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    from pyproj import Transformer

    real = np.isfinite(x) & np.isfinite(y)
    x_m, y_m = np.full(len(x), np.nan), np.full(len(x), np.nan)
    x_m[real], y_m[real] = Transformer.from_crs(crs, areas.crs, always_xy=True).transform(x[real], y[real])
    located = locate_all(areas, x_m, y_m)
    return located.area_id.astype(object), located.outside_m > 0, (x_m, y_m)
