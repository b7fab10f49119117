"""``plan complete``, ``repair`` and ``polish``: a planner's own plan as a question for the ordinary engine."""

from __future__ import annotations

import argparse
import math
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, code_of, say, show, show_json, stop_on_interrupt, table
from optimiser.cli.options import choices_option, limit_option
from optimiser.cli.plan import PLAN_HELP, add_save, save
from optimiser.solve.result import UNCONFIRMED
from optimiser.units import fraction_from_percent, percent_text

_MOST_NAMED = 40
_MEND_FIRST = (
    "Polishing keeps every rule: mend it first (optimiser plan repair), allow more moves, or loosen a rule."
)


def add(action: Any) -> None:
    """Add the three actions; ``action(name, help, run)`` makes their parsers."""
    complete = action("complete", "give the areas that a plan leaves open a district", run_complete)
    repair = action("repair", "mend what a plan breaks with the fewest moves", run_repair)
    polish = action("polish", "the best plan within a few moves of this one", run_polish)
    for parser in (complete, repair, polish):
        parser.add_argument("plan", help=PLAN_HELP)
        choices_option(parser)
        add_save(parser)
        limit_option(parser, 60.0, "longest search (60)")
        parser.add_argument(
            "--gap", type=values.share_pct, metavar="PERCENT", default=0.0, help="stop within this"
        )
        parser.add_argument(
            "--seed", type=values.whole(0, 2**31 - 1), default=1, help="seed of random choices (1)"
        )
        parser.add_argument(
            "--accept-gap", action="store_true", help="exit 0 also where the gap asked for is missed"
        )
    repair.add_argument(
        "--count", choices=("areas", "work"), default="areas", help="what a move counts (areas)"
    )
    repair.add_argument(
        "--only",
        choices=("contiguity", "balance"),
        default="",
        help="mend only this of the two; the other is kept where the plan keeps it",
    )
    most = polish.add_mutually_exclusive_group(required=True)
    most.add_argument("--moves", type=values.whole(1, 1_000_000), help="at most so many areas move")
    most.add_argument(
        "--work", type=values.share_pct, metavar="PERCENT", help="at most this share of the work moves"
    )


def run_complete(a: argparse.Namespace) -> int:
    """Finish a partial plan: its areas are locks, the rest is solved."""
    from optimiser.prepare.own_plan import finishing

    own = _asked(a)
    problem, start = finishing(own.question, own.district_of)
    run, result = _solve(a, own, problem, start, f"{a.plan} completed", "sectors.cuts")
    left = [i for i in problem.area_ids if not own.district_of.get(i)]
    return _tell(a, own, run, result, extra={"completed": left})


def run_repair(a: argparse.Namespace) -> int:
    """Mend a plan with the fewest moves, and say how many are needed at least."""
    from optimiser import registry
    from optimiser.prepare.own_plan import mending
    from optimiser.problems.sectors import FAMILY

    own = _asked(a)
    problem, start = mending(own.question, own.district_of, a.count, a.only)
    method = "sectors.moves"
    if registry.load(method).refuses(problem):
        method = "sectors.cuts"
    what = a.only or "repaired"
    run, result = _solve(a, own, problem, start, f"{a.plan} {what}", method)
    broken = () if result.plan is not None else sorted({v.rule for v in FAMILY.check(problem, start)})
    return _tell(a, own, run, result, broken, extra=_counted(a.plan, own) | _needed(problem, result, a.count))


def run_polish(a: argparse.Namespace) -> int:
    """Better a plan within a limit of change."""
    from optimiser.prepare.own_plan import polishing

    own = _asked(a)
    limit = {"n_moves": a.moves} if a.moves else {"work_frac": fraction_from_percent(a.work)}
    problem, start = polishing(own.question, own.district_of, **limit)
    run, result = _solve(a, own, problem, start, f"{a.plan} polished", "sectors.cuts")
    return _tell(a, own, run, result, extra=_counted(a.plan, own) | _gain(own.question, start, result))


@dataclass(frozen=True)
class _Own:
    """A planner's plan: the project, the question with its choices, the plan."""

    project: Any
    question: Any
    choices: Mapping[str, Any]
    district_of: Mapping[str, str]


def _asked(a: argparse.Namespace) -> _Own:
    """Ask by the rules of the run, where the plan is one's, else by those of a plan of its own; ``--set`` on top."""
    from optimiser.cli.plans import question_and_plan
    from optimiser.data.canonical import PLANS_FOLDER
    from optimiser.data.plans import check_free
    from optimiser.data.project import load

    project = load(a.folder)
    if a.save:
        check_free(project.folder / PLANS_FOLDER, a.save, again=a.again)
    question, district_of, choices = question_and_plan(project, a.plan, a.set)
    return _Own(project, question.problem, choices, district_of)


def _solve(
    a: argparse.Namespace, own: _Own, problem: Any, start: Any, title: str, method: str
) -> tuple[Any, Any]:
    """Solve as a run of the project, from the plan."""
    from optimiser.batch import runner
    from optimiser.solve.options import SolveOptions

    options = SolveOptions(time_limit_s=a.time_limit, gap_frac=fraction_from_percent(a.gap), seed=a.seed)
    store = runner.store_of(own.project.folder)
    run = store.create(
        problem,
        "sectors",
        method,
        options,
        title=title,
        scenario=own.choices,
        start=start,
        inputs=runner.input_digests(own.project),
    )
    with stop_on_interrupt() as asked, Line("sectors", quiet=a.quiet) as line:
        return run, runner.work(run, project=own.project, on_progress=line, should_stop=asked)


def _counted(name: str, own: _Own) -> dict[str, Any]:
    """Say that change is no longer counted from what it was, where the question counts it."""
    problem, params = own.question, own.question.params
    given = tuple(own.district_of.get(a, "") for a in problem.area_ids)
    if not params.counts_change or given == problem.today:
        return {}
    limit = params.change_limit_frac
    lifted = f"; the limit of {percent_text(limit)} of the work is not asked for" if limit < 1 else ""
    now = f"Change is now counted from the plan given, {name}, and not from the one in use or named for it"
    return {"note": f"{now}{lifted}."}


def _needed(problem: Any, result: Any, counted: str) -> dict[str, Any]:
    """Say how much moves and how much must at least."""
    from optimiser.prepare.own_plan import moved_areas

    if result.plan is None:
        return {}
    judged = result.objectives[0]
    bound = judged.bound or 0.0
    if counted == "areas":
        return {
            "moved": round(moved_areas(problem, judged.value)),
            "needed_at_least": math.ceil(moved_areas(problem, bound) - 1e-6),
            "counted_in": "areas",
        }
    return {"moved_frac": judged.value, "needed_at_least_frac": bound, "counted_in": "work"}


def _gain(problem: Any, start: Any, result: Any) -> dict[str, Any]:
    """Say what the planner's objectives were and are; where no plan was found, what the plan itself breaks."""
    from optimiser.problems.sectors import FAMILY

    if result.plan is None:
        return {"broken_before": sorted({v.rule for v in FAMILY.check(problem, start)})}
    rows = zip(FAMILY.objectives(problem, start), FAMILY.objectives(problem, result.plan), strict=True)
    return {
        "objectives_before_after": [
            {"name": b.name, "unit": b.unit, "before": b.value, "after": n.value} for b, n in rows
        ]
    }


def _tell(
    a: argparse.Namespace,
    own: _Own,
    run: Any,
    result: Any,
    broken: Sequence[str] = (),
    *,
    extra: dict[str, Any],
) -> int:
    from optimiser.compare import moved

    code = code_of(result, fraction_from_percent(a.gap), accept_gap=a.accept_gap)
    after = {} if result.plan is None else dict(result.plan.district_of)
    changes = moved({k: v for k, v in own.district_of.items() if v}, after) if after else {}
    if a.save and after:
        save(own.project, a.save, after, again=a.again)
    if a.json:
        from optimiser.solve.jobs import result_to_json

        moves = [{"area": i, "from": old, "to": new} for i, (old, new) in changes.items()]
        show_json({"run": run.id, "moves": moves} | extra | result_to_json(result))
        return code
    from optimiser.report.words import findings

    for sentence in _words(changes, extra, result):
        show(f"- {sentence}")
    for sentence in findings("sectors", run.problem(), result):
        show(f"- {sentence}")
    if code is Exit.INFEASIBLE:
        say(_why(a, own, broken))
    if changes:
        show("")
        rows = [[i, old, new] for i, (old, new) in list(changes.items())[:_MOST_NAMED]]
        show(table(rows, ["area", "from", "to"]))
        if len(changes) > _MOST_NAMED:
            show(f"and {len(changes) - _MOST_NAMED} more, in {run.folder}/plan.csv")
    say(f"Run {run.id}: {run.folder}")
    return code


def _why(a: argparse.Namespace, own: _Own, broken: Sequence[str]) -> str:
    """Say which of the rules asked for the plan breaks, and how to ask the same question without it."""
    from optimiser.cli.plans import as_pair

    words = ["optimiser", "explain", "sectors", str(a.folder)]
    for key, value in own.choices.items():
        words += ["--set", as_pair(key, value)]
    breaks = (
        f"The plan breaks {', '.join(broken)}, and no plan keeps every rule asked for. " if broken else ""
    )
    return f"{breaks}Which rules are in each other's way, asked without this plan: {shlex.join(words)}"


def _words(changes: Any, extra: dict[str, Any], result: Any) -> list[str]:
    said = [extra["note"]] if "note" in extra else []
    if result.plan is None:
        broken = extra.get("broken_before")
        return [*said, f"The plan itself breaks {', '.join(broken)}. {_MEND_FIRST}"] if broken else said
    if "completed" in extra:
        said.append(
            f"{len(extra['completed'])} areas that were open have a district; all others keep theirs."
        )
    elif not changes:
        said.append("No area has to move.")
    else:
        flows = Counter((old or "none", new) for old, new in changes.values())
        listed = ", ".join(f"{n} from {old} to {new}" for (old, new), n in flows.most_common(6))
        said.append(f"{len(changes)} areas move: {listed}{' ...' if len(flows) > 6 else ''}.")
    if "needed_at_least" in extra:
        needed, moves = extra["needed_at_least"], extra["moved"]
        how = "proved and confirmed" if result.confirmed else UNCONFIRMED
        of = (
            " of the areas that have a district"
            if any(not old for old, _ in (changes or {}).values())
            else ""
        )
        said.append(
            f"No plan that keeps the rules moves fewer than {moves}{of}, {how}."
            if needed >= moves
            else f"At least {needed} have to move; whether fewer than {moves} suffice is open."
        )
    if "needed_at_least_frac" in extra:
        share, needed = percent_text(extra["moved_frac"]), percent_text(extra["needed_at_least_frac"])
        said.append(f"{share} of the work changes its district; at least {needed} has to.")
    for row in extra.get("objectives_before_after", []):
        from optimiser.report.phrases import aim, shown_value

        was, unit = shown_value(row["before"], row["unit"])
        now, _ = shown_value(row["after"], row["unit"])
        said.append(f"{aim(row['name'])}: {was:,.4g} before, {now:,.4g} {unit} now.")
    return said
