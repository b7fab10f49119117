"""Small numbers in what leaves the house."""

import pandas as pd

from optimiser.report.small_numbers import protected


def test_small_cells_are_emptied_and_counted():
    """10 calls are too few at 11, 11 are told; time left by a call of the hour before is few; nothing stays nothing."""
    table = pd.DataFrame(
        {"area": list("abcd"), "calls": [0.2, 0.3, 0.0, 0.0], "minutes": [5.0, 6.0, 1.5, 0.0]}
    )
    found = protected(table, pd.Series([10, 11, 0, 0]), ["calls", "minutes"], 11)
    assert found.table["minutes"].tolist() == ["", 6.0, "", 0.0]
    assert found.table["calls"].tolist() == ["", 0.3, "", 0.0]
    assert found.n_hidden == 2
    assert "fewer than 11" in found.note
    assert table["minutes"].tolist() == [5.0, 6.0, 1.5, 0.0]
