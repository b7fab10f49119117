"""``dispatch call`` and ``critical``: ranked answers to one new call, and who could be at critical locations."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import dispatch_board, values
from optimiser.cli.console import Exit, say, show, show_json

if TYPE_CHECKING:
    from optimiser.prepare.dispatch_board import Board

NAME = "this call"
MINUTES_IN = 20
"""A made-up board is looked at so many minutes after its beginning."""


def add(within: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    call = within.add_parser(
        "call", parents=[common], help="ranked ways to answer one new call, with reasons"
    )
    dispatch_board.add_board(call)
    where = call.add_mutually_exclusive_group()
    where.add_argument("--at", metavar="LON,LAT", help="where it is")
    where.add_argument("--area", metavar="ID", help="or the reporting area it lies in (drawn if neither)")
    call.add_argument("--grade", type=values.whole(1, 99), help="grade of the call (the most urgent one)")
    call.add_argument("--officers", type=values.whole(1, 100), default=1, help="officers needed (1)")
    call.add_argument("--skill", action="append", default=[], help="a skill needed (repeatable)")
    call.add_argument("--nobody-alone", action="store_true", help="nobody goes in alone")
    call.add_argument("--most", type=values.whole(1, 50), default=5, help="choices shown (5)")
    call.add_argument("--terms", action="store_true", help="every term of each choice, in weighted minutes")
    call.set_defaults(run=run_call)
    critical = within.add_parser(
        "critical", parents=[common], help="critical locations: could the required units be there in time?"
    )
    dispatch_board.add_board(critical)
    critical.add_argument(
        "--sites",
        type=Path,
        metavar="FILE",
        help="site,name,lon,lat,area_id,units,officers,within_min,skills,plans (three made up if left out)",
    )
    critical.add_argument(
        "--grade", type=values.whole(1, 99), help="grade of a call from there (the most urgent one)"
    )
    critical.set_defaults(run=run_critical)


def run_call(a: argparse.Namespace) -> int:
    """Rank the ways to answer one new call as the board stands."""
    from optimiser.data.dispatch_feed import FeedEvent
    from optimiser.errors import InputError
    from optimiser.prepare.dispatch_at_once import BoardDesk
    from optimiser.prepare.dispatch_events import take
    from optimiser.report.words_choices import choice_lines
    from optimiser.report.words_desk import choice_record, terms_line

    board, told = standing(a)
    assert board.at is not None
    cells = _cells(a, board, told)
    desk = BoardDesk(board)
    taken = take(board, FeedEvent(0, board.at, "call", cells | {"incident": NAME}))
    if NAME not in board.incidents:
        raise InputError(" ".join(str(f) for f in taken.findings))
    told += [str(f) for f in (*taken.findings, *desk.findings)]
    answer = desk.answers(NAME, most=a.most)
    problem, choices = answer.problem, answer.choices
    lines = choice_lines(problem, NAME, choices)
    if a.json:
        shown = [choice_record(c) | {"words": w} for c, w in zip(choices, lines, strict=False)]
        show_json({"at": str(board.at), "call": cells, "choices": shown, "findings": told})
        return Exit.DONE
    for finding in told:
        say(f"! {finding}")
    free = sum(s == "free" for s in problem.status)
    place = cells.get("area_id") or f"{cells['lon']}, {cells['lat']}"
    show(
        f"{board.at:%a %H:%M:%S}: a call of grade {cells['grade']} at {place}; officers needed: {cells['officers']}. "
        f"On duty: {len(problem.unit_ids)} units, {free} of them free."
    )
    for k, line in enumerate(lines):
        show(line)
        if a.terms and k < len(choices):
            show(f"   {terms_line(choices[k].terms)}")
    say("Advice only: the dispatcher decides.")
    return Exit.DONE


def standing(a: argparse.Namespace) -> tuple[Board, list[str]]:
    """Return the board as it stands at the end of the feed or at ``--until``, and what is to be said."""
    from datetime import timedelta

    from optimiser.prepare.dispatch_events import take

    opened = dispatch_board.opened(a)
    stop = a.until
    if stop is None and opened.made_up:
        stop = opened.feed.events[0].at + timedelta(minutes=MINUTES_IN)
    told = list(opened.said)
    events = dispatch_board.until(opened, stop)
    for event in events:
        told += [f"{event.at:%H:%M:%S} {f}" for f in take(opened.board, event).findings]
    if not events:
        from optimiser.errors import UsageError

        raise UsageError(f"No event of {opened.path} is before --until {a.until}.")
    return opened.board, told


def _cells(a: argparse.Namespace, board: Board, told: list[str]) -> dict[str, str]:
    """Return the cells of the new call as a feed would have them."""
    import numpy as np

    from optimiser.cli.reach import place

    cells = {"grade": str(a.grade or min(board.params.grade_targets_s)), "officers": str(a.officers)}
    if a.skill:
        cells["skills"] = ";".join(a.skill)
    if a.nobody_alone:
        cells["nobody_alone"] = "yes"
    if a.at is not None:
        lon, lat = place(a.at)
        return cells | {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}
    if a.area is not None:
        return cells | {"area_id": a.area}
    areas = board.project.areas["area_id"].astype(str).tolist()
    drawn = areas[int(np.random.default_rng(a.seed).integers(len(areas)))]
    told.append(f"No place is named: area {drawn} was drawn (seed {a.seed}).")
    return cells | {"area_id": drawn}


def run_critical(a: argparse.Namespace) -> int:
    """Say of each critical location whether its required response could be there in time."""
    from optimiser.prepare.dispatch_critical import critical_locations
    from optimiser.prepare.dispatch_demo import DISPATCH_FOLDER
    from optimiser.prepare.dispatch_sites import made_up_sites, read_sites

    board, told = standing(a)
    path = a.sites or a.folder / DISPATCH_FOLDER / "made-up-sites.csv"
    if a.sites is None:
        made_up_sites(path, board)
        told.append(f"No sites are named: three were made up and written to {path}.")
    sites, said = read_sites(path, board)
    states = critical_locations(
        board,
        sites,
        folder=path.parent,
        grade=a.grade or min(board.params.grade_targets_s),
        unit_skills={name: row["skills"] for name, row in board.units.items()},
    )
    if a.json:
        shown = [_site(s) for s in states]
        show_json({"at": str(board.at), "sites": shown, "findings": [*told, *said]})
        return Exit.DONE
    for finding in (*told, *said):
        say(f"! {finding}")
    for state in states:
        show(f"- {state.in_words()}")
        if state.plans:
            show(f"  plans: {', '.join(state.plans)}")
    say("Operationally sensitive: not for publication.")
    return Exit.DONE


def _site(state: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(state) | {"met": state.met, "words": state.in_words()}
