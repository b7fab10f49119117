"""A project becomes a sector question: centres, targets, work and choices, each as the planner said."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import SectorsSetup, districts_in_use, plan_of, sectors_problem
from optimiser.prepare.travel import CACHE_FOLDER, network
from optimiser.problems.sectors import FAMILY


@pytest.fixture
def project(county):
    return load(county)


def test_stations_are_given_centres(project):
    """Six stations make six districts, named as today's, each served from its station."""
    problem = sectors_problem(project)
    assert problem.params.district_ids == tuple(f"D{k}" for k in range(1, 7))
    assert problem.params.fixed_centres == problem.centre_ids
    assert problem.params.objectives == ("cover", "travel")
    assert problem.travel_s.shape == (6, len(project.areas))


def test_covered_calls_are_those_within_target(project):
    """A centre covers an area's most urgent calls where its drive is within the target, and none elsewhere."""
    problem = sectors_problem(project, SectorsSetup(target_s=300.0, cover_by="areas"))
    near = problem.travel_s <= 300.0 + 1e-6
    assert near.any()
    assert not near.all()
    assert (problem.covered_calls[near] == np.broadcast_to(problem.cover_calls, near.shape)[near]).all()
    assert (problem.covered_calls[~near] == 0).all()
    assert 0 < problem.cover_calls.sum() < problem.calls.sum()


def test_free_centres_lie_in_every_area(project):
    """Free centres: every area may hold one, and none is given."""
    problem = sectors_problem(project, SectorsSetup(centres="free", n_districts=4, objective="travel"))
    assert len(problem.centre_ids) == len(problem.area_ids)
    assert problem.params.fixed_centres == ()
    assert np.isfinite(problem.travel_s).all()


def test_without_stations_centres_may_lie_anywhere(project):
    """As the assumptions say: a folder without stations is a question by default, with a centre in any area."""
    bare = replace(project, stations=project.stations.iloc[:0])
    problem = sectors_problem(bare, SectorsSetup(n_districts=4))
    assert problem.centre_ids == problem.area_ids
    assert problem.params.fixed_centres == ()
    assert problem.params.district_ids == ("D1", "D2", "D3", "D4")


def test_today_is_a_plan(project):
    """Districts in use become a plan: contiguous, with stations as centres, unbalanced as the generator made them."""
    problem = sectors_problem(project)
    broken = {v.rule for v in FAMILY.check(problem, plan_of(problem, districts_in_use(project)))}
    assert broken == {"balance"}


def test_roads_are_read_once(project, county):
    """The second question takes the network from the project's cache; a damaged cache is made again."""
    first = network(project)
    (cached,) = (county / CACHE_FOLDER).glob("roads-*.npz")
    assert network(project).digest == first.digest
    cached.write_bytes(b"half a file")
    assert network(project).digest == first.digest


def test_straight_lines_without_roads(project, county):
    """A project without roads is planned along straight lines with a detour, and says so."""
    text = (county / "project.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("roads")]
    (county / "project.toml").write_text("\n".join(lines) + "\n")
    bare = load(county)
    assert bare.roads_file is None
    assert any("straight line" in a for a in bare.assumptions)
    assert np.isfinite(sectors_problem(bare).travel_s).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"n_districts": 9}, "only 6 stations"),
        ({"centres": "anywhere"}, "centres = 'anywhere'"),
        ({"cover_priorities": [7]}, r"priorities \[1, 2, 3"),
        ({"target_shares_pct": [50, 40, 5, 3, 1, 2]}, "sum to 100"),
        ({"target_share_of_pct": {"D9": 20}}, "names D9; the districts of this plan are D1, D2"),
        ({"target_share_of_pct": {"D1": 60, "D2": 50}}, "110 % together"),
        ({"target_share_of_pct": {"D1": 30}, "target_shares_pct": [50, 10, 10, 10, 10, 10]}, "not both"),
        ({"locks": [["nowhere", "D1"]]}, "nowhere"),
        ({"together": [["1A01", "nowhere"]]}, "together names nowhere"),
        ({"within": "D9"}, r"within must name one in use: D1.*within_plan = its name"),
        ({"within": "D1", "within_plan": "new"}, "There is no plan 'new' to look inside; known: current"),
        ({"within": "D9", "within_plan": "current"}, "in the plan current: within must name one of it: "),
        ({"within_plan": "current"}, "say which one, within = "),
        ({"least_cover_pct": 101}, "at most 100"),
        ({"limits": {"moved": 0.1}}, "change_limit_frac"),
    ],
)
def test_choices_that_do_not_fit(project, table, message):
    """Each is named in the planner's words, before any solve."""
    with pytest.raises(InputError, match=message):
        ask(project, "sectors", table)


def test_shares_by_name(project):
    """A district named gets its share wherever it stands, the others share the rest evenly."""
    params = ask(project, "sectors", {"target_share_of_pct": {"D5": 40, "D2": 10}}).problem.params
    by_name = dict(zip(params.district_ids, params.shares().tolist(), strict=True))
    assert by_name == pytest.approx({"D5": 0.4, "D2": 0.1, **dict.fromkeys(("D1", "D3", "D4", "D6"), 0.125)})


def test_splits_need_places(project):
    """Without named places there is nothing to count: the planner is told which file is missing."""
    with pytest.raises(InputError, match="Splits need places"):
        ask(replace(project, places={}), "sectors", {"most_pieces": 0})


def test_hard_polygons_keep_areas_together(project):
    """Areas in one hard polygon are one group of the question; a group of the planner's that meets it joins it."""
    a, b, c, d = project.graph.ids[:4]
    held = replace(project, graph=replace(project.graph, groups=((a, b),)))
    problem = sectors_problem(held, SectorsSetup(together=((b, c), (d,))))
    assert problem.params.together == (tuple(sorted((a, b, c))),)


def test_parts_of_the_day_are_kinds_of_work(project):
    """Day, evening and night sum to the whole, each with its own tolerance."""
    problem = sectors_problem(project, SectorsSetup(part_tolerance_frac=0.15))
    parts = [q for q, name in enumerate(problem.balance_names) if name.startswith("unit hours, ")]
    assert [problem.balance_names[q] for q in parts] == [
        "unit hours, day", "unit hours, evening", "unit hours, night",
    ]  # fmt: skip
    whole = problem.balance[problem.balance_names.index("unit hours")]
    assert problem.balance[parts].sum(axis=0) == pytest.approx(whole)
    assert problem.params.balance_frac["unit hours, night"] == 0.15


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({}, "2 beats are asked for inside D1, which holds only 1 of the stations: let centres be free"),
        ({"centres": "free", "n_districts": 59}, "59 beats are asked for inside D1, but it has only"),
    ],
)
def test_too_few_centres_inside_a_district_are_told_as_such(project, choices, said):
    """The station of the district is one: more beats than that need free centres, and no more than areas."""
    setup = SectorsSetup(**({"within": "D1", "level": "beats", "n_districts": 2} | choices))
    with pytest.raises(InputError, match=said):
        sectors_problem(project, setup)


def test_a_critical_location_needs_a_drive_above_nothing(project):
    """The area and its minutes are named as the planner gave them."""
    area = str(project.areas["area_id"].iloc[0])
    with pytest.raises(InputError, match=f"gives area {area} a longest drive of -1 minutes"):
        sectors_problem(project, SectorsSetup(critical_s=((area, -60.0),)))


def test_beats_of_one_district_of_a_plan(project):
    """The areas of the plan's district, whoever has them today; change is counted from the beats in use."""
    ids = [str(a) for a in project.areas["area_id"]]
    new = dict.fromkeys(ids[:9], "West")
    own = replace(project, plans={**project.plans, "new": new})
    setup = SectorsSetup(
        within="West", within_plan="new", level="beats", n_districts=2, centres="free", objective="travel"
    )
    assert sectors_problem(own, setup).area_ids == tuple(ids[:9])


def test_beats_of_one_district(project):
    """Inside one district: its areas only, its beats of today by name, change counted from them."""
    setup = SectorsSetup(
        within="D1", level="beats", centres="free", objective="travel", change_limit_frac=0.2
    )
    problem = sectors_problem(project, setup)
    mine = [
        str(a)
        for a, d in zip(project.areas["area_id"], project.areas["district_id"], strict=True)
        if d == "D1"
    ]
    assert list(problem.area_ids) == mine
    assert set(problem.today) == set(problem.params.district_ids)
    assert problem.params.change_limit_frac == 0.2


def test_cores_stay(project):
    """Areas more than two links inside a district of today are locked to it; those at its border are not."""
    problem = sectors_problem(project, SectorsSetup(core_steps=2))
    locks = dict(problem.params.locks)
    today = districts_in_use(project)
    assert locks
    assert all(today[a] == d for a, d in locks.items())
    ids = problem.area_ids
    border = {ids[i] for i, j in problem.edges.tolist() if today[ids[i]] != today[ids[j]]}
    assert not border & set(locks)


def test_each_priority_within_its_own_target(project):
    """Two priorities with two targets: the calls of each are covered within its own."""
    own = replace(project, settings=replace(project.settings, priority_targets_s={1: 240.0, 2: 900.0}))
    problem = sectors_problem(own, SectorsSetup(cover_priorities=(1, 2), cover_by="areas"))
    first = sectors_problem(own, SectorsSetup(cover_priorities=(1,), cover_by="areas"))
    near, middle = problem.travel_s <= 240.0, (problem.travel_s > 240.0) & (problem.travel_s <= 900.0)
    every = np.broadcast_to(problem.cover_calls, near.shape)
    assert problem.covered_calls[near] == pytest.approx(every[near])
    second = every - np.broadcast_to(first.cover_calls, near.shape)
    assert problem.covered_calls[middle] == pytest.approx(second[middle])


def test_areas_too_large_are_listed_before_a_solve(project):
    """One area with more work than a district may have is named, with its share and what to do."""
    problem = sectors_problem(project, SectorsSetup(centres="free", n_districts=59, objective="travel"))
    (said,) = FAMILY.contradictions(problem)
    assert said.startswith("Areas too large to balance: ")
    assert FAMILY.contradictions(sectors_problem(project)) == ()


def test_places_are_read_and_limited(county):
    """Wards of areas come from places.csv; a wrong column or area is named."""
    ids = [str(a) for a in load(county).areas["area_id"]]
    (county / "places.csv").write_text(
        "area_id,ward\n" + "".join(f"{a},W{i % 3}\n" for i, a in enumerate(ids))
    )
    problem = sectors_problem(load(county), SectorsSetup(split_limits={"ward": 12}))
    assert problem.places["ward"][:4] == ("W0", "W1", "W2", "W0")
    (county / "places.csv").write_text("area_id,owner\nx,y\n")
    with pytest.raises(InputError, match="owner"):
        load(county)
    (county / "places.csv").write_text("area_id,ward\nnowhere,W1\n")
    with pytest.raises(InputError, match="line 2: 'nowhere'"):
        load(county)


def test_least_driving_without_targets(project):
    """No response targets and nothing said: least driving; cover asked for by name is refused with a way out."""
    bare = replace(project, settings=replace(project.settings, priority_targets_s={}))
    assert sectors_problem(bare).params.objectives == ("travel",)
    assert sectors_problem(bare, SectorsSetup(target_s=300.0)).params.objectives == ("cover", "travel")
    with pytest.raises(InputError, match="Cover needs a target drive"):
        sectors_problem(bare, SectorsSetup(objective="cover"))


def test_limits_are_those_of_the_areas_asked_about(project):
    """Least cover and longest mean drive as sums over the question's own areas, the whole map's or one district's."""
    setup = SectorsSetup(least_cover_frac=0.5, longest_mean_drive_s=120.0)
    inside = replace(setup, within="D1", level="beats", centres="free", n_districts=2)
    for chosen in (setup, inside):
        problem = sectors_problem(project, chosen)
        wanted = {"cover": 0.5 * problem.cover_calls.sum(), "travel": 120.0 * problem.calls.sum()}
        assert problem.params.limits == pytest.approx(wanted)


def test_priorities_one_after_the_other(project):
    """Every priority with calls is an aim, the most urgent first, then driving; each counts its own calls alone."""
    project = replace(
        project, settings=replace(project.settings, priority_targets_s={1: 300.0, 2: 600.0, 3: 900.0})
    )
    problem = sectors_problem(project, SectorsSetup(objective="cover by priority", cover_by="areas"))
    assert problem.params.objectives[0] == "cover 1"
    assert problem.params.objectives[-1] == "travel"
    assert problem.params.objectives[1:-1] == tuple(f"cover {p}" for p in problem.priorities[1:])
    for k, target in enumerate((300.0, 600.0)):
        near = problem.travel_s <= target + 1e-6
        every = np.broadcast_to(problem.priority_calls[k], near.shape)
        assert problem.priority_covered[k][near] == pytest.approx(every[near])
        assert (problem.priority_covered[k][~near] == 0).all()
    assert problem.covered_calls == pytest.approx(problem.priority_covered.sum(axis=0))


def test_priorities_that_weigh(project):
    """Ten for priority 1 and one for 2: what cover counts is their weighted sum, limits on a priority are its own."""
    setup = SectorsSetup(
        cover_weights={1: 10.0, 2: 1.0}, target_s=300.0, least_cover_of_priority_frac={2: 0.5}
    )
    problem = sectors_problem(project, setup)
    row = {p: k for k, p in enumerate(problem.priorities)}
    wanted = 10.0 * problem.priority_covered[row[1]] + problem.priority_covered[row[2]]
    assert problem.covered_calls == pytest.approx(wanted)
    assert problem.params.limits == {"cover 2": pytest.approx(0.5 * problem.priority_calls[row[2]].sum())}
    one = sectors_problem(project, SectorsSetup(within="D1", level="beats", centres="free", n_districts=3))
    assert one.priority_covered.shape == (len(one.priorities), len(one.centre_ids), len(one.area_ids))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"cover_weights": {9: 2}}, "names .9., but the calls"),
        ({"cover_weights": {2: 2}, "cover_priorities": [1]}, "name it in both"),
        ({"objective": "cover by priority", "cover_priorities": [11]}, "11"),
        ({"objectives": ["cover 8"]}, "Cover of priority 8"),
    ],
)
def test_priorities_that_are_not_there(project, table, message):
    """What names a priority without calls is told with those that there are."""
    with pytest.raises(InputError, match=message):
        ask(project, "sectors", table, "--set")


def test_weekdays_and_weekends_are_kinds_of_work(project):
    """Each within its own tolerance, summed from its own days; together they are the week."""
    problem = ask(project, "sectors", {"week_part_tolerance_pct": 12}).problem
    rows = dict(zip(problem.balance_names, problem.balance, strict=True))
    work = from_project(project).unit_s / 3600
    assert rows["unit hours, weekend"] == pytest.approx(work[:, 120:].sum(axis=1))
    assert rows["unit hours, weekday"] == pytest.approx(work[:, :120].sum(axis=1))
    assert problem.params.balance_frac["unit hours, weekend"] == pytest.approx(0.12)
    assert problem.params.balance_frac["unit hours, weekday"] == pytest.approx(0.12)


def test_people_land_and_areas_are_kinds_of_work(project):
    """Balanced or capped, each from its own column; a map without people says so."""
    people = project.areas.assign(population=np.arange(1.0, 1 + len(project.areas)))
    held = replace(project, areas=people)
    choices = {"balance": {"population": 0.2, "area km2": 0.3}, "ceilings": {"areas": 12}}
    problem = ask(held, "sectors", choices).problem
    rows = dict(zip(problem.balance_names, problem.balance, strict=True))
    assert rows["population"].tolist() == people["population"].tolist()
    assert rows["area km2"] == pytest.approx(project.areas.geometry.area.to_numpy() / 1e6)
    assert rows["areas"].sum() == len(project.areas)
    biggest = max(Counter(districts_in_use(held).values()).values())
    broken = [
        v for v in FAMILY.check(problem, plan_of(problem, districts_in_use(held))) if v.rule == "ceiling"
    ]
    assert bool(broken) == (biggest > 12)
    nobody = replace(project, areas=project.areas.assign(population=np.nan))
    with pytest.raises(InputError, match="import a population column"):
        ask(nobody, "sectors", choices)


def test_the_work_of_a_year_ahead(project):
    """Each area's calls and hours grow by its own row, evenly between years; a year beyond the table is refused."""
    first, second = (str(a) for a in project.areas["area_id"].iloc[:2])
    rows = ["area_id,year,factor", f"{first},2030,2", f"{first},2040,3", f"{second},2040,0.5"]
    (project.folder / "ahead.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    now, then = (ask(project, "sectors", {"growth": "ahead.csv", "year": year}).problem for year in (0, 2035))
    assert then.calls[0] == pytest.approx(2.5 * now.calls[0])
    assert then.cover_calls[0] == pytest.approx(2.5 * now.cover_calls[0])
    assert then.covered_calls[:, 0] == pytest.approx(2.5 * now.covered_calls[:, 0])
    assert then.balance[1][0] == pytest.approx(2.5 * now.balance[1][0])
    assert 0.5 * now.calls[1] < then.calls[1] < now.calls[1]
    assert then.calls[2:] == pytest.approx(now.calls[2:])
    with pytest.raises(InputError, match="the years 2030 to 2040, not of 2050"):
        ask(project, "sectors", {"growth": "ahead.csv", "year": 2050})
    calls = [
        ask(project, "standby", {"growth": "ahead.csv", "year": year, "n_cars": 2}).problem.weight.sum()
        for year in (0, 2035)
    ]
    assert calls[1] - calls[0] == pytest.approx(then.calls.sum() - now.calls.sum())
