"""Where cover is low: area by area, or in districts much of whose urgent demand lies in such areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.alerts.rules import DISTRICT, AlertRule
from optimiser.alerts.situation import Situation
from optimiser.errors import InputError
from optimiser.units import minutes, percent_text


@dataclass(frozen=True, eq=False)
class Districts:
    """The districts that rules by district look at.

    Parameters
    ----------
    of_area
        District of each area, n names; "" for none.
    demand
        Urgent demand of each area, in any unit, 0 or more, shape (n,).
    """

    of_area: tuple[str, ...]
    demand: NDArray[np.float64]


def require_districts(rules: tuple[AlertRule, ...], districts: Districts | None) -> None:
    """Refuse rules by district where no districts are known.

    Raises
    ------
    InputError
        Naming the first such rule.
    """
    asked = [rule.name for rule in rules if rule.by == DISTRICT]
    if asked and districts is None:
        raise InputError(
            f"Alert {asked[0]!r} is by district, but the areas name no beat or district: import them with one, or ask "
            "by area."
        )


def low_cover(
    rule: AlertRule, s: Situation, districts: Districts | None, lead_s: float = 0.0
) -> dict[str, str]:
    """Return where fewer units than the level will be there in time, so long from now, each with how it stands."""
    n = s.cover(rule.target_s, lead_s)
    when = f"in {minutes(lead_s):.0f} minutes, by what is known of ends, " if lead_s else ""
    looked_at = np.array([not rule.areas or a in rule.areas for a in s.area_ids])
    low = (n < rule.level) & looked_at
    if rule.by != DISTRICT or districts is None:
        return {
            s.area_ids[k]: f"{when}{n[k]} free units reach {s.area_ids[k]} in time, {rule.level} wanted"
            for k in np.flatnonzero(low)
        }
    demand = np.where(looked_at, districts.demand, 0.0)
    names, which = np.unique(np.array(districts.of_area, dtype=str), return_inverse=True)
    of_all = np.bincount(which, demand, len(names))
    of_low = np.bincount(which, np.where(low, demand, 0.0), len(names))
    share = np.divide(of_low, of_all, out=np.zeros(len(names)), where=of_all > 0)
    found = {}
    for name, part in zip(names.tolist(), share.tolist(), strict=True):
        if name and part > 0 and part >= rule.share_frac - 1e-9:
            found[name] = (
                f"{when}areas with {percent_text(part, 0)} of {name}'s urgent demand have fewer than {rule.level} "
                "free units there in time"
            )
    return found
