"""``workload``: officer-minutes by area, type, priority, origin and time of the week, as a table or a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import hours, minutes, seconds_from_minutes

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.data.project import Project
    from optimiser.demand.cube import Cube

DIMENSIONS = {
    "area": "area_id",
    "type": "call_type",
    "priority": "priority",
    "origin": "origin",
    "time": "slot",
}
MOST_LINES = 40


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    workload = commands.add_parser(
        "workload", parents=[common], help="officer-minutes of the mean week by area, type, priority and time"
    )
    workload.add_argument("folder", type=Path, help="the project folder")
    workload.add_argument("--by", default="type", help=f"comma-separated, of {', '.join(DIMENSIONS)} (type)")
    workload.add_argument("--slot", choices=("15", "30", "60"), default="60", help="minutes of a slot (60)")
    workload.add_argument(
        "--clear",
        default="recorded",
        help="when a call is over: recorded, 'first clear' or 'last clear' (recorded)",
    )
    workload.add_argument(
        "--officers-per-unit", type=float, default=1.0, metavar="N", help="officers in a car (1)"
    )
    workload.add_argument(
        "--report",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="report time of a call that records none (0)",
    )
    workload.add_argument("--first-day", type=values.day, metavar="YYYY-MM-DD", help="first day that counts")
    workload.add_argument("--last-day", type=values.day, metavar="YYYY-MM-DD", help="last day that counts")
    workload.add_argument("--months", help="only these months, as 6,7,8")
    workload.add_argument("--without", help="days left out (holidays), comma-separated")
    workload.add_argument(
        "--out", type=Path, help="write the whole table here (CSV, small numbers protected)"
    )
    workload.set_defaults(run=run_workload)


def run_workload(a: argparse.Namespace) -> int:
    """Count and print."""
    from optimiser.data.project import load
    from optimiser.demand.clears import side_by_side

    by = _dimensions(a.by)
    project = load(a.folder)
    found = cube_of(project, a)
    assert project.calls is not None
    rows = _table(found, by)
    if a.out is not None:
        _write(a.out, found, by, project)
    clears = side_by_side(project.calls)
    if a.json:
        show_json(
            {
                "slot_s": found.slot_s,
                "n_weeks": found.n_weeks,
                "calls_counted": found.n_calls,
                "imputed": found.imputed,
                "report_imputed": found.n_report_imputed,
                "clears": [
                    {
                        "group": c.group,
                        "calls": c.n_calls,
                        "units_per_call": c.units_per_call,
                        "unit_s": c.mean_unit_s,
                    }
                    for c in clears
                ],
                "rows": rows.to_dict(orient="records"),
            }
        )
        return Exit.DONE
    for line in spoken(found):
        show(line)
    show("")
    for line in clear_lines(clears):
        show(line)
    show("")
    _show_table(rows, by, found.slot_s)
    return Exit.DONE


def cube_of(project: Project, a: argparse.Namespace) -> Cube:
    """Return the workload that the options ask for."""
    from optimiser.demand.cube import CubeParams, cube
    from optimiser.errors import InputError

    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals, not calls: they have no type, priority or time. Import the call extract."
        )
    params = CubeParams(
        slot_s=round(seconds_from_minutes(float(a.slot))),
        clear=a.clear,
        officers_per_unit=a.officers_per_unit,
        report_s={"": seconds_from_minutes(a.report)},
        period=period_of(a),
    )
    return cube(
        project.calls,
        [str(i) for i in project.areas["area_id"]],
        project.settings.timezone,
        params,
        default_service_s=project.settings.default_service_s,
    )


def period_of(a: argparse.Namespace) -> Any:
    """Return the evaluation period that the options ask for."""
    from optimiser.demand.period import Period
    from optimiser.errors import UsageError

    try:
        months = frozenset(int(m) for m in a.months.split(",")) if a.months else frozenset()
    except ValueError:
        raise UsageError(f"--months {a.months!r} should be numbers of months, as 6,7,8.") from None
    try:
        without = frozenset(values.day(d.strip()) for d in a.without.split(",")) if a.without else frozenset()
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--without: {error}.") from None
    return Period(a.first_day, a.last_day, months, without)


def _dimensions(text: str) -> list[str]:
    from optimiser.errors import UsageError

    asked = [p.strip() for p in text.split(",")]
    wrong = [p for p in asked if p not in DIMENSIONS]
    if wrong or len(set(asked)) < len(asked):
        raise UsageError(f"--by {text!r}: give each once, of {', '.join(DIMENSIONS)}.")
    return [DIMENSIONS[p] for p in asked]


def _table(found: Cube, by: list[str]) -> pd.DataFrame:
    grouped = found.table.groupby(by, sort=True)[["calls", "officer_s", "report_s"]].sum()
    return grouped.sort_values("officer_s", ascending=False).reset_index()


def _write(path: Path, found: Cube, by: list[str], project: Project) -> None:
    from optimiser.data.spreadsheet import harmless
    from optimiser.report.small_numbers import protected

    rows = _table(found, by)
    rows["calls_a_week"] = rows["calls"].round(3)
    rows["officer_minutes_a_week"] = (rows["officer_s"] / seconds_from_minutes(1)).round(2)
    figures = ["calls_a_week", "officer_minutes_a_week"]
    behind = (rows["calls"] * found.n_weeks).round()
    safe = protected(rows[[*by, *figures]], behind, figures, project.settings.privacy_threshold)
    for column in by:
        safe.table[column] = safe.table[column].map(harmless)
    safe.table.to_csv(path, index=False, lineterminator="\n")
    say(f"Wrote {path}: {len(rows):,} rows. {safe.note}".rstrip())


def spoken(found: Cube) -> list[str]:
    """Say what was counted and what was assumed."""
    officer_h = hours(float(found.week().sum()))
    own_h = hours(float(found.week(origin="officer").sum()))
    said = [
        f"{found.n_calls:,} calls of {found.n_weeks:.1f} weeks: {officer_h:,.1f} officer-hours a week, "
        f"{own_h:,.1f} of them on work that officers began themselves."
    ]
    if found.imputed:
        parts = ", ".join(f"{n:,} by {level}" for level, n in found.imputed.items())
        said.append(
            f"{sum(found.imputed.values()):,} calls have no usable time and were given a mean: {parts}."
        )
    if found.n_report_imputed:
        said.append(f"{found.n_report_imputed:,} calls record no report time and were given the one stated.")
    return said


def clear_lines(clears: Any) -> list[str]:
    """Say how the definitions of clear differ, for all calls and by priority."""
    if not clears:
        return ["No call says when it was clear."]
    kinds = list(clears[0].mean_unit_s)
    if len(kinds) == 1:
        return [
            "One definition of clear only: the file does not tell the first unit's clear from the last one's."
        ]
    rows = [
        [c.group, c.n_calls, c.units_per_call, *(minutes(v) for v in c.mean_unit_s.values())] for c in clears
    ]
    return [
        "Unit-minutes a call by when it is over (calls that know all of them):",
        table(rows, ["priority", "calls", "units", *kinds]),
    ]


def _show_table(rows: pd.DataFrame, by: list[str], slot_s: int) -> None:
    names = {v: k for k, v in DIMENSIONS.items()}
    lines = [
        [
            *(_told(row[c], c, slot_s) for c in by),
            row["calls"],
            minutes(row["officer_s"]),
            minutes(row["report_s"]),
        ]
        for _, row in rows.head(MOST_LINES).iterrows()
    ]
    show(table(lines, [*(names[c] for c in by), "calls a week", "officer-minutes", "of it reports"]))
    if len(rows) > MOST_LINES:
        show(f"... and {len(rows) - MOST_LINES:,} more; --out FILE writes all.")


def _told(value: Any, column: str, slot_s: int) -> str:
    from optimiser.units import DAY_NAMES, HOURS_PER_DAY, SECONDS_PER_HOUR, time_of_day

    if column != "slot":
        return str(value) or "(none)"
    day, second = divmod(int(value) * slot_s, round(HOURS_PER_DAY * SECONDS_PER_HOUR))
    return f"{DAY_NAMES[day]} {time_of_day(second)}"
