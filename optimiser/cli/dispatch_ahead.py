"""``dispatch ahead``: answers prepared before the call comes, by likely zone, with who would close the gap."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimiser.cli import dispatch_board, values
from optimiser.cli.console import Exit, say, show, show_json, stop_on_interrupt
from optimiser.cli.dispatch_call import standing
from optimiser.cli.dispatch_live import LIMIT_S, solver

if TYPE_CHECKING:
    from optimiser.prepare.dispatch_ahead import Prepared
    from optimiser.prepare.dispatch_board import Board
    from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem


def add(within: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    ahead = within.add_parser(
        "ahead",
        parents=[common],
        help="who would go, and who would close the gap, if the next call came from there",
    )
    dispatch_board.add_board(ahead)
    ahead.add_argument(
        "--most", type=values.whole(1, 500), default=5, help="likeliest zones prepared for (5)"
    )
    ahead.add_argument("--grade", type=values.whole(1, 99), help="grade of the call (the most urgent one)")
    ahead.add_argument("--officers", type=values.whole(1, 100), default=1, help="officers needed (1)")
    ahead.add_argument(
        "--no-joint", action="store_true", help="ranked choices alone, no joint plan with moves"
    )
    ahead.add_argument(
        "--time-limit",
        type=values.seconds,
        metavar="SECONDS",
        help=f"longest time of each joint plan ({LIMIT_S:g})",
    )
    ahead.set_defaults(run=run_ahead, exact=False)


def run_ahead(a: argparse.Namespace) -> int:
    """Prepare the answers of the likeliest zones and show them."""
    from optimiser.errors import InputError
    from optimiser.prepare.dispatch_ahead import LookAhead
    from optimiser.prepare.dispatch_at_once import BoardDesk

    board, told = standing(a)
    desk = BoardDesk(board)
    told += [str(f) for f in desk.findings]
    if not desk.staffed:
        raise InputError("Nobody is on duty as the board stands: there is no answer to prepare.")
    zones, rates = board.zones(), board.zone_rates()
    grade = a.grade or min(board.params.grade_targets_s)
    if grade not in board.params.grade_targets_s:
        known = ", ".join(str(g) for g in sorted(board.params.grade_targets_s))
        raise InputError(f"--grade {grade} has no target; grades {known} have.")
    with solver(a) as solve, stop_on_interrupt() as asked:
        ahead = LookAhead(
            desk,
            dict(zip(zones.ids, zones.xy_m, strict=True)),
            rates,
            grade=grade,
            officers=a.officers,
            solve=None if solve is None else _with_posts(board, solve),
        )
        ahead.prepare(a.most, asked)
    ready = [p for p in (ahead.at_hand(z) for z in zones.ids) if p is not None]
    ready.sort(key=lambda p: (-rates.get(p.zone, 0.0), p.zone))
    _tell(a, board, ready, rates, grade, told)
    return Exit.DONE


def _with_posts(
    board: Board, solve: Callable[..., Any]
) -> Callable[[AssignmentProblem], AssignmentPlan | None]:
    """Return a solve that may also move free units to posts, where the desk's choices allow moves."""
    now = board.snapshot()[0].problem
    posts = {name: getattr(now, name) for name in ("post_ids", "post_room", "post_travel_s", "post_zone_s")}

    def joint(problem: AssignmentProblem) -> AssignmentPlan | None:
        found: AssignmentPlan | None = solve(replace(problem, **posts), None).plan
        return found

    return joint


def _tell(
    a: argparse.Namespace,
    board: Board,
    ready: list[Prepared],
    rates: dict[str, float],
    grade: int,
    told: list[str],
) -> None:
    from optimiser.prepare.dispatch_ahead import NEXT
    from optimiser.report.words_choices import choice_lines
    from optimiser.report.words_desk import choice_record
    from optimiser.units import percent_text

    if a.json:
        rows = [
            {
                "zone": p.zone,
                "calls_per_h": rates.get(p.zone, 0.0),
                "choices": [choice_record(c) for c in p.answer.choices],
                "send": None if p.plan is None else sorted(u for u, to in p.plan.sent.items() if to == NEXT),
                "move": None if p.plan is None else dict(p.plan.moved),
            }
            for p in ready
        ]
        show_json({"at": str(board.at), "grade": grade, "zones": rows, "findings": told})
        return
    for finding in told:
        say(f"! {finding}")
    total = sum(rates.values())
    show(f"{board.at:%a %H:%M:%S}: if the next call, of grade {grade}, comes from")
    for p in ready:
        share = percent_text(rates.get(p.zone, 0.0) / total, 0) if total > 0 else "0 %"
        best = choice_lines(p.answer.problem, NEXT, p.answer.choices)[0].removeprefix("1. ")
        show(f"- {p.zone} ({share} of the calls of this hour): {best}")
        for line in _joint_lines(p):
            show(f"  {line}")
    say("Holds until a unit moves or changes. Advice only: the dispatcher decides.")


def _joint_lines(p: Prepared) -> list[str]:
    """Say where the joint plan does otherwise, and whom it moves to restore cover."""
    from optimiser.prepare.dispatch_ahead import NEXT
    from optimiser.report.phrases import listed

    if p.plan is None:
        return []
    sent = sorted(u for u, to in p.plan.sent.items() if to == NEXT)
    first = sorted(p.answer.choices[0].units) if p.answer.choices else []
    said = []
    if sent != first:
        said.append(f"with everything open together: {listed(sent) if sent else 'nobody goes now, it waits'}")
    said += [f"to restore cover: {unit} to {post}" for unit, post in sorted(p.plan.moved.items())]
    return said
