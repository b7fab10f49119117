"""Growth between, before and after the years that a planner's table gives, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser.data.outlook import Growth, read_growth

IDS = ("A", "B", "C", "D")


def growth(folder: Path, rows: str, base_year: int | None = None, **places: tuple[str, ...]) -> Growth:
    """Read a table of these rows."""
    path = folder / "growth.csv"
    path.write_text(f"area_id,place,year,factor\n{rows}", encoding="utf-8")
    return read_growth(path, IDS, {a: a for a in IDS}, places, base_year)


def test_a_year_of_another_area_takes_nothing_away(tmp_path):
    """A at 1.2 and 1.5 is 1.35 halfway, in the year that only B names; C, which nobody names, stays at 1."""
    found = growth(tmp_path, "A,,2030,1.2\nA,,2040,1.5\nB,,2035,2\n")
    assert found.years == ("2030", "2035", "2040")
    assert found.factor[:, 0] == pytest.approx([1.2, 1.35, 1.5])
    assert found.factor[:, 2] == pytest.approx([1.0, 1.0, 1.0])


def test_before_the_first_year_and_after_the_last(tmp_path):
    """B is 2 in 2035: from 1 in 2025 it is 1.5 in 2030; where today is not known it is 2; after it, 2, and counted."""
    rows = "A,,2030,1.2\nA,,2040,1.5\nB,,2035,2\n"
    assert growth(tmp_path, rows, 2025).factor[:, 1] == pytest.approx([1.5, 2.0, 2.0])
    assert growth(tmp_path, rows, 2036).factor[:, 1] == pytest.approx([2.0, 2.0, 2.0])
    found = growth(tmp_path, rows)
    assert found.factor[:, 1] == pytest.approx([2.0, 2.0, 2.0])
    assert found.held == 1
    assert growth(tmp_path, "A,,2030,1.2\nB,,2030,2\n").held == 0


def test_an_area_of_its_own_goes_by_its_own_rows_alone(tmp_path):
    """The ward grows to 1.1 and 1.2; A, an estate of 3 in 2030, does not fall back to the ward's 1.2 in 2040."""
    rows = "A,,2030,3\n,West,2030,1.1\n,West,2040,1.2\n"
    found = growth(tmp_path, rows, ward=("West", "West", "", "East"))
    assert found.factor[:, :3].T.tolist() == [[3.0, 3.0], [1.1, 1.2], [1.0, 1.0]]
