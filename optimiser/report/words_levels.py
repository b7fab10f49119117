"""How many are enough, and beats in districts: what was found, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimiser.report.phrases import count, in_units, listed
from optimiser.solve.result import status_in_words
from optimiser.studies.levels import Sweep
from optimiser.studies.nested import Nested, Unfilled

_ALL = 1000


def numbers_said(numbers: Sequence[int]) -> str:
    """Return rising numbers in words: ``1 to 3, 5 and 8``."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    told: list[str] = []
    for run in runs:
        told += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(n) for n in run]
    return listed(told, _ALL)


def fewest_said(found: Sweep, standard: str) -> str:
    """Say the fewest that reach a standard, and what is known of smaller numbers; "" where there is no standard."""
    if found.standard is None:
        return ""
    if found.fewest is not None:
        return f"The fewest that reach {standard}: {found.fewest}; {_below(found, found.fewest)}."
    still_open = [s.number for s in found.steps if s.number not in found.cannot]
    still_open = sorted({*still_open, *found.unsolved})
    if not still_open:
        return f"None of these numbers reaches {standard}."
    ended = f" ({numbers_said(found.unsolved)} not looked at)" if found.unsolved else ""
    return f"No plan found reaches {standard}; whether {numbers_said(still_open)} can is open{ended}."


def _below(found: Sweep, fewest: int) -> str:
    if found.proved:
        return "no fewer can"
    below = range(1, fewest)
    cannot = [n for n in below if n in found.cannot]
    still_open = [s.number for s in found.steps if s.number < fewest and s.number not in found.cannot]
    not_asked = [n for n in below if n not in cannot and n not in still_open]
    said = []
    if cannot:
        told = numbers_said(cannot)
        said.append(f"none of {told} can" if len(cannot) > 1 else f"{told} cannot")
    if still_open:
        which = "fewer" if still_open == list(below) else numbers_said(still_open)
        said.append(f"whether {which} can is open")
    if not_asked:
        fewer = not_asked == list(range(1, len(not_asked) + 1))
        verb = "was" if len(not_asked) == 1 else "were"
        which = "fewer" if fewer and len(not_asked) > 1 else numbers_said(not_asked)
        said.append(f"{which} {verb} not asked")
    return ", ".join(said)


def left_out_said(left_out: Mapping[int, str]) -> list[str]:
    """Say which numbers were left out and why, one sentence for all that have the same reason."""
    alike: dict[str, list[int]] = {}
    for n, why in sorted(left_out.items()):
        alike.setdefault(why.replace(str(n), "#"), []).append(n)
    return [f"Left out: {numbers_said(numbers)}. {left_out[numbers[0]]}" for numbers in alike.values()]


def unfilled_said(found: Unfilled) -> str:
    """Say which district has no plan of its beats, with the status of its solve."""
    told = f"District {found.district} has no plan of its {count(found.n_beats, 'beat')}"
    if not found.status:
        return f"{told}: no answer came before the time was used up, it was stopped or the search failed."
    status = status_in_words(found.status, confirmed=found.confirmed)
    more = "" if found.status == "infeasible" else ", or give more time"
    return f"{told} ({status}): loosen a rule, as the balance between beats{more}."


def nested_said(found: Nested) -> str:
    """Say what the beats of all districts come to, and what no beats within these districts can beat."""
    reached = f"{found.name[:1].upper()}{found.name[1:]}: {in_units(found.value, found.unit)}"
    if found.bound is None:
        return f"{reached}; nothing is proved about better beats."
    side = "less" if found.sense == "min" else "more"
    bound = in_units(found.bound, found.unit)
    return (
        f"{reached}; no beats within these districts, as many in each as here, can have {side} than {bound}."
    )
