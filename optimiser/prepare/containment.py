"""A project becomes a question of containment: units from a table or the stations, a suspect, exits, real roads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.field_tables import FieldRow, read_field
from optimiser.data.plans import other_names
from optimiser.data.project import Project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.containment_scene import ContainmentScene, Suspect, Unit, scene
from optimiser.prepare.reach import hour_from
from optimiser.prepare.travel import area_points, network, refuse_far
from optimiser.problems.base import asked
from optimiser.problems.containment import ContainmentParams
from optimiser.problems.containment.data import BLOCK
from optimiser.roads import Positions, RoadNetwork, conditions_from, factors_from, nearest_junctions, snap
from optimiser.roads.drivers_file import DRIVERS_FILE, read_drivers
from optimiser.roads.graph import LON_LAT
from optimiser.roads.speeds import DRIVERS

BANDS = (("fast", 1.3), ("as usual", 1.0), ("slow", 0.75))
"""Speeds of a suspect that are looked at: beyond the limits by a third, by the limits, held up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentSetup:
    """The commander's choices about the scene.

    Parameters
    ----------
    seen_at
        Longitude and latitude where the suspect was last seen, or an area id; "" for a blockade alone.
    seen_ago_s
        How long ago.
    suspect_driver
        How it moves.
    keeps_one_ways
        Whether it obeys one-way signs.
    horizon_s
        From when on it counts as gone.
    units, exits
        Tables (:mod:`optimiser.data.field_tables`) in the project folder or anywhere. Without units one stands at
        each station.
    driver
        Driver class of units that state none.
    setup_s
        From arrival until a post is held.
    hour, traffic, incidents
        Hour of the week and tables as for ``optimiser reach``.
    """

    seen_at: str = asked("", "", "Where the suspect was last seen: LON,LAT or an area id")
    seen_ago_s: float = asked(180.0, "s", "How long ago", minimum=0)
    suspect_driver: str = asked("basic", "", "How the suspect moves: basic, foot ...")
    keeps_one_ways: bool = asked(False, "", "The suspect obeys one-way signs", group="advanced")
    horizon_s: float = asked(900.0, "s", "Drive beyond which the suspect is gone", minimum=60)
    units: str = asked("", "", "Table of units: unit_id,lon,lat,driver,free_in_min")
    exits: str = asked("", "", "Table of exits: exit_id,lon,lat")
    driver: str = asked("standard", "", "Driver class of units that state none")
    setup_s: float = asked(30.0, "s", "Time to set up a post", minimum=0)
    hour: str = asked("", "", "Hour of the week, as Mon 08:00; free flow if empty")
    traffic: str = asked("", "", "Table of traffic by hour", group="advanced")
    incidents: str = asked("", "", "Table of closed and slow roads", group="advanced")


def containment_scene(
    project: Project, params: ContainmentParams | None = None, setup: ContainmentSetup | None = None
) -> ContainmentScene:
    """Return the question and where everything is.

    Raises
    ------
    InputError
        If the project has no roads, a table is faulty, or something lies off the map.
    """
    params, setup = params or ContainmentParams(), setup or ContainmentSetup()
    roads = network(project)
    if roads is None:
        raise InputError(
            "Containment needs roads: the project has none. Add them with: optimiser init ... --roads FILE."
        )
    if params.aim == BLOCK and not setup.exits:
        raise UsageError("A blockade needs exits: name a table with --set exits=exits.csv.")
    if params.aim != BLOCK and not setup.seen_at:
        raise UsageError("Containment needs the suspect's last place: --set seen_at=LON,LAT or an area id.")
    exits, exit_ids = _exits(project, roads, setup)
    return scene(
        roads,
        _units(project, roads, setup),
        _suspect(project, roads, setup) if params.aim != BLOCK else None,
        params,
        exits=exits,
        exit_ids=exit_ids,
        setup_s=setup.setup_s,
        hour_of_week=hour_from(setup.hour) if setup.hour else None,
        factors=factors_from(_file(project, setup.traffic)) if setup.traffic else None,
        drivers=read_drivers(project.folder / DRIVERS_FILE),
        conditions=conditions_from(roads, _file(project, setup.incidents)) if setup.incidents else None,
    )


def _file(project: Project, name: str) -> Path:
    path = Path(name)
    return path if path.is_absolute() or path.exists() else project.folder / path


def _spots(project: Project) -> dict[str, tuple[float, float]]:
    """Places that have a name: areas and stations, in the project's metres."""
    ids = [str(a) for a in project.areas["area_id"]]
    found = {a: (float(x), float(y)) for a, (x, y) in zip(ids, area_points(project).tolist(), strict=True)}
    for s, p in zip(project.stations["station_id"], project.stations.geometry, strict=True):
        found[str(s)] = (float(p.x), float(p.y))
    return found


def _on_street(
    roads: RoadNetwork, rows: list[FieldRow], spots: dict[str, tuple[float, float]], driver: str
) -> list[Positions]:
    found = []
    for row in rows:
        if row.lon_lat is None:
            at = snap(roads, np.array([spots[row.place]]), driver=driver)
        else:
            at = snap(roads, np.array([row.lon_lat]), driver=driver, crs=LON_LAT)
        found.append(at)
    if found:
        refuse_far(np.concatenate([p.access_m for p in found]), driver)
    return found


def _units(project: Project, roads: RoadNetwork, setup: ContainmentSetup) -> list[Unit]:
    spots = _spots(project)
    if setup.units:
        known = dict(other_names(project.areas)) | {s: s for s in spots}
        rows = list(read_field(_file(project, setup.units), "unit_id", known))
    else:
        rows = [FieldRow(str(s), None, str(s)) for s in project.stations["station_id"]]
    wrong = sorted({r.driver for r in rows if r.driver and r.driver not in DRIVERS})
    if wrong or setup.driver not in DRIVERS:
        raise InputError(
            f"There is no driver class {', '.join(wrong) or setup.driver}; known: {', '.join(DRIVERS)}."
        )
    made = []
    for row in rows:
        driver = row.driver or setup.driver
        (at,) = _on_street(roads, [row], spots, driver)
        made.append(Unit(row.row_id, at, driver, row.free_in_s))
    return made


def _suspect(project: Project, roads: RoadNetwork, setup: ContainmentSetup) -> Suspect:
    spots, text = _spots(project), setup.seen_at.strip()
    parts = text.split(",")
    if text in spots:
        row = FieldRow("the suspect", None, text)
    else:
        try:
            lon, lat = (float(p) for p in parts)
        except ValueError as error:
            raise InputError(
                f"seen_at is {setup.seen_at!r}: neither longitude and latitude in degrees nor an area or a station."
            ) from error
        row = FieldRow("the suspect", (lon, lat))
    (at,) = _on_street(roads, [row], spots, setup.suspect_driver)
    return Suspect(at, setup.suspect_driver, BANDS, setup.seen_ago_s, setup.horizon_s, setup.keeps_one_ways)


def _exits(
    project: Project, roads: RoadNetwork, setup: ContainmentSetup
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if not setup.exits:
        return np.zeros(0, dtype=np.int64), ()
    rows = read_field(_file(project, setup.exits), "exit_id", {s: s for s in _spots(project)})
    spots = _spots(project)
    points = np.array([spots[r.place] if r.lon_lat is None else _metres(roads, r.lon_lat) for r in rows])
    junction = nearest_junctions(roads, points).astype(np.int64)
    twice = [r.row_id for k, r in enumerate(rows) if junction[k] in junction[:k]]
    if twice:
        raise InputError(f"{', '.join(twice)} lies at the same junction as an exit before it: name it once.")
    return junction, tuple(r.row_id for r in rows)


def _metres(roads: RoadNetwork, lon_lat: tuple[float, float]) -> tuple[float, float]:
    from optimiser.roads.snap import checked_points

    x, y = checked_points(np.array([lon_lat]), LON_LAT, roads)[0].tolist()
    return x, y
