r"""Proof that a design without deviation is best, by what a better one would spend on deviation.

    d = c_u sum u_t + c_o sum o_t = 0,  d in [1 step, 1 step],  [2, 2],  [3, 3],  [4, 5],  [6, 8], ...          (1)
    f sum y_s + g x <= v - step - (least d of the case)                                                     (2)

v is the value of the known design, step the grid on which all values lie. Who spends much on deviation has few shifts
left, and the need says how few are too few; who spends little deviates in few slots, so that every change of the need
forces a start or an end. Together the cases are all designs that are better, and each is far tighter than the whole:
the relaxation refutes most of them. The division is our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimiser.problems.shift_design import ShiftDesignProblem
from optimiser.solve.backends.linear import LinearModel
from optimiser_models.shift_design.bounds import grid, limits
from optimiser_models.shift_design.rows import build, columns

WIDENING = 4
"""A case is as wide as its least deviation over this: the more is spent, the less its exact amount matters."""
SLACK = 1e-6
"""Of a step, so that rounding cuts off no design."""


def cases(problem: ShiftDesignProblem, value: float) -> list[LinearModel]:
    """Return the model of every case of designs that cost less than ``value``; none where values lie on no grid."""
    step = grid(problem)
    return [_case(problem, value - step, *pays, step) for pays in _intervals(value, step)] if step > 0 else []


def _intervals(value: float, step: float) -> Iterator[tuple[float, float]]:
    """Yield what a design better than ``value`` can pay for deviation, in intervals that widen."""
    least, last = 0, round(value / step) - 1
    while least <= last:
        most = min(last, least + least // WIDENING)
        yield least * step, most * step
        least = most + 1


def _case(problem: ShiftDesignProblem, dearest: float, least: float, most: float, step: float) -> LinearModel:
    """Return the model of designs that pay from ``least`` to ``most`` for deviation and ``dearest`` at most in all."""
    c, p = columns(problem), problem.params
    at = limits(problem, spent=most)
    if p.shift_price > 0:
        shifts = math.floor((dearest - least) / p.shift_price + SLACK)
        at = replace(at, most_shifts=min(at.most_shifts, shifts))
    model = build(problem, at)
    deviation = np.where(np.arange(c.n) >= c.u, model.cost, 0.0)
    slack = SLACK * step
    return replace(
        model,
        a=sp.csr_array(sp.vstack([model.a, sp.csr_array(np.array([deviation, model.cost]))])),
        row_lower=np.append(model.row_lower, [least - slack, -np.inf]),
        row_upper=np.append(model.row_upper, [most + slack, dearest + slack]),
    )
