"""A planner's choices for a sector design, as the scenario file and the form state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from optimiser.problems.base import asked
from optimiser.problems.sectors.params import ObjectiveName, ShapeName

CALLS, WORK = "calls", "unit hours"
BY_PRIORITY = "cover by priority"
OBJECTIVES: dict[str, tuple[ObjectiveName, ...]] = {
    "as targets allow": ("cover", "travel"),
    "cover then travel": ("cover", "travel"),
    BY_PRIORITY: ("cover 1", "travel"),  # every priority that there is, see sectors_cover
    "cover": ("cover",),
    "travel": ("travel",),
    "travel then cover": ("travel", "cover"),
    "compactness": ("compactness",),
    "least change": ("moved", "travel"),
    "even work": ("deviation", "travel"),
    "short borders": ("boundary",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsSetup:
    """A planner's choices for a sector design.

    Parameters
    ----------
    n_districts
        How many; 0 for as many as there are stations, else as in the plan in use.
    level
        What is designed, and so which plan of today counts: "districts" or "beats".
    within, within_plan
        Design only inside this district ("North": its beats), one of the plan (of the folder plans) that is named, or
        of those in use; "" for the whole map.
    centres
        "stations": each district is served from a station, or, where the project has none, as with "free"; "free":
        from the best of its areas; "picked": from the areas in ``centre_areas``.
    names
        What the districts are called; by default after today's where change is counted or their centres lie in one
        each, else after their stations, else D1, D2 ... (beats B1, B2 ...).
    centre_of
        The centre of a district by its name: an area, or a station where centres are stations.
    reference
        The plan (of the folder plans) that counts as today's; "" for the districts or beats in use.
    year, growth
        The year whose work is shared out and covered, by the table ``growth``; 0 for that of the calls as they are.
    objective, objectives, weights
        What to aim for; "as targets allow" is cover then travel where there are response targets, else travel.
        "cover by priority": calls of the most urgent priority within their target, among such plans those of the
        next, and so on, then travel. ``objectives`` overrides ``objective`` by names of the family in order of
        importance, ``weights`` gives a weighted score of them.
    cover_weights
        Weight of a call of each priority that counts for cover; one that is not named weighs 1. Naming priorities
        here alone makes these the ones that count.
    least_cover_of_priority_frac
        Least share of each priority's calls within its own target.
    balance_on, tolerance_frac
        Which work is shared out, and how far a district may be off its share.
    part_tolerance_frac
        The same for each part of the day (day, evening, night) and of the week; 0 for no such rule.
    balance
        Further kinds: "population", "area km2", "street km", "areas", "calls", "unit hours", or one of the last two
        with a part of the day or week. ``ceilings`` takes the same: most of it that one district may hold.
    target_shares_frac, target_share_of_frac
        Share of the work of each district, in the order of the districts, or by name with the rest shared evenly.
    least_cover_frac, least_backup_frac, least_expected_frac, longest_mean_drive_s, most_pieces, limits
        Objectives held within a limit while another is aimed for.
    cover_by
        "calls": the share of each area's own calls within the target, each at its junction, where the project has
        them placed; "areas": all or none, by the drive to a point inside the area.
    change_limit_frac, core_steps
        Largest share of the work that may change its district; areas further than this many steps inside a
        district of today stay in it (0: none).
    """

    n_districts: int = asked(0, "districts", "How many districts (0: as today)", minimum=0)
    level: Literal["districts", "beats"] = asked(
        "districts", "", "What is designed", options=("districts", "beats")
    )
    within: str = asked("", "", "Only inside this district (empty: the whole map)")
    within_plan: str = asked("", "", "Plan whose district that is (empty: those in use)", group="advanced")
    centres: Literal["stations", "free", "picked"] = asked(
        "stations", "", "Where districts are served from", options=("stations", "free", "picked")
    )
    centre_areas: tuple[str, ...] = asked(
        (), "", "Areas that may hold a centre, where centres are picked", group="places"
    )
    year: int = asked(
        0, "", "Year of the work, by the table of growth (0: as today)", group="advanced", minimum=0
    )
    growth: str = asked("growth.csv", "", "Table of growth: area_id or place, year, factor", group="advanced")
    names: tuple[str, ...] = asked(
        (), "", "Names of the districts (empty: as today, or D1, D2 ...)", group="advanced"
    )
    centre_of: Mapping[str, str] = asked({}, "", "Centre of a district by its name", group="places")
    reference: str = asked(
        "", "", "Plan that change is counted from (empty: the one in use)", group="advanced"
    )
    objective: Literal[
        "as targets allow",
        "cover then travel",
        "cover by priority",
        "cover",
        "travel",
        "travel then cover",
        "compactness",
        "least change",
        "even work",
        "short borders",
    ] = asked(
        "as targets allow",
        "",
        "Most calls within their target, the least driving, the first and then the second, or another aim",
        options=tuple(OBJECTIVES),
    )
    objectives: tuple[ObjectiveName, ...] = asked(
        (), "", "Aims by name, most important first (empty: as above)", group="advanced"
    )
    weights: Mapping[str, float] = asked(
        {}, "", "Weight of each aim where one of the aims by name is score", group="advanced"
    )
    busy_frac: float = asked(
        0.3, "frac", "Share of the time that a car is busy", group="advanced", minimum=0, maximum=0.99
    )
    backup_centres: int = asked(
        2,
        "",
        "Centres within target that make a backup, the own one among them",
        group="advanced",
        minimum=2,
    )
    balance_on: Literal["unit hours", "calls"] = asked(
        "unit hours", "", "What is shared out fairly", options=(WORK, CALLS)
    )
    tolerance_frac: float = asked(
        0.05, "frac", "Largest deviation from a district's target share", minimum=0, maximum=1
    )
    part_tolerance_frac: float = asked(
        0.0, "frac", "The same for each of day, evening and night (0: no such rule)", minimum=0, maximum=1
    )
    week_part_tolerance_frac: float = asked(
        0.0,
        "frac",
        "The same for weekdays and for the weekend (0: no such rule)",
        group="advanced",
        minimum=0,
        maximum=1,
    )
    balance: Mapping[str, float] = asked(
        {}, "", "Largest deviation of further kinds of work, as fractions", group="advanced"
    )
    ceilings: Mapping[str, float] = asked({}, "", "Most of a kind of work in one district", group="advanced")
    target_shares_frac: tuple[float, ...] = asked(
        (), "frac", "Share of the work of each district, in their order; empty for equal", group="advanced"
    )
    target_share_of_frac: Mapping[str, float] = asked(
        {},
        "frac",
        "Share of the work by a district's name; the others share the rest evenly",
        group="advanced",
    )
    target_s: float = asked(
        0.0, "s", "Drive that counts as within target (0: the project's priority targets)", minimum=0
    )
    cover_priorities: tuple[int, ...] = asked(
        (), "", "Priorities that count for cover (empty: the most urgent)", group="advanced"
    )
    cover_weights: Mapping[int, float] = asked(
        {}, "", "Weight of a call of each priority in cover (empty: 1 each)", group="advanced", minimum=0
    )
    least_cover_of_priority_frac: Mapping[int, float] = asked(
        {},
        "frac",
        "Least share of each priority's calls within its own target (empty: no such rule)",
        group="advanced",
    )
    least_cover_frac: float = asked(
        0.0,
        "frac",
        "Least share of calls covered, whatever is aimed for (0: no such rule)",
        minimum=0,
        maximum=1,
    )
    least_backup_frac: float = asked(
        0.0,
        "frac",
        "Least share of calls with a second centre (0: no such rule)",
        group="advanced",
        minimum=0,
        maximum=1,
    )
    least_expected_frac: float = asked(
        0.0,
        "frac",
        "Least share of calls that find a free car (0: no such rule)",
        group="advanced",
        minimum=0,
        maximum=1,
    )
    longest_mean_drive_s: float = asked(
        0.0, "s", "Longest mean drive to a call, whatever is aimed for (0: no such rule)", minimum=0
    )
    most_pieces: int = asked(
        -1,
        "pieces",
        "Most further pieces of named places in all (-1: no such rule)",
        group="advanced",
        minimum=-1,
    )
    limits: Mapping[str, float] = asked(
        {}, "", "Limits of aims by name, each in its own core unit", group="advanced"
    )
    cover_by: Literal["calls", "areas"] = asked(
        "calls",
        "",
        "Cover is counted from where the calls were, or by one point an area (also where none is placed)",
        options=("calls", "areas"),
        group="advanced",
    )
    longest_drive_s: float = asked(0.0, "s", "Longest drive from a centre to its areas (0: none)", minimum=0)
    critical_s: tuple[tuple[str, float], ...] = asked(
        (), "s", "Critical locations: area and its longest drive", group="places"
    )
    contiguity: bool = asked(True, "", "Districts hang together", group="advanced")
    shape: ShapeName = asked(
        "",
        "",
        "Areas that jut out (empty: allowed)",
        group="advanced",
        options=("", "closer neighbour", "smooth", "round"),
    )
    change_limit_frac: float = asked(
        1.0, "frac", "Largest share of the work that may change its district", minimum=0, maximum=1
    )
    core_steps: int = asked(
        0, "", "Areas further inside a district than this stay in it (0: none)", group="advanced", minimum=0
    )
    split_limits: Mapping[str, int] = asked(
        {}, "", "Most further pieces of named places, by kind of place", group="places"
    )
    locks: tuple[tuple[str, str], ...] = asked((), "", "Areas tied to a district", group="places")
    together: tuple[tuple[str, ...], ...] = asked(
        (), "", "Groups of areas kept in one district", group="places"
    )
    apart: tuple[tuple[str, str], ...] = asked(
        (), "", "Pairs of areas kept in different districts", group="places"
    )
    driver: str = asked("basic", "", "Driver class of the drive times", group="advanced")
    junctions: bool = asked(
        False, "", "Drive times between nearest junctions, without access legs", group="advanced"
    )
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)
