"""The rota's own rules for ``shifts.cpsat``: as in ``milp_rota``, start times by implication, change by magnitude."""

from __future__ import annotations

from ortools.sat.python import cp_model

from optimiser_models.shifts.terms import Terms
from optimiser_models.shifts.terms_rota import SameStarts


def add(model: cp_model.CpModel, t: Terms, x: list[cp_model.IntVar]) -> list[cp_model.IntVar]:
    """Add the rules; return the officers changed against today's rota by pair, none where no rule asks for them."""
    for group in t.rota.same:
        _same(model, group, x)
    for _, pairs in sorted(t.rota.stay.items()):
        if pairs:
            model.add(sum(x[v] for v in pairs) >= t.rota.stay_least)
        else:
            model.add_bool_or([])  # nobody can stay over this change
    for slots, most in t.rota.overtime:
        model.add(sum(int(k) * staffed for k, staffed in zip(slots, x, strict=True) if k) <= most)
    return _change(model, t, x)


def _same(model: cp_model.CpModel, group: SameStarts, x: list[cp_model.IntVar]) -> None:
    gaps: list[cp_model.LinearExprT] = []
    for start, days in sorted(group.pairs.items()):
        used = []
        for d, pairs in enumerate(days):
            here = model.new_bool_var(f"used[{start},{d}]")
            model.add(sum(x[v] for v in pairs) >= 1).only_enforce_if(here)
            for v in pairs:
                model.add(x[v] == 0).only_enforce_if(~here)
            used.append(here)
        some = model.new_bool_var(f"used[{start}]")
        model.add_max_equality(some, used)
        gaps += [some - here for here in used]
    model.add(sum(gaps) <= group.slack)


def _change(model: cp_model.CpModel, t: Terms, x: list[cp_model.IntVar]) -> list[cp_model.IntVar]:
    changed = []
    for v, today in enumerate(t.rota.today.tolist()):
        c = model.new_int_var(0, max(int(t.most[v]), today), f"changed[{v}]")
        model.add_abs_equality(c, x[v] - today)
        changed.append(c)
    if changed and t.rota.most_changed is not None:
        slots = sum(int(k) * c for k, c in zip(t.rota.length, changed, strict=True))
        model.add(slots <= t.rota.most_changed - t.rota.gone)
    return changed
