"""Shift plans whose answer is worked out by hand, and plans that break one rule each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem

SLOTS = 168
FREE: dict[str, Any] = {"hold_split": False, "interval_price": 0.0}
HELD = ShiftsParams(interval_price=0.0)


def week(
    params: ShiftsParams, shifts: dict[str, tuple[int, int]], need: dict[int, int], **more: Any
) -> ShiftsProblem:
    """Return an hourly problem: shifts as name -> (start hour, hours), need as slot -> officers."""
    requirement = np.zeros(SLOTS, dtype=np.int64)
    for slot, officers in need.items():
        requirement[slot % SLOTS] = officers
    values: dict[str, Any] = {
        "slot_s": 3600,
        "requirement": requirement,
        "call_work_s": np.zeros(SLOTS),
        "admin_s": np.zeros(SLOTS),
        "shift_ids": tuple(shifts),
        "shift_start": np.array([s for s, _ in shifts.values()], dtype=np.int64),
        "shift_slots": np.array([n for _, n in shifts.values()], dtype=np.int64),
        "shift_days": np.ones((len(shifts), 7), dtype=bool),
        "cost_per_officer_h": np.ones(SLOTS),
    }
    return ShiftsProblem(params=params, **(values | more))


def union_airways() -> ShiftsProblem:
    """Hillier and Lieberman: ten needs of one day, five eight-hour shifts, 30,610 with (48, 31, 39, 43, 15).

    Cost belongs to the shift there and to the hour here: hourly costs under which the five shifts' eight hours add
    up to their prices 170, 160, 175, 180, 195.
    """
    blocks = (48, 79, 65, 87, 64, 73, 82, 43, 52)
    need = {6 + 2 * k + j: n for k, n in enumerate(blocks) for j in (0, 1)} | {24 + h: 15 for h in range(6)}
    starts = {"06": 6, "08": 8, "12": 12, "16": 16, "22": 22}
    cost = np.ones(SLOTS)
    cost[6:8], cost[8:16], cost[16:20], cost[20:22], cost[22:24], cost[24:30] = 25, 20, 23.75, 20, 22.5, 25
    days = np.zeros((5, 7), dtype=bool)
    days[:, 0] = True
    return week(
        ShiftsParams(**FREE),
        {n: (s, 8) for n, s in starts.items()},
        need,
        cost_per_officer_h=cost,
        shift_days=days,
    )


def _round_the_clock(params: ShiftsParams, **more: Any) -> ShiftsProblem:
    """Three eight-hour shifts every day."""
    return week(params, {"E": (6, 8), "L": (14, 8), "N": (22, 8)}, {}, **more)


def _call_bound() -> ShiftsProblem:
    """One officer-hour of calls in every hour: at 30 % that asks for 560 officer-hours, 70 shifts of 8."""
    return _round_the_clock(
        ShiftsParams(interval_price=0.0),
        call_work_s=np.full(SLOTS, 3600.0),
        requirement=np.ones(SLOTS, dtype=np.int64),
    )


def _shortage() -> ShiftsProblem:
    """Three wanted on Monday 06-14, 16 officer-hours to spend: one short at price 1 for 8 hours."""
    params = ShiftsParams(objective="shortage", budget_h=16.0, surplus_price=0.0, **FREE)
    return week(params, {"E": (6, 8)}, dict.fromkeys(range(6, 14), 3))


def hand_cases() -> list[tuple[str, ShiftsProblem, float | str]]:
    """Return (name, problem, optimum or "infeasible")."""
    wrap = week(ShiftsParams(**FREE), {"N": (22, 8)}, {SLOTS - 1: 2, 0: 2, 5: 2})
    steep = _shortage()
    return [
        ("Union Airways (Hillier and Lieberman)", union_airways(), 30610.0),
        ("a night shift runs from Sunday into Monday", wrap, 16.0),
        ("the call ceiling sets the total", _call_bound(), 560.0),
        ("the budget leaves one officer short", steep, 8.0),
        (
            "a second missing officer costs twice as much",
            replace(steep, params=replace(steep.params, budget_h=8.0)),
            24.0,
        ),
        (
            "one start time cannot cover two ends of a day",
            week(ShiftsParams(max_start_times=1, **FREE), {"E": (6, 8), "L": (14, 8)}, {7: 1, 20: 1}),
            "infeasible",
        ),
        (
            "two start times can",
            week(ShiftsParams(max_start_times=2, **FREE), {"E": (6, 8), "L": (14, 8)}, {7: 1, 20: 1}),
            16.0,
        ),
        (
            # Monday's hour 10 has 0.9 officer-hours of calls, 0.3 of them within the ceiling of one officer
            "calls above the ceiling of their hour are priced",
            week(
                ShiftsParams(hold_split=False, interval_price=2.0),
                {"D": (8, 8)},
                dict.fromkeys(range(8, 16), 1),
                call_work_s=np.where(np.arange(SLOTS) == 10, 0.9 * 3600, 0.0),
            ),
            9.2,
        ),
        (
            # half an officer-hour of calls in hour 10 is exactly two officers at 25 %: one too few is 0.25 h at 2
            "the price may end at a whole number of officers",
            week(
                ShiftsParams(
                    hold_split=False, interval_price=2.0, call_ceiling_frac=0.25, proactive_floor_frac=0.35
                ),
                {"D": (8, 8)},
                dict.fromkeys(range(8, 16), 1),
                call_work_s=np.where(np.arange(SLOTS) == 10, 0.5 * 3600, 0.0),
            ),
            8.5,
        ),
        *_waiting_cases(),
        *_rota_cases(),
        (
            "no shift reaches the need",
            week(ShiftsParams(**FREE), {"E": (6, 8)}, {20: 1}),
            "infeasible",
        ),
    ]


def _waiting_cases() -> list[tuple[str, ShiftsProblem, float | str]]:
    """Monday 06-14 has a call an hour; of 0, 1, 2, 3 officers find nobody 1, 1, 0.4, 0.1: fallen most from 1 to 2.

    Priced: 1.6, 1, 0.4, 0.1, because the first officer saves at least what the second does.
    """
    calls = np.zeros((SLOTS, 4))
    calls[6:14] = [1.0, 1.0, 0.4, 0.1]
    day = {"E": (6, 8)}
    free = FREE | {"surplus_price": 0.0}

    def short(budget_h: float, price: float) -> ShiftsProblem:
        p = ShiftsParams(objective="shortage", budget_h=budget_h, no_free_price=price, **free)
        return week(p, day, dict.fromkeys(range(6, 14), 1), nobody_free=calls)

    return [
        ("with nobody all calls and more are priced", short(0.0, 2.0), 8 * (1 + 2 * 1.6)),
        ("an officer above the requirement finds more of them free", short(16.0, 2.0), 8 * 2 * 0.4),
        # 8 officer-hours at 1 save 8 x 2 x 0.6 = 9.6; a third officer 8 x 2 x 0.3 = 4.8 only
        (
            "officers are paid for while they save as many calls",
            week(ShiftsParams(no_free_price=2.0, **FREE), day, {}, nobody_free=calls),
            16 + 8 * 2 * 0.4,
        ),
        # calls of hour 10 above 30 %: 0.9 - 0.3 n at 2 each, besides
        (
            "both prices of a slot are added",
            week(
                ShiftsParams(hold_split=False, interval_price=2.0, no_free_price=1.0),
                day,
                dict.fromkeys(range(6, 14), 1),
                nobody_free=calls,
                call_work_s=np.where(np.arange(SLOTS) == 10, 0.9 * 3600, 0.0),
            ),
            # with 1: 8 + 8 x 1 + 1.2; with 2: 16 + 8 x 0.4 + 0.6
            17.2,
        ),
    ]


def _rota_cases() -> list[tuple[str, ShiftsProblem, float | str]]:
    """Rules of the rota, each worked by hand; shifts of 8 hours at 1 an hour unless said."""
    day, both = {"E": (6, 8)}, {"E": (6, 8), "L": (7, 8)}
    two = dict.fromkeys(range(6, 14), 2)
    ends = {6: 1, 24 + 14: 1}  # Monday from 06, Tuesday until 15
    today = ShiftsPlan({"E@0": 1, "E@1": 1})
    held = {"E": (6, 8), "E+2": (6, 10)}
    late = dict.fromkeys(range(6, 16), 1)
    hold = {"overtime": ("", "hold-over"), "overtime_slots": (0, 2)}
    long = {"A": (0, 12), "B": (12, 12), "M": (8, 8)}
    handed = dict.fromkeys(range(6, 18), 1)
    bands = {"shortage_bands_frac": (0.1, 0.5), "shortage_prices": (1.0, 2.0, 4.0)}

    def short(need: int, budget_h: float) -> ShiftsProblem:
        p = ShiftsParams(objective="shortage", budget_h=budget_h, surplus_price=0.0, **FREE)
        return week(p, day, dict.fromkeys(range(6, 14), need), **bands)

    return [
        # 6 needs E on Monday, 14 needs L on Tuesday: both on both days, or nothing
        (
            "days that go together start together",
            week(ShiftsParams(same_starts=("Mon-Tue",), **FREE), both, ends),
            32.0,
        ),
        (
            "one start may be missing on one day, twice",
            week(ShiftsParams(same_starts=("Mon Tue",), relax={"same_starts": 2.0}, **FREE), both, ends),
            16.0,
        ),
        # A and B meet at 12, so one more must be there from 11 to 13
        (
            "somebody stays over the change",
            week(ShiftsParams(hand_over_officers=1, hand_over_s=3600.0, **FREE), long, handed),
            32.0,
        ),
        (
            "nobody can stay over a change",
            week(
                ShiftsParams(hand_over_officers=1, **FREE),
                {"E": (6, 4), "L": (10, 4)},
                dict.fromkeys(range(6, 14), 1),
            ),
            "infeasible",
        ),
        # two wanted on Monday, today's rota has one there and one on Tuesday: 8 h more are free of price but for pay
        (
            "an hour that changes is priced",
            week(ShiftsParams(change_price=0.5, **FREE), day, two, existing=today),
            16 + 0.5 * 16,
        ),
        (
            "no more may change than allowed",
            week(ShiftsParams(most_changed_h=8.0, **FREE), day, two, existing=today),
            24.0,
        ),
        ("hold-over at one and a half", week(ShiftsParams(**FREE), held, late, **hold), 8 + 2 * 1.5),
        (
            "no hour may be held over",
            week(ShiftsParams(most_hold_over_h=1.0, **FREE), held, late, **hold),
            "infeasible",
        ),
        (
            "officers called back beside the rota",
            week(
                ShiftsParams(max_start_times=1, most_call_back_h=4.0, **FREE),
                {"E": (6, 8), "C": (16, 4)},
                {6: 1, 17: 1},
                overtime=("", "call-back"),
                overtime_slots=(0, 4),
            ),
            8 + 4 * 1.5,
        ),
        (
            "one at court is rostered besides",
            week(ShiftsParams(**FREE), day, {7: 1}, away=away_then(7, 1)),
            16.0,
        ),
        # of 20 wanted 18 are there: 10 % at price 1; of 4 wanted 2: 50 %, past the first band at once, price 2
        ("a tenth missing is cheap", short(20, 18 * 8.0), 16.0),
        ("half missing is dear, however few", short(4, 16.0), 32.0),
    ]


def away_then(slot: int, officers: int) -> tuple[int, ...]:
    return tuple(officers if s == slot else 0 for s in range(SLOTS))


def breaking_plans() -> dict[str, tuple[ShiftsProblem, ShiftsPlan]]:
    """Return for every rule a problem and a plan that breaks it and nothing else."""
    day = dict.fromkeys(range(6, 14), 1)
    early = {"E": (6, 8)}
    plain = week(ShiftsParams(**FREE), early, day)
    good = ShiftsPlan({"E@0": 1})
    monday = np.zeros((1, 7), dtype=bool)
    monday[:, 0] = True

    def split(
        plan: dict[str, int], params: ShiftsParams = HELD, **more: Any
    ) -> tuple[ShiftsProblem, ShiftsPlan]:
        return week(params, {"E": (6, 8), "N": (22, 8)}, {}, **more), ShiftsPlan(plan)

    def at(slot: int, hours: float) -> np.ndarray:
        return np.where(np.arange(SLOTS) == slot, hours * 3600, 0.0)

    return {
        "known_shift": (replace(plain, shift_days=monday), ShiftsPlan({"E@0": 1, "E@1": 1})),
        "whole_officers": (plain, ShiftsPlan({"E@0": 1.5})),  # type: ignore[dict-item]
        "shift_capacity": (replace(plain, most_per_shift=2), ShiftsPlan({"E@0": 3})),
        "requirement": (plain, ShiftsPlan({"E@1": 1})),
        "minimum_on_duty": (
            week(ShiftsParams(minimum_on_duty=1, **FREE), {"A": (0, 12), "B": (12, 12)}, {}),
            ShiftsPlan({f"{s}@{d}": 1 for s in "AB" for d in range(7) if (s, d) != ("B", 3)}),
        ),
        "start_times": (
            week(ShiftsParams(max_start_times=1, **FREE), {"E": (6, 8), "L": (14, 8)}, day),
            ShiftsPlan({"E@0": 1, "L@0": 1}),
        ),
        "abstraction": (replace(plain, requirement=plain.requirement * 0, away=away_then(7, 2)), good),
        "hand_over": (
            week(ShiftsParams(hand_over_officers=1, **FREE), {"E": (6, 4), "L": (10, 4)}, day),
            ShiftsPlan({"E@0": 1, "L@0": 1}),
        ),
        "same_starts": (
            week(ShiftsParams(same_starts=("Mon-Tue",), **FREE), {"E": (6, 8), "L": (14, 8)}, day),
            ShiftsPlan({"E@0": 1, "E@1": 1, "L@1": 1}),
        ),
        "change": (
            replace(plain, params=ShiftsParams(most_changed_h=7.0, **FREE), existing=ShiftsPlan()),
            good,
        ),
        "hold_over": (
            replace(
                plain,
                params=ShiftsParams(most_hold_over_h=1.0, **FREE),
                overtime=("hold-over",),
                overtime_slots=(2,),
            ),
            good,
        ),
        "call_back": (
            replace(
                plain,
                params=ShiftsParams(most_call_back_h=7.0, **FREE),
                overtime=("call-back",),
                overtime_slots=(8,),
            ),
            good,
        ),
        "budget": (replace(plain, params=ShiftsParams(budget_h=7.5, **FREE)), good),
        "call_ceiling": split({"E@0": 1}, call_work_s=at(7, 2.5)),
        "admin_ceiling": split({"E@0": 1}, admin_s=at(7, 2.5)),
        # the ceilings imply this floor, but for a tolerance where no community floor gives way to it
        "proactive_floor": split(
            {"E@0": 1},
            ShiftsParams(
                interval_price=0.0, proactive_floor_frac=0.4, community_floor_frac=0.0, tolerance_frac=0.05
            ),
            call_work_s=at(7, 2.72),
            admin_s=at(7, 2.72),
        ),
        # night shifts from 22 to 06 touch no hour of a window from 08 to 21
        "community_floor": split({"N@0": 1}),
    }
