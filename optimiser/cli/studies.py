"""``explain``, ``price``, ``frontier`` and ``alternatives``: questions of several solves, kept so that they go on."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.ask import add_asked, known_family, scenario_of
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table

STUDIES_FOLDER = "studies"
SOLVES_FOLDER = "solves"
EACH = "longest time of each solve (60)"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    explain = _command(
        commands, common, "explain", "why a request is impossible, and the least that would help"
    )
    explain.set_defaults(run=run_explain)
    price = _command(commands, common, "price", "what each rule costs")
    price.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="RULE[=AMOUNT]",
        help="only this rule, by this much: minutes, percentage points or a count (repeatable)",
    )
    price.set_defaults(run=run_price)
    frontier = _command(commands, common, "frontier", "what loosening one or two rules buys, point by point")
    frontier.add_argument(
        "--relax",
        action="append",
        default=[],
        metavar="RULE=AMOUNT",
        help="loosen this rule from nothing up to this: minutes, percentage points or a count (one or two)",
    )
    frontier.add_argument(
        "--between",
        metavar="AIM,AIM[,AIM]",
        help="instead of --relax: the first aim while the others are held, as cover,moved or travel,deviation,cover",
    )
    frontier.add_argument(
        "--within",
        type=values.share_pct,
        metavar="PERCENT",
        help="with --between: hold the others no further than this off their best",
    )
    frontier.add_argument("--points", type=values.whole(2, 400), default=9, help="how many points (9)")
    frontier.set_defaults(run=run_frontier)
    others = _command(commands, common, "alternatives", "plans nearly as good that look different")
    others.add_argument("--number", type=values.whole(1, 50), default=3, help="how many besides the best (3)")
    others.add_argument(
        "--slack",
        type=values.share_pct,
        default=5.0,
        metavar="PERCENT",
        help="how much worse they may be (5)",
    )
    others.add_argument(
        "--distance",
        type=values.share_pct,
        default=5.0,
        metavar="PERCENT",
        help="how different they must be (5)",
    )
    others.set_defaults(run=run_alternatives)


def _command(commands: Any, common: argparse.ArgumentParser, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, parents=[common], help=text)
    parser.add_argument("family", help="sectors, shifts, assignment, ...")
    parser.add_argument("folder", type=Path, help="the project folder")
    add_asked(parser, EACH)
    parser.add_argument(
        "--budget",
        type=values.seconds,
        default=600.0,
        metavar="SECONDS",
        help="longest time of the study (600)",
    )
    return parser


def run_explain(a: argparse.Namespace) -> int:
    """Explain a request."""
    from optimiser.report.words_studies import explained, one_click
    from optimiser.studies.explain import explain

    def work(series: Any, problem: Any) -> int:
        found = explain(series, problem)
        _tell(
            a, series, found, explained(series.family, found), choices=one_click(series.family, found.choices)
        )
        return Exit.NO_PLAN if found.verdict == "open" else Exit.DONE

    return _study(a, work)


def run_price(a: argparse.Namespace) -> int:
    """Price the rules of a question."""
    from optimiser.report.words_studies import PRICE_HEADER, price_rows, priced
    from optimiser.studies.price import price

    def work(series: Any, problem: Any) -> int:
        given = [_amount(series.family, text, needed=False) for text in a.rule]
        amounts = {rule: amount for rule, amount in given if amount is not None}
        found = price(series, problem, [rule for rule, _ in given], amounts)
        said = [*priced(series.family, found), *_clauses(problem, [p.rule for p in found.prices])]
        _tell(a, series, found, said, (list(PRICE_HEADER), price_rows(found)))
        return Exit.DONE

    return _study(a, work)


def _clauses(problem: Any, rules: list[str]) -> list[str]:
    """Say which clauses rules of a rota come from; other families have none."""
    from optimiser.report.words_rota import negotiated

    return negotiated(problem, rules) if hasattr(problem.params, "hard_rules") else []


def run_frontier(a: argparse.Namespace) -> int:
    """Trace a frontier; its figures and its picture are in the project's ``studies`` folder after every point."""
    from optimiser.errors import OptimiserError, UsageError
    from optimiser.report.chart_frontier import frontier_chart
    from optimiser.report.sheet import save
    from optimiser.report.words_studies import frontier_rows, frontier_said
    from optimiser.studies.frontier import Axis, frontier

    if bool(a.relax) == bool(a.between):
        raise UsageError("Give either --relax RULE=AMOUNT or --between AIM,AIM.")
    if a.within is not None and not a.between:
        raise UsageError("--within goes with --between.")
    if a.between:
        aims = [name.strip() for name in a.between.split(",") if name.strip()]
        return _study(a, lambda series, problem: _between(a, series, problem, aims), aims)

    def work(series: Any, problem: Any) -> int:
        axes = [Axis(rule, amount or 0.0) for rule, amount in (_amount(series.family, t) for t in a.relax)]
        folder = a.folder / STUDIES_FOLDER
        found = frontier(series, problem, axes, a.points, folder=folder)
        try:
            picture = str(save(frontier_chart(series.family, found), folder / f"frontier-{found.key}.png"))
        except OptimiserError as error:
            say(f"No picture: {error}")
            picture = ""
        _tell(
            a,
            series,
            found,
            frontier_said(series.family, found),
            frontier_rows(series.family, found),
            picture=picture,
        )
        if picture:
            say(f"Picture: {picture}")
        return Exit.DONE if found.complete else Exit.CANCELLED

    return _study(a, work)


def _between(a: argparse.Namespace, series: Any, problem: Any, aims: list[str]) -> int:
    """Trace one aim against others, and write the plan of each point as a table of its own."""
    from optimiser.report.plans import write_plan
    from optimiser.report.words_tradeoff import tradeoff_rows, tradeoff_said
    from optimiser.studies.tradeoff import tradeoff
    from optimiser.units import fraction_from_percent

    within = None if a.within is None else fraction_from_percent(a.within)
    found = tradeoff(series, problem, aims, a.points, within_frac=within, folder=a.folder / STUDIES_FOLDER)
    key = found.curve.key if found.curve is not None else _digest(problem)
    home = a.folder / STUDIES_FOLDER / f"between-{key}"
    for number, row in enumerate(found.rows, start=1):
        if row.plan is not None:
            folder = home / f"point-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            write_plan(folder, series.family.name, problem, row.plan)
    _tell(a, series, found, tradeoff_said(found), tradeoff_rows(found), plans=str(home))
    say(f"The plans of the points: {home}")
    return Exit.DONE if found.curve is None or found.curve.complete else Exit.CANCELLED


def run_alternatives(a: argparse.Namespace) -> int:
    """Find alternatives; each plan is written as a table of its own."""
    from optimiser.report.plans import write_plan
    from optimiser.report.words_studies import alternatives_said
    from optimiser.studies.alternatives import alternatives
    from optimiser.units import fraction_from_percent

    def work(series: Any, problem: Any) -> int:
        slack, distance = fraction_from_percent(a.slack), fraction_from_percent(a.distance)
        found = alternatives(series, problem, a.number, slack, distance)
        folders = []
        for number, plan in enumerate([found.best_plan, *(x.plan for x in found.found)]):
            name = f"alternative-{number}" if number else "best"
            folder = a.folder / STUDIES_FOLDER / f"alternatives-{_digest(problem)}" / name
            folder.mkdir(parents=True, exist_ok=True)
            write_plan(folder, series.family.name, problem, plan)
            folders.append(str(folder))
        _tell(a, series, found, alternatives_said(found), folders=folders)
        say(f"The plans: {Path(folders[0]).parent}")
        return Exit.DONE

    return _study(a, work)


def _study(a: argparse.Namespace, work: Callable[[Any, Any], int], aims: Sequence[str] = ()) -> int:
    """Ask the question, then do the study on a warm worker that remembers its solves in the project."""
    from optimiser.data.project import load
    from optimiser.prepare.questions import ask, with_aims
    from optimiser.problems import portable
    from optimiser.studies.series import NoPlanError, Series

    known_family(a.family)
    scenario = scenario_of(a)  # a slip of the pen is told before anything is loaded
    project = load(a.folder)
    choices = with_aims(a.family, scenario.choices, aims)
    problem = ask(project, a.family, choices, scenario.source).problem
    a.asked, a.content = scenario, portable.digest(problem)
    kept = a.folder / STUDIES_FOLDER / SOLVES_FOLDER
    with stop_on_interrupt() as asked, Line(f"{a.command} {a.family}", quiet=a.quiet) as line:
        series = Series(
            a.family,
            scenario.formulation,
            options=scenario.options,
            budget_s=a.budget or math.inf,
            folder=kept,
            on_progress=line,
            should_stop=asked,
        )
        with series:
            try:
                return work(series, problem)
            except NoPlanError as none:
                say(str(none))
                return Exit.INFEASIBLE if none.impossible else Exit.NO_PLAN


def _amount(family: Any, text: str, *, needed: bool = True) -> tuple[str, float | None]:
    """Read ``RULE=AMOUNT`` in planner's units; the rule may be written with underscores.

    Raises
    ------
    UsageError
        If the rule is none that can be relaxed or the amount no number above 0.
    """
    import difflib

    from optimiser.errors import UsageError
    from optimiser.studies.amounts import relaxable
    from optimiser.units import fraction_from_percent, seconds_from_minutes

    name, sign, value = text.partition("=")
    may = relaxable(family)
    rule = next((r for r in may if r.replace("_", " ") == name.strip().replace("_", " ").lower()), "")
    if not rule:
        near = difflib.get_close_matches(name, may, 1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{name!r} is no rule that can be loosened; these can: {', '.join(may)}.{guess}")
    if not sign and not needed:
        return rule, None
    try:
        number = float(value.strip().rstrip("%"))
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise UsageError(f"{text!r} should be RULE=AMOUNT with an amount above 0, as balance=5.")
    convert = {"s": seconds_from_minutes, "frac": fraction_from_percent}.get(family.rule(rule).unit)
    return rule, number if convert is None else convert(number)


def _digest(problem: Any) -> str:
    from optimiser.problems import portable

    return portable.digest(problem)[:10]


def _tell(
    a: argparse.Namespace,
    series: Any,
    found: Any,
    sentences: list[str],
    rows: tuple[list[str], list[list[Any]]] | None = None,
    **more: Any,
) -> None:
    """Print what a study found, in words and a table or as JSON; plans stay in the files."""
    from optimiser.problems import portable
    from optimiser.report.words_studies import took

    _keep(a, series, found)
    if a.json:
        data = json.loads(json.dumps(portable.to_json(found)))
        show_json({**_plain(data), "in_words": [s.replace("\u00a0", " ") for s in sentences], **more})
        return
    for sentence in sentences:
        show(f"- {sentence}")
    if rows is not None and rows[1]:
        show("")
        show(table(rows[1], rows[0]))
    say(took(series.elapsed_s, series.n_solves))


def _keep(a: argparse.Namespace, series: Any, found: Any) -> None:
    """Keep the answer as a study of the project, which the app draws."""
    from optimiser.batch.study_answers import answer_of
    from optimiser.cli.kept import keep

    answer = answer_of(series, found)
    if answer is None:
        return
    names = ("rule", "relax", "between", "within", "points", "number", "slack", "distance")
    keep(
        a.folder,
        answer,
        family=a.family,
        title=_title(a),
        content=a.content,
        scenario=a.asked,
        budget_s=a.budget,
        given={name: getattr(a, name, None) for name in names},
    )


def _title(a: argparse.Namespace) -> str:
    """Return what a study is listed under: what was asked, about which question."""
    asked = a.command.capitalize()
    if getattr(a, "between", None):
        return f"{asked} of {a.family}: {a.between.replace(',', ' against ', 1).replace(',', ' and ')}"
    rules = [
        r.partition("=")[0].replace("_", " ") for r in (*getattr(a, "relax", ()), *getattr(a, "rule", ()))
    ]
    return f"{asked} of {a.family}" + (f": {', '.join(rules)}" if rules else "")


def _plain(value: Any) -> Any:
    """Return JSON without plans, and with what is unlimited as null."""
    if isinstance(value, dict):
        if set(value) == {"float"}:
            return None
        return {k: _plain(v) for k, v in value.items() if k not in ("plan", "best_plan", "witness")}
    return [_plain(v) for v in value] if isinstance(value, list) else value
