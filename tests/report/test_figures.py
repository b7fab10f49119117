"""Maps and charts are drawn for small plans of every family, in colour and without, on every sheet."""

import itertools
import sys
from dataclasses import replace

import numpy as np
import pytest
import shapely

from optimiser.errors import InputError, OptimiserError
from optimiser.problems.assignment import AssignmentPlan
from optimiser.report import charts, maps
from optimiser.report.chart import ChartStyle
from optimiser.report.ground import dissolved, inner_circles, touching
from optimiser.report.labels import Labels
from optimiser.report.map_assignment import cover_by_zone
from optimiser.report.map_values import breaks
from optimiser.report.maps import MapStyle
from optimiser.report.sheet import SIZES_IN, new_sheet, plain
from optimiser.solve.progress import Progress
from tests.oracles import report_cases as cases

PNG, PDF = b"\x89PNG", b"%PDF"


def texts(figure):
    """Every text on a figure, also that of axes and legends."""
    import matplotlib.text

    return [t.get_text() for t in figure.findobj(matplotlib.text.Text) if t.get_text() and t.get_visible()]


def written(figure, tmp_path):
    """Write both kinds; return their first bytes."""
    return [maps.save(figure, tmp_path / f"a.{kind}").read_bytes()[:4] for kind in ("png", "pdf")]


def hues(figure):
    """Number of pixels that are not grey."""
    figure.canvas.draw()
    rgb = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    return int(((rgb.max(axis=2) - rgb.min(axis=2)) > 40).sum())


def test_sectors_map_names_districts_shares_and_proof(tmp_path):
    """Title, district names, the share of each, the proof line and a scale bar in miles are on the sheet."""
    problem, result = cases.sectors()
    style = MapStyle(title="New districts", place="Town & $x$", date="3 March 2026")
    figure = maps.sectors_map(cases.squares(), problem, result, style=style)
    found = texts(figure)
    assert {"New districts", "1", "2", "3 March 2026", "N"} <= set(found)
    assert found.count("50.0\u00a0%") == 2
    assert "At most 0.4\u00a0% better can exist for these inputs and these rules." in found
    assert any(t.endswith(" mi") for t in found)
    assert written(figure, tmp_path) == [PNG, PDF]


def test_black_and_white_map_has_no_colour():
    """Districts in grey and hatch: not one coloured pixel inside the map, where the coloured map has thousands."""
    problem, result = cases.sectors()
    layers = {"hard_lines": np.array([shapely.LineString([(0, 500), (4000, 500)])])}
    in_colour = maps.sectors_map(cases.squares(), problem, result, style=MapStyle(size="screen"), **layers)
    grey = maps.sectors_map(
        cases.squares(), problem, result, style=MapStyle(size="screen", colour=False), **layers
    )
    assert hues(in_colour) > 5000
    assert hues(grey) == 0


def test_sectors_map_with_all_layers_and_areas_of_no_district():
    """Stations, hard boundary, roads and an area outside the plan are drawn and in the key."""
    import geopandas as gpd

    problem, result = cases.sectors()
    areas = cases.squares()
    areas.loc[4] = ["X", shapely.box(0, 1000, 1000, 2000)]
    stations = gpd.GeoDataFrame(
        {"station_id": ["s"], "name": ["Main Street"]}, geometry=[shapely.Point(600, 400)], crs=areas.crs
    )
    line = shapely.LineString([(0, 1000), (4000, 1000)])
    roads = maps.RoadLines((shapely.get_coordinates(line),), ())
    figure = maps.sectors_map(
        areas, problem, result, stations=stations, hard_lines=np.array([line]), roads=roads
    )
    barrier = "Hard boundary (crossed only at its links)"
    assert {"Main Street", "Station", barrier, "Roads", "Area of no district"} <= set(texts(figure))
    assert "Link across a hard boundary" not in texts(figure)
    links = np.array([shapely.LineString([(500, 500), (500, 1500)])])
    figure = maps.sectors_map(areas, problem, result, hard_lines=np.array([line]), links=links)
    assert "Link across a hard boundary" in texts(figure)


@pytest.mark.parametrize("size", list(SIZES_IN))
def test_sheets_have_their_size(size):
    """Paper sizes as named, upright ones turned; text grows with the sheet."""
    sheet, upright = new_sheet(size), new_sheet(size, portrait=True)
    assert tuple(sheet.figure.get_size_inches()) == SIZES_IN[size]
    assert tuple(upright.figure.get_size_inches()) == SIZES_IN[size][::-1]
    assert sheet.scale == pytest.approx((SIZES_IN[size][1] / 8) ** 0.75)


def test_an_upright_sheet_puts_its_panel_below():
    """The map box is as wide as the sheet; the proof is still there."""
    figure = maps.sectors_map(cases.squares(), *cases.sectors(), style=MapStyle(portrait=True))
    box = figure.axes[0].get_position()
    assert box.width > 0.8
    assert box.y0 > 0.35


@pytest.mark.parametrize("size", list(SIZES_IN))
@pytest.mark.parametrize("portrait", [False, True])
def test_headings_of_the_districts_table_stand_apart(size, portrait):
    """No two neighbouring column headings touch: at least the width of a letter lies between them."""
    figure = maps.sectors_map(cases.squares(), *cases.sectors(), style=MapStyle(size=size, portrait=portrait))
    figure.canvas.draw()
    boxes = {t.get_text(): t.get_window_extent() for t in figure.texts}
    row = [boxes[text] for text in ("District", "share", "to target", "mean drive, min")]
    letter = row[0].width / len("District")
    assert all(right.x0 - left.x1 >= letter for left, right in itertools.pairwise(row))


def test_sectors_map_refuses_what_it_cannot_draw():
    """A map of other areas, and an unknown sheet."""
    problem, result = cases.sectors()
    areas = cases.squares()
    areas["area_id"] = list("WXYZ")
    with pytest.raises(InputError, match="No area of the plan is on this map"):
        maps.sectors_map(areas, problem, result)
    with pytest.raises(InputError, match="no sheet size 'B5'"):
        maps.sectors_map(cases.squares(), problem, result, style=MapStyle(size="B5"))


def test_assignment_map_shows_units_minutes_late_and_cover(tmp_path):
    """u1 takes 1000 s (17 min) and is late; z1 loses its cover, z2 never had it; u2's way is not known."""
    problem, result = cases.assignment()
    assert cover_by_zone(problem, result.measures) == {"z1": "lost", "z2": "short"}
    figure = maps.assignment_map(cases.squares(), problem, result, cases.places())
    found = texts(figure)
    assert {"i1", "i2", "u1 · 17 min", "u2 · 5 min", "late", "in time", "16.7"} <= set(found)
    assert "Falls below its level by this plan: 1\u00a0zone" in found
    assert "Sent to (not the way driven)" in found
    assert "Operationally sensitive: not for publication" in found
    assert written(figure, tmp_path) == [PNG, PDF]


@pytest.mark.parametrize("colour", [True, False])
def test_every_units_quickest_way_is_drawn_and_those_sent_stand_out(colour):
    """u1 is sent, u2 stays: both ways are on the map, that of u2 thinner and below, each with its key."""
    problem, _ = cases.assignment()
    ways = {u: np.array([xy, [xy[0], 900.0]]) for u, xy in (("u1", [500.0, 500.0]), ("u2", [2500.0, 500.0]))}
    result = cases.judged(problem, AssignmentPlan({"u1": "i1"}), None)
    places = replace(cases.places(), routes_xy_m=ways)
    figure = maps.assignment_map(cases.squares(), problem, result, places, style=MapStyle(colour=colour))
    assert {"Quickest way of a unit sent", "Quickest way of a unit that stays (to the nearest)"} <= set(
        texts(figure)
    )
    drawn = {}
    for lines in figure.axes[0].collections:
        for path in lines.get_segments() if hasattr(lines, "get_segments") else []:
            unit = next((u for u, way in ways.items() if np.array_equal(path, way)), None)
            if unit is not None and lines.get_edgecolor()[0][:3].tolist() != [1.0, 1.0, 1.0]:
                drawn[unit] = (lines.get_linewidth()[0], lines.get_zorder())
    assert set(drawn) == {"u1", "u2"}
    assert drawn["u1"][0] > 1.5 * drawn["u2"][0]
    assert drawn["u1"][1] > drawn["u2"][1]


def test_a_busy_unit_that_is_sent_has_its_own_symbol():
    """u2 is free in 60 s and sent then: hollow, with a key; where all are free there is no such key."""
    problem, result = cases.assignment()
    busy = replace(problem, status=("free", "ends"), ready_s=np.array([0.0, 60.0]))
    plain_map = maps.assignment_map(cases.squares(), problem, result, cases.places())
    busy_map = maps.assignment_map(
        cases.squares(), busy, cases.judged(busy, result.plan, None), cases.places()
    )
    assert "Busy unit, sent when free" not in texts(plain_map)
    assert "Busy unit, sent when free" in texts(busy_map)

    def hollow(figure):
        return [
            tuple(line.get_xydata()[0])
            for line in figure.axes[0].lines
            if line.get_marker() == "^" and line.get_markerfacecolor() == "white"
        ]

    assert hollow(plain_map) == []
    assert hollow(busy_map) == [(2500.0, 500.0)]


def test_a_unit_that_stays_never_hides_one_that_is_sent():
    """u1 goes, u2 stays on the same spot: u1's symbol lies above, though u2 comes later."""
    problem, result = cases.assignment()
    one = cases.judged(problem, type(result.plan)({"u1": "i1"}), None)
    where = replace(cases.places(), unit_xy_m=np.full((2, 2), 500.0))
    figure = maps.assignment_map(cases.squares(), problem, one, where)
    at_unit = [line for line in figure.axes[0].lines if line.get_marker() == "^"]
    large, small = sorted(at_unit, key=lambda line: -line.get_markersize())
    assert large.get_zorder() > small.get_zorder()


def test_assignment_map_without_areas():
    """A snapshot that lies in no project is drawn on its own."""
    problem, result = cases.assignment()
    assert "i1" in texts(
        maps.assignment_map(None, problem, result, cases.places(), style=MapStyle(colour=False))
    )


def test_choropleth_hides_small_counts():
    """Below the threshold the value is not shown and the key says so; a missing value is its own class."""
    values = {"A": 1.0, "B": 20.0, "C": 30.0}
    figure = maps.choropleth(cases.squares(), values, "Calls", unit="calls", counts=values, hide_below=11)
    found = texts(figure)
    assert "fewer than 11, not shown  (1\u00a0area)" in found
    assert "no value  (1\u00a0area)" in found
    assert any(t.startswith("20 to ") for t in found)
    assert not any("1 to" in t for t in found)


def test_class_limits():
    """Equal values never part; classes hold about as many areas each."""
    assert breaks(np.arange(13.0), 6).tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert breaks(np.ones(5), 6).tolist() == [1, 1]
    assert breaks(np.zeros(0), 6).size == 1
    assert breaks(np.array([0.0] * 10 + [5.0]), 6).tolist() == [0, 5]


def test_workload_chart_shows_target_window_and_what_lies_outside(tmp_path):
    """Two districts with half each; a plan of one and three quarters lies outside its window."""
    problem, result = cases.sectors()
    figure = charts.workload_chart(problem, result)
    assert {"share", "target", "window, 5.0\u00a0% either way"} <= set(texts(figure))
    assert "outside its window" not in texts(figure)
    assert written(figure, tmp_path) == [PNG, PDF]
    loose, _ = cases.sectors(balance_frac={})
    lopsided = type(result.plan)({"A": "1", "B": "2", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    measured = cases.judged(loose, lopsided, None)
    found = texts(charts.workload_chart(problem, measured, style=ChartStyle(colour=False)))
    assert {"outside its window", "25.0\u00a0%", "+50.0\u00a0%"} <= set(found)


@pytest.mark.parametrize("colour", [True, False])
def test_shift_charts(tmp_path, colour):
    """Required and on duty, the five classes by hour and by shift; a shift named like a formula or maths is text."""
    problem, result = cases.shifts()
    style = ChartStyle(colour=colour)
    officers = texts(charts.officers_chart(problem, result, style=style))
    assert {"required", "on duty", "above the requirement", "Monday", "Sunday"} <= set(officers)
    by_hour = texts(charts.split_by_hour_chart(problem, result, style=style))
    assert {"calls", "proactive work", "administration", "community engagement", "unaccounted"} <= set(
        by_hour
    )
    figure = charts.split_by_shift_chart(problem, result, style=style)
    assert {"All shifts", "=06:00", "112 h"} <= set(texts(figure))
    assert written(figure, tmp_path) == [PNG, PDF]


def test_stacked_hours_add_up_to_those_on_duty():
    """The top of the stack is the 16 officer-hours of each early shift, 2 in each hour from 6 to 14."""
    problem, result = cases.shifts()
    figure = charts.split_by_hour_chart(problem, result)
    top = max(float(c.get_paths()[0].get_extents().y1) for c in figure.axes[0].collections)
    assert top == pytest.approx(2.0)


def test_shortage_is_shaded():
    """With nobody on duty the chart has a class "short"."""
    short = cases.shifts(officers=0, bound=None, objective="shortage")
    assert "short" in texts(charts.officers_chart(*short))


def test_progress_chart(tmp_path):
    """Best plan and limit as steps; without either there is nothing to draw."""
    _, result = cases.sectors()
    lines = [Progress(0.1, "reading"), Progress(1.0, "x", 180.0, None), Progress(4.0, "x", 120.0, 119.52)]
    figure = charts.progress_chart(lines, result)
    assert {"best plan so far", "no plan can be better than this", "seconds of search"} <= set(texts(figure))
    assert figure.axes[0].lines[0].get_ydata().tolist() == [3.0, 2.0, 2.0]
    assert written(figure, tmp_path) == [PNG, PDF]
    with pytest.raises(InputError, match="neither a plan nor a bound"):
        charts.progress_chart(lines[:1])


def test_response_chart():
    """1000 s is 16.7 minutes and late against 15; 300 s is 5 minutes."""
    found = texts(charts.response_chart(*cases.assignment()))
    assert {"16.7 late   u1", "5.0   u2", "i1  grade 1", "target"} <= set(found)


def test_labels_never_cover_one_another():
    """Forty labels asked at ten places: those written do not overlap, the others are counted."""
    figure = new_sheet("screen").figure
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 100), ylim=(0, 100))
    labels = Labels(axes)
    written = [labels.put((50 + k % 10, 50), f"label {k}", 12, around_pt=3) for k in range(40)]
    boxes = [t.get_window_extent() for t in axes.texts]
    assert len(boxes) == sum(written) == 40 - labels.left_out
    assert 4 < len(boxes) < 40
    for i, a in enumerate(boxes):
        assert not any(a.overlaps(b) for b in boxes[:i])


def test_districts_are_joined_and_their_neighbours_found():
    """Two squares 4 m apart become one district; a gap of 50 m is no border."""
    shapes = np.array(
        [shapely.box(0, 0, 100, 100), shapely.box(104, 0, 200, 100), shapely.box(250, 0, 300, 100)]
    )
    joined = dissolved(shapes, ["a", "a", "b"], ["a", "b", "none"])
    assert shapely.get_num_geometries(joined[0]) == 1
    assert shapely.is_empty(joined[2])
    assert touching(joined).size == 0
    assert touching(shapes).tolist() == [[0, 1]]
    middle, radius = inner_circles(joined)
    assert radius[0] == pytest.approx(50, rel=0.05)
    assert radius[2] == 0
    assert 0 < middle[0][0] < 200


def test_text_with_dollars_is_not_mathematics():
    """A name of $ signs is drawn as it is."""
    assert plain("$a$") == r"\$a\$"


def test_nothing_touches_the_global_state_of_matplotlib():
    """No pyplot is imported by drawing, so that threads of an app do not meet there."""
    maps.sectors_map(cases.squares(), *cases.sectors())
    charts.workload_chart(*cases.sectors())
    ours = [n for n, m in sys.modules.items() if n.startswith("optimiser.report") and hasattr(m, "plt")]
    assert not ours
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("matplotlib.figure", lambda tmp: charts.workload_chart(*cases.sectors())),
        (
            "xlsxwriter",
            lambda tmp: __import__("optimiser.report.workbook", fromlist=["x"]).write_workbook(tmp / "a", {}),
        ),
    ],
)
def test_a_missing_extra_says_how_to_install_it(monkeypatch, tmp_path, module, call):
    """One line, with the command; the base install works without either."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(OptimiserError, match=r"not installed: pip install 'police-optimiser\[report\]'\.$"):
        call(tmp_path)
