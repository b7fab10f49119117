"""Officers at work today, by district and in all, and the hours a week that they give."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.data.project import Project
from optimiser.data.strength_table import read_strength
from optimiser.demand.relief import ReliefParams

STRENGTH_FILE = "strength.csv"


@dataclass(frozen=True, slots=True)
class StrengthToday:
    """Officers assigned and fit, and the hours a week that one of them is at work, absence taken out."""

    officers: int
    week_h: float

    @property
    def officer_h(self) -> float:
        """Officer-hours a week of all of them."""
        return self.officers * self.week_h


def strength_today(project: Project, district: str = "") -> StrengthToday | None:
    """Return the officers of a district, or of the force (""); None where no file tells.

    Raises
    ------
    InputError
        If ``strength.csv`` is there and faulty.
    """
    path = project.folder / STRENGTH_FILE
    if not path.is_file():
        return None
    table = read_strength(path)
    if district and district not in table:
        return None
    rows = [table[district]] if district else list(table.values())
    return StrengthToday(sum(r.assigned - r.unfit for r in rows), ReliefParams().net_week_h)
