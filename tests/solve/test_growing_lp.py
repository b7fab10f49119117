"""A program that grows: what HiGHS gives up on is solved once more from nothing, and only then an error."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from optimiser.errors import BackendError
from optimiser.solve.backends import highs_lp
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions


def _program() -> highs_lp.GrowingLP:
    model = LinearModel(
        sense="min",
        cost=np.array([1.0, 2.0]),
        lower=np.zeros(2),
        upper=np.full(2, 10.0),
        integer=np.zeros(2, dtype=bool),
        a=sp.csr_array(np.array([[1.0, 1.0]])),
        row_lower=np.array([3.0]),
        row_upper=np.array([np.inf]),
    )
    return highs_lp.GrowingLP(model, options=SolveOptions())


@pytest.mark.parametrize("faults", [1, 2])
def test_a_solve_that_fails_begins_again_from_nothing(faults, monkeypatch):
    """After a first solve and another row one more solve fails: once is mended, twice is said."""
    lp = _program()
    assert lp.solve(5.0).objective == pytest.approx(3.0)
    lp.add_rows(sp.csr_array(np.array([[0.0, 1.0]])), np.array([1.0]), np.array([np.inf]))
    real, left = highs_lp.read, [faults]

    def failing(*given, **named):
        if left[0]:
            left[0] -= 1
            raise BackendError("HiGHS ended with Solve error.")
        return real(*given, **named)

    monkeypatch.setattr(highs_lp, "read", failing)
    if faults == 2:
        with pytest.raises(BackendError, match="Solve error"):
            lp.solve(5.0)
    else:
        assert lp.solve(5.0).objective == pytest.approx(4.0)
        assert lp.solve(5.0).objective == pytest.approx(4.0)
