"""What good service means: the planner's standards that officers on duty must meet in every slot."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.units import asked_text


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementParams:
    """What good service means, slot by slot. None leaves a reason out."""

    no_free_unit_frac: float | None = asked(
        0.02, "frac", "At most this share of calls finds no free unit", minimum=0, maximum=1
    )
    minimum_units: int = asked(2, "units", "Never fewer units than this", minimum=0)
    officers_per_unit: int = asked(1, "officers", "Officers in a unit", minimum=1)
    urgent_wait_s: float | None = asked(
        None, "s", "Urgent calls get a unit within this time", group="advanced", minimum=0
    )
    urgent_late_frac: float = asked(
        0.05, "frac", "Share of urgent calls that may wait longer", group="advanced"
    )
    reserve_units: int = asked(
        0, "units", "Free units kept for urgent calls only", group="advanced", minimum=0
    )
    held_back_frac: float | None = asked(
        None,
        "frac",
        "At most this share of the other calls waits for a unit or for the reserve",
        group="advanced",
    )
    response_s: float | None = asked(
        None, "s", "Urgent calls are reached within this time, wait and drive", group="advanced"
    )
    response_late_frac: float | None = asked(
        None,
        "frac",
        "Share of urgent calls that may be reached later; else the mean keeps it",
        group="advanced",
    )
    area_m2: float = asked(0.0, "m2", "Area that units are spread over", group="advanced")
    speed_m_per_s: float = asked(11.0, "m/s", "Mean speed to a call", group="advanced")
    interval_ceiling_frac: float | None = asked(
        None, "frac", "Hold this share on calls in every slot, not only over the cycle", group="advanced"
    )
    officers_per_supervisor: int | None = asked(
        None, "officers", "At most so many officers to a supervisor", group="advanced", minimum=1
    )

    def __post_init__(self) -> None:
        faults = [*self._share_faults(), *self._count_faults()]
        if self.response_s is not None and not (
            self.response_s > 0 and self.area_m2 >= 0 and self.speed_m_per_s > 0
        ):
            faults.append("A response limit needs response_s and speed_m_per_s, both positive.")
        if self.urgent_wait_s is not None and self.urgent_wait_s < 0:
            faults.append(f"urgent_wait_s must be 0 or more seconds, got {self.urgent_wait_s}.")
        if faults:
            raise InputError(" ".join(faults))

    def _share_faults(self) -> list[str]:
        names = (
            "no_free_unit_frac",
            "interval_ceiling_frac",
            "urgent_late_frac",
            "held_back_frac",
            "response_late_frac",
        )
        return [
            f"{name} is a fraction between 0 and 1, got {value}; 2 % is 0.02."
            for name in names
            if (value := getattr(self, name)) is not None and not 0 < value < 1
        ]

    def _count_faults(self) -> list[str]:
        faults = []
        if self.minimum_units < 0 or self.officers_per_unit < 1:
            faults.append(
                f"minimum_units {self.minimum_units} or officers_per_unit {self.officers_per_unit} is too few."
            )
        if self.reserve_units < 0:
            faults.append(f"reserve_units must be 0 or more units, got {self.reserve_units}.")
        if self.officers_per_supervisor is not None and self.officers_per_supervisor < 1:
            faults.append(
                f"officers_per_supervisor must be 1 or more, got {self.officers_per_supervisor}; leave it out for none."
            )
        return faults


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTargets:
    """Shares of on-duty time over the cycle: ceilings for calls and administration, floors for the others."""

    call_ceiling_frac: float = 0.30
    proactive_floor_frac: float = 0.30
    admin_ceiling_frac: float = 0.30
    community_floor_frac: float = 0.10

    def __post_init__(self) -> None:
        names = ("call_ceiling_frac", "proactive_floor_frac", "admin_ceiling_frac", "community_floor_frac")
        shares = [getattr(self, name) for name in names]
        faults = [
            f"{name} is a fraction from 0 to 1, got {share:g}; 30 % is 0.30."
            for name, share in zip(names, shares, strict=True)
            if not 0 <= share <= 1
        ]
        if not abs(sum(shares) - 1) <= 1e-9:
            faults.append(
                "The four shares of the time split (call, proactive, admin, community) must sum to 1 (100 %), got "
                f"{' + '.join(f'{s:g}' for s in shares)} = {sum(shares):g} ({asked_text(sum(shares))}); change "
                f"{' or '.join(names)}."
            )
        if faults:
            raise InputError(" ".join(faults))
        if self.call_ceiling_frac == 0:
            raise InputError(
                "call_ceiling_frac is 0: no number of officers answers calls in no time; raise it."
            )

    def hours_asked(self, calls_h: float, admin_h: float) -> dict[str, float]:
        """Officer-hours of a cycle that each share asks for, by reason."""
        free = 1.0 - self.proactive_floor_frac - self.community_floor_frac
        asked = {"calls": calls_h / self.call_ceiling_frac}
        if admin_h > 0:
            if self.admin_ceiling_frac == 0:
                raise InputError(
                    f"{admin_h:.0f} hours of administration a week are needed and their ceiling is 0; raise it."
                )
            asked["administration"] = admin_h / self.admin_ceiling_frac
        asked["room for proactive and community work"] = (calls_h + admin_h) / free
        return asked
