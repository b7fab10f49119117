"""From the tiny county to a standby question: posts, calls by part of the day, targets, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimiser import registry
from optimiser.data.project import Project, load
from optimiser.demand.workload import from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from optimiser.prepare.standby import StandbySetup, candidate_posts, standby_problem
from optimiser.prepare.travel import area_points, times_s
from optimiser.problems.standby import FAMILY, StandbyPlan
from optimiser.solve import engine
from optimiser.solve.options import SolveOptions


@pytest.fixture
def project(county: Path) -> Project:
    return load(county)


def test_all_calls_are_there_and_cover_is_by_drive(project: Project) -> None:
    """Weights sum to the week's calls; what a post covers is what lies within the target by road."""
    problem = standby_problem(project, StandbySetup(n_cars=2, target_s=180.0, cover_by="areas"))
    calls = from_project(project).calls.sum(axis=1)
    assert problem.weight.sum() == pytest.approx(calls.sum())
    posts = candidate_posts(project)
    drives = times_s(project, posts.xy_m, area_points(project))
    post = int(np.argmax((drives <= 180.0) @ calls))
    near = np.unique(problem.pattern_of()[problem.posts == post])
    assert problem.weight[near].sum() == pytest.approx(calls[drives[post] <= 180.0].sum())


def test_calls_are_covered_where_they_were(project: Project) -> None:
    """All the week's calls stay; what a post covers is summed again call by call, at junctions, by another way."""
    setup = StandbySetup(n_cars=2, target_s=180.0, candidates="stations")
    problem = standby_problem(project, setup)
    calls = from_project(project).calls.sum(axis=1)
    assert problem.weight.sum() == pytest.approx(calls.sum())
    posts, spots = candidate_posts(project, setup), project.spots
    assert spots is not None
    drives = times_s(project, posts.xy_m, spots[["x_m", "y_m"]].to_numpy())
    weekly = dict(zip(project.areas["area_id"], calls, strict=True))
    located = spots.groupby("area_id")["calls"].sum()
    assert set(located.index) == set(weekly)
    each = spots["calls"] * spots["area_id"].map(weekly) / spots["area_id"].map(located)
    for post in range(len(posts.ids)):
        near = np.unique(problem.pattern_of()[problem.posts == post])
        assert problem.weight[near].sum() == pytest.approx(each[drives[post] <= 180.0].sum())
    by_areas = standby_problem(project, replace(setup, cover_by="areas"))
    assert by_areas.weight.sum() == pytest.approx(problem.weight.sum())
    assert len(problem.weight) > len(by_areas.weight), "junctions tell more posts apart than areas do"


def test_too_many_drives_are_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named with both numbers and what to do; by areas it is asked."""
    monkeypatch.setattr("optimiser.prepare.standby.MOST_DRIVES", 1000)
    with pytest.raises(InputError, match="more than 1,000: take fewer candidates"):
        standby_problem(project)
    assert standby_problem(project, StandbySetup(cover_by="areas")).weight.sum() > 0


def test_parts_of_the_day_share_the_calls(project: Project) -> None:
    """Day and night together are the whole; the drives follow the traffic of each."""
    setup = StandbySetup(n_cars=2, target_s=180.0, parts=("day=07-19", "night=19-07"), candidates="stations")
    problem = standby_problem(project, setup)
    hours = from_project(project).calls.sum(axis=0).reshape(7, 24)
    assert problem.part_ids == ("day", "night")
    assert problem.weight[:, 0].sum() == pytest.approx(hours[:, 7:19].sum())
    assert problem.weight.sum() == pytest.approx(hours.sum())


def test_cars_by_part_hold_the_fewest_too(project: Project) -> None:
    """One car by night and no number by day: the night is held, the day by nothing but the room at the posts."""
    setup = StandbySetup(
        objective="fewest cars",
        parts=("day=07-19", "night=19-07"),
        cars_by_part={"night": 1},
        candidates="stations",
        cars_per_post=2,
    )
    problem = standby_problem(project, setup)
    assert problem.cars().tolist() == [2 * len(project.stations), 1]
    two = StandbyPlan({"night": dict.fromkeys(problem.post_ids[:2], 1)})
    assert "cars" in {v.rule for v in FAMILY.check(problem, two)}
    assert standby_problem(project, replace(setup, cars_by_part={})).params.n_cars == ()


def test_three_cars_make_a_backup_where_asked(project: Project) -> None:
    """The planner's number reaches the question; two where nothing is said."""
    setup = StandbySetup(n_cars=4, target_s=180.0, cover_by="areas", objective="backup", backup_cars=3)
    assert standby_problem(project, setup).params.backup_cars == 3
    assert standby_problem(project, StandbySetup(n_cars=2, cover_by="areas")).params.backup_cars == 2


def test_junctions_are_spread_and_the_same_every_time(project: Project) -> None:
    """At most as many as asked for, besides the stations; none twice."""
    setup = StandbySetup(candidates="junctions", most_candidates=7)
    first, again = candidate_posts(project, setup), candidate_posts(project, setup)
    assert len(first.ids) == len(project.stations) + 7
    assert len(np.unique(first.xy_m, axis=0)) == len(first.ids)
    assert first.ids == again.ids


def test_drive_needs_every_post(project: Project) -> None:
    """For the mean drive every post is listed for every area with calls, whatever the target."""
    problem = standby_problem(project, StandbySetup(objective="drive", n_cars=1, target_s=60.0))
    assert (np.diff(problem.starts) == len(problem.post_ids)).all()
    assert problem.drive_s.max() < problem.params.far_s


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"further_min": [5]}, "as many further_shares_pct"),
        ({"target_min": 5, "further_min": [3], "further_shares_pct": [50]}, "must rise"),
        ({"objective": "drive", "move_price_calls": 3}, "goes with covered calls"),
        ({"priorities": [99]}, "No call has priority"),
        ({"cars_by_part": {"noon": 2}}, "no part of the day asked for"),
    ],
)
def test_what_does_not_fit_is_named(project: Project, table: dict[str, object], said: str) -> None:
    """Choices that contradict each other or the project are refused in words."""
    with pytest.raises(UsageError, match=said):
        ask(project, "standby", table)


def test_choices_reach_the_question(project: Project) -> None:
    """Posts of today, those kept, moves and their price, further drives and busy cars, as the planner gave them."""
    stations = [str(s) for s in project.stations["station_id"]]
    table = {
        "n_cars": 3, "target_min": 3, "today": stations[:3], "kept": stations[:1], "most_moved": 2,
        "cover_by": "areas",
    }  # fmt: skip
    params = ask(project, "standby", table | {"move_price_calls": 4}).problem.params
    assert params.today == tuple(stations[:3])
    assert params.kept == tuple(stations[:1])
    assert params.most_moved == 2
    assert params.objectives[0] == "weighted"
    assert params.weights == {"cover": 1.0, "moves": 4.0}
    gradual = {"objective": "gradual", "further_min": [5, 8], "further_shares_pct": [60, 20]}
    problem = ask(project, "standby", table | gradual).problem
    assert problem.params.objectives[0] == "gradual"
    assert problem.params.band_shares == pytest.approx((1.0, 0.6, 0.2))
    expected = ask(project, "standby", table | {"objective": "expected", "busy_pct": 45}).problem.params
    assert (expected.objectives[0], expected.busy_frac) == ("expected", pytest.approx(0.45))


@pytest.mark.parametrize("aim", ["posts", "cars"])
def test_fewest_for_a_share(project: Project, aim: str) -> None:
    """As few as cover the share asked for: with one fewer the best plan falls short of it."""
    table = {"objective": f"fewest {aim}", "share_pct": 70, "target_min": 3, "cover_by": "areas"}
    problem = ask(project, "standby", table).problem
    assert problem.params.least_cover_frac == pytest.approx(0.7)
    assert problem.params.objectives == (aim, "cover")
    solved = engine.solve(problem, registry.load("standby.benders"), SolveOptions(time_limit_s=10))
    assert solved.plan is not None
    n = round(solved.objectives[0].value)
    total = float(problem.weight.sum())
    most = {}
    for cars in (n - 1, n):
        again = ask(project, "standby", table | {"objective": "cover", "n_cars": cars}).problem
        most[cars] = engine.solve(again, registry.load("standby.benders"), SolveOptions(time_limit_s=10))
    assert most[n].objectives[0].value >= 0.7 * total - 1e-6
    assert most[n - 1].objectives[0].bound < 0.7 * total


def test_posts_of_a_table(project: Project) -> None:
    """Cars may stand wherever a table of sites says; those it calls existing are today's, beside the stations."""
    area = str(project.areas["area_id"].iloc[7])
    at = project.areas.geometry.iloc[3:4].representative_point().to_crs(4326).iloc[0]
    rows = ["site_id,area_id,lon,lat,existing", f"Layby,{area},,,yes", f"Car park,,{at.x},{at.y},"]
    (project.folder / "posts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    table = {"candidates": "sites", "sites": "posts.csv", "n_cars": 2, "target_min": 3, "cover_by": "areas"}
    problem = ask(project, "standby", table).problem
    stations = {str(s) for s in project.stations["station_id"]}
    assert set(problem.post_ids) == {*stations, "Layby", "Car park"}
    assert set(problem.params.today) == {*stations, "Layby"}
    posts = candidate_posts(project, StandbySetup(candidates="sites", sites="posts.csv"))
    where = dict(zip(posts.ids, posts.xy_m, strict=True))
    assert where["Layby"] == pytest.approx(area_points(project)[7])
    home = project.areas.geometry.iloc[3].representative_point()
    assert where["Car park"] == pytest.approx([home.x, home.y], abs=0.5)
    with pytest.raises(InputError, match=r"there is no such table\. Posts of your own need it: site_id"):
        ask(project, "standby", {**table, "sites": "none.csv"})


def test_posts_that_open_later_are_left_out(project: Project) -> None:
    """A site that opens in 2035 is no post today, and one in the year asked about."""
    area = str(project.areas["area_id"].iloc[7])
    rows = ["site_id,area_id,opens", f"Layby,{area},", f"New quarter,{area},2035"]
    (project.folder / "posts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (project.folder / "growth.csv").write_text(f"area_id,year,factor\n{area},2035,2\n", encoding="utf-8")
    table = {"candidates": "sites", "sites": "posts.csv", "n_cars": 2, "target_min": 3, "cover_by": "areas"}
    assert "New quarter" not in ask(project, "standby", table).problem.post_ids
    assert "New quarter" in ask(project, "standby", table | {"year": 2035}).problem.post_ids
