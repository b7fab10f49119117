"""Pyomo for the readable model, HiGHS on its arrays for the solve.

The model is compiled once to a :class:`LinearModel` by Pyomo's own standard-form writer. So the lint, the
progress, the stop and the reading of answers are those of :mod:`optimiser.solve.backends.highs`, and
none of Pyomo's solver interfaces (which differ in what they do at a time limit) is between.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from pyomo.core.base.enums import SortComponents
from pyomo.environ import Objective, minimize
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from optimiser.solve.backends import highs
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Program, Report
from optimiser.solve.result import Outcome


def compile_model(model: Any) -> tuple[LinearModel, dict[int, int]]:
    """Return the arrays of a Pyomo model and the column of each variable by ``id(variable)``.

    The model has one active objective. Rows keep the names of their constraints.
    """
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    columns = form.columns
    objective = next(iter(model.component_data_objects(Objective, active=True, sort=SortComponents.unsorted)))
    rhs = np.asarray(form.rhs, dtype=np.float64)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int64)
    bounds = [v.bounds for v in columns]
    linear = LinearModel(
        sense="min" if objective.sense == minimize else "max",
        cost=np.asarray(form.c.todense(), dtype=np.float64).ravel(),
        offset=float(np.asarray(form.c_offset).ravel()[0]),
        lower=np.array([-np.inf if b[0] is None else b[0] for b in bounds], dtype=np.float64),
        upper=np.array([np.inf if b[1] is None else b[1] for b in bounds], dtype=np.float64),
        integer=np.array([not v.is_continuous() for v in columns], dtype=bool),
        a=sp.csr_array(form.A),
        row_lower=np.where(kind == 1, -np.inf, rhs),
        row_upper=np.where(kind == -1, np.inf, rhs),
        row_names=tuple(row.constraint.name for row in form.rows),
    )
    return linear, {id(v): j for j, v in enumerate(columns)}


def run(program: Program[Any], options: SolveOptions, report: Report) -> Outcome[Any]:
    """Back end for a Program whose model is a Pyomo model; ``value_of`` takes a Pyomo variable."""
    report(phase="building model")
    linear, column = compile_model(program.model)

    def read_plan(value_of: Any) -> Any:
        def value(variable: Any) -> float:
            j = column.get(id(variable))
            if j is not None:
                return float(value_of(j))
            # a variable that no row and no objective mentions is free to sit at its bound
            return float(variable.value if variable.fixed else (variable.lb or 0.0))

        return program.read_plan(value)

    start = {column[id(v)]: x for v, x in program.start.items() if id(v) in column}
    return highs.run(replace(program, model=linear, read_plan=read_plan, start=start), options, report)
