"""Everything a run leaves for people: maps, charts, workbook, plan tables and a summary.

A picture or table that cannot be made never fails the run: it is logged, and the summary lists it with why.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from optimiser.data import canonical
from optimiser.errors import InputError, OptimiserError
from optimiser.report import plans
from optimiser.report.places import Places, places_of
from optimiser.report.sheet import dated, save, write_bytes
from optimiser.report.words import as_markdown, findings
from optimiser.solve.progress import Progress
from optimiser.solve.result import Result

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.report.ground import RoadLines

log = logging.getLogger(__name__)

SUMMARY_FILE = "summary.md"
WORKBOOK_FILE = "workbook.xlsx"
SEARCH_FILE = "search.png"
_MOST_ROADS = 80_000
_FEWEST_POINTS = 3
_TITLES = {
    "sectors": "Districts",
    "shifts": "Shifts",
    "assignment": "Who goes where",
    "fold": "Fold table",
    "standby": "Standby posts",
    "facilities": "Facilities",
    "containment": "Containment",
    "patrol": "Patrol",
    "strength": "Officers by district",
    "patterns": "Rotating pattern",
    "rosters": "Roster of teams",
    "shift_design": "Shift design",
}
_SENSITIVE = "Cover, minimums and patrol times are operationally sensitive: keep this file inside the agency."

Maker = Callable[[], Sequence[Path]]


def write(
    run_folder: Path,
    project: Project | None,
    family: str,
    problem: Any,
    result: Result[Any],
    progress: Sequence[Progress] = (),
    *,
    scene: Any = None,
    title: str = "",
) -> list[Path]:
    """Write all artefacts of a run into its folder and return those that were made.

    Parameters
    ----------
    run_folder
        Folder that exists; files of the same name are replaced, each whole.
    project
        Gives areas, stations, roads, name and assumptions; without it there is no map.
    family, problem, result, progress
        The question, its answer and how the search went.
    scene
        Of standby posts: where they are (``optimiser.prepare.standby.Posts``).
        Of an assignment: a prepared snapshot (``optimiser.prepare.dispatch_scene.Snapshot``) or
        :class:`~optimiser.report.places.Places`; without it there is no map.
    title
        Heading; that of the run's request if empty.
    """
    title = title or _title(run_folder) or _TITLES.get(family, family)
    place = project.settings.name if project is not None else ""
    makers: dict[str, Maker] = {}
    if result.plan is not None:
        makers[plans.PLAN_FILE] = lambda: plans.write_plan(run_folder, family, problem, result.plan)
        makers |= _pictures(run_folder, project, family, problem, result, scene, title=title, place=place)
    if _worth_drawing(progress):
        makers[SEARCH_FILE] = lambda: _search(run_folder, result, progress, place)
    makers[WORKBOOK_FILE] = lambda: _workbook(run_folder, project, family, problem, result, title)
    made: list[Path] = []
    missing: dict[str, str] = {}
    for name, make in makers.items():
        try:
            made += make()
        except OptimiserError as error:
            log.warning("%s was not made: %s", name, error)
            missing[name] = str(error)
        except Exception as error:
            log.warning("%s was not made", name, exc_info=True)
            missing[name] = f"{type(error).__name__}: {error}"
    made.append(_summary(run_folder, family, problem, result, title, made, missing))
    return made


def _title(run_folder: Path) -> str:
    try:
        return str(json.loads((run_folder / "request.json").read_text(encoding="utf-8"))["title"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _pictures(
    folder: Path,
    project: Project | None,
    family: str,
    problem: Any,
    result: Result[Any],
    scene: Any,
    *,
    title: str,
    place: str,
) -> dict[str, Maker]:
    if family == "sectors":
        return {
            "map.png": lambda: _sectors_maps(folder, project, problem, result, title, place),
            "workload.png": lambda: _charts(folder, problem, result, place, "workload_chart"),
        }
    if family == "shifts":
        names = {
            "officers.png": "officers_chart",
            "time_split_by_hour.png": "split_by_hour_chart",
            "time_split_by_shift.png": "split_by_shift_chart",
        }
        return {
            file: lambda file=file, chart=chart: _charts(folder, problem, result, place, chart, file)  # type: ignore[misc]
            for file, chart in names.items()
        }
    if family == "assignment":
        return {
            "map.png": lambda: _assignment_maps(folder, project, problem, result, scene, title, place),
            "responses.png": lambda: _charts(
                folder, problem, result, place, "response_chart", "responses.png"
            ),
        }
    if family == "standby":
        return {"map.png": lambda: _standby_maps(folder, project, problem, result, scene, title, place)}
    if family == "strength":
        file = "officers.png"
        return {file: lambda: _charts(folder, problem, result, place, "strength_chart", file)}
    if family == "containment":
        return {"map.png": lambda: _containment_maps(folder, project, problem, result, scene, title, place)}
    if family == "fold":
        return {"fold.pdf": lambda: _fold_page(folder, problem, result, title, place)}
    return {}


def _fold_page(folder: Path, problem: Any, result: Result[Any], title: str, place: str) -> list[Path]:
    from optimiser.report.fold_page import Fold, fold_page, smallest_sheet

    folds = [Fold(problem.params.part_name, problem, result)]
    figure = fold_page(folds, title=title, place=place, size=smallest_sheet(folds))
    return _both(figure, folder / "fold.png")


def _charts(
    folder: Path, problem: Any, result: Result[Any], place: str, chart: str, file: str = "workload.png"
) -> list[Path]:
    from optimiser.report import charts

    figure = getattr(charts, chart)(problem, result, style=charts.ChartStyle(place=place))
    return _both(figure, folder / file)


def _both(figure: Any, path: Path) -> list[Path]:
    return [save(figure, path), save(figure, path.with_suffix(".pdf"))]


def _worth_drawing(progress: Sequence[Progress]) -> bool:
    """Whether the search moved: fewer than three different points are two flat lines."""
    points = {(p.incumbent, p.bound) for p in progress} - {(None, None)}
    return len(points) >= _FEWEST_POINTS


def _search(folder: Path, result: Result[Any], progress: Sequence[Progress], place: str) -> list[Path]:
    from optimiser.report.charts import ChartStyle, progress_chart

    style = ChartStyle(place=place, date=dated(result))
    return [save(progress_chart(progress, result, style=style), folder / SEARCH_FILE)]


def _sectors_maps(
    folder: Path, project: Project | None, problem: Any, result: Result[Any], title: str, place: str
) -> list[Path]:
    from optimiser.report.maps import MapStyle, sectors_map

    if project is None:
        raise InputError("There is no project, and so no areas to draw.")
    layers: dict[str, Any] = {
        "stations": project.stations if len(project.stations) else None,
        "hard_lines": _hard_lines(project),
        "roads": _roads(project),
    }
    layers["links"] = _links_across(project, layers["hard_lines"])
    style = MapStyle(title=title, place=place)
    figure = sectors_map(project.areas, problem, result, style=style, **layers)
    made = _both(figure, folder / "map.png")
    grey = MapStyle(title=title, place=place, colour=False)
    figure = sectors_map(project.areas, problem, result, style=grey, **layers)
    return [*made, save(figure, folder / "map_black_and_white.pdf")]


def _assignment_maps(
    folder: Path,
    project: Project | None,
    problem: Any,
    result: Result[Any],
    scene: Any,
    title: str,
    place: str,
) -> list[Path]:
    from optimiser.report.maps import MapStyle, assignment_map

    if scene is None:
        raise InputError("It is not known where units and incidents are.")
    places = scene if isinstance(scene, Places) else places_of(scene, project, problem, result.plan)
    areas = None if project is None else project.areas
    roads = None if project is None else _roads(project)
    style = MapStyle(title=title, place=place)
    return _both(assignment_map(areas, problem, result, places, style=style, roads=roads), folder / "map.png")


def _standby_maps(
    folder: Path,
    project: Project | None,
    problem: Any,
    result: Result[Any],
    scene: Any,
    title: str,
    place: str,
) -> list[Path]:
    from optimiser.report.map_standby import standby_map
    from optimiser.report.sheet import MapStyle

    if project is None or scene is None:
        raise InputError("There is no project, and so no map to draw posts on.")
    places = dict(zip(scene.ids, scene.xy_m.tolist(), strict=True))
    style = MapStyle(title=title, place=place)
    figure = standby_map(project.areas, problem, result, places, style=style, roads=_roads(project))
    return _both(figure, folder / "map.png")


def _containment_maps(
    folder: Path,
    project: Project | None,
    problem: Any,
    result: Result[Any],
    scene: Any,
    title: str,
    place: str,
) -> list[Path]:
    from optimiser.report.map_containment import containment_map
    from optimiser.report.sheet import MapStyle

    if project is None or scene is None:
        raise InputError("It is not known where units and posts are, and so there is no map.")
    style = MapStyle(title=title, place=place)
    figure = containment_map(project.areas, problem, result, scene, style=style, roads=_roads(project))
    return _both(figure, folder / "map.png")


def _roads(project: Project) -> RoadLines | None:
    """Return the project's roads to draw underneath; none rather than no map."""
    from optimiser.prepare.travel import network
    from optimiser.report.ground import RoadLines, lines_of_network

    try:
        roads = network(project)
    except (OptimiserError, OSError) as error:
        log.warning("the map is drawn without roads: %s", error)
        return None
    if roads is None:
        return None
    lines = lines_of_network(roads)
    return lines if roads.n_edges <= _MOST_ROADS else RoadLines(lines.main, ())


def _hard_lines(project: Project) -> Any:
    """Return the project's hard boundaries as lines; None where there are none."""
    from optimiser.data.layers import layers, read_layer

    path = project.folder / canonical.AREAS_FILE
    found = []
    for name in (canonical.HARD_LINES_LAYER, canonical.HARD_POLYGONS_LAYER):
        if path.exists() and name in layers(path):
            layer = read_layer(path, name).to_crs(project.areas.crs).geometry
            found.append((layer if name == canonical.HARD_LINES_LAYER else layer.boundary).to_numpy())
    return np.concatenate(found) if found else None


def _links_across(project: Project, hard_lines: Any) -> Any:
    """Return the links added by hand that cross a hard boundary, as straight lines; None where there are none."""
    graph = project.graph
    if hard_lines is None or graph is None:
        return None
    by_hand = graph.edges[graph.shared_m == 0]
    shape_of = dict(zip(project.areas["area_id"].astype(str), project.areas.geometry, strict=True))
    ends = [[shapely.point_on_surface(shape_of[graph.ids[k]]) for k in link] for link in by_hand.tolist()]
    lines = np.array([shapely.LineString(pair) for pair in ends], dtype=object)
    across = lines[shapely.intersects(lines, shapely.union_all(hard_lines))]
    return across if across.size else None


def _workbook(
    folder: Path, project: Project | None, family: str, problem: Any, result: Result[Any], title: str
) -> list[Path]:
    from optimiser.report.tables import sheets
    from optimiser.report.workbook import write_workbook

    notes: dict[str, str] = {"Title": title}
    for k, sentence in enumerate(findings(family, problem, result), start=1):
        notes[f"Found {k}"] = sentence
    for k, said in enumerate(_assumed(project), start=1):
        notes[f"Assumption {k}"] = said
    notes |= _origin(result)
    if family != "sectors":
        notes["Keep inside"] = _SENSITIVE
    path = folder / WORKBOOK_FILE
    return [write_workbook(path, sheets(family, problem, result), notes)]


def _assumed(project: Project | None) -> tuple[str, ...]:
    """Return what was assumed of the project, its roads included; a road file that is gone does not stop the tables."""
    from optimiser.prepare.travel import road_assumptions

    if project is None:
        return ()
    try:
        return (*project.assumptions, *road_assumptions(project))
    except (OptimiserError, OSError) as error:
        return (*project.assumptions, f"The roads cannot be read any more: {error}")


def _origin(result: Result[Any]) -> dict[str, str]:
    """Say what made the result, so that it can be made again."""
    known: Mapping[str, Any] = result.provenance
    said = {"Method": result.formulation, "Made (UTC)": str(known.get("when_utc", ""))}
    said["Versions"] = ", ".join(f"{k} {v}" for k, v in dict(known.get("versions", {})).items())
    said["Question (SHA-256)"] = str(known.get("problem_sha256", ""))
    return {k: v for k, v in said.items() if v}


def _summary(
    folder: Path,
    family: str,
    problem: Any,
    result: Result[Any],
    title: str,
    made: Sequence[Path],
    missing: Mapping[str, str],
) -> Path:
    text = as_markdown(title, findings(family, problem, result))
    if made:
        text += "\n## Files\n\n" + "".join(f"- [{p.name}]({p.name})\n" for p in made)
    if missing:
        text += "\n" + as_markdown("Not made", [f"{name}: {why}" for name, why in missing.items()]).replace(
            "# ", "## ", 1
        )
    path = folder / SUMMARY_FILE
    write_bytes(path, text.encode("utf-8"))
    return path
