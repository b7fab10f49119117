"""Scenario files: bases, overrides, planner's units, and messages that say what to mend."""

from __future__ import annotations

import pytest

from optimiser.batch.scenario import from_table, merged, read_scenarios
from optimiser.errors import InputError
from optimiser.prepare import choices
from optimiser.prepare.sectors import SectorsSetup
from optimiser.solve.options import SolveOptions


def test_units_are_the_planners():
    """Minutes and percent in the file, seconds and fractions inside."""
    (setup,) = choices.read((SectorsSetup,), {"longest_drive_min": 12, "tolerance_pct": 8}, "x")
    assert setup.longest_drive_s == 720
    assert setup.tolerance_frac == pytest.approx(0.08)
    assert choices.show(setup)["longest_drive_min"] == 12


def test_unknown_and_wrong_values_are_all_named():
    """Every fault at once, with a guess."""
    with pytest.raises(InputError, match=r"did you mean 'tolerance_pct'.*n_districts = 'six'"):
        choices.read((SectorsSetup,), {"tolerence_pct": 5, "n_districts": "six"}, "a.toml, [sectors]")


def test_base_and_override(tmp_path):
    """A scenario overrides its base table by table."""
    (tmp_path / "base.toml").write_text(
        'question = "sectors"\n[sectors]\nn_districts = 5\n[solve]\ntime_limit_min = 1\n'
    )
    (tmp_path / "more.toml").write_text('name = "Seven"\nbase = "base.toml"\n[sectors]\nn_districts = 7\n')
    (scenario,) = read_scenarios(tmp_path / "more.toml")
    assert scenario.name == "Seven"
    assert scenario.choices == {"n_districts": 7}
    assert scenario.options == SolveOptions(time_limit_s=60)
    assert scenario.formulation == "sectors.cuts"


def test_a_list_of_scenarios(tmp_path):
    """Each entry overrides what stands above the list; names must differ."""
    head = 'question = "sectors"\n[sectors]\ntolerance_pct = 5\n'
    (tmp_path / "list.toml").write_text(
        head + '[[scenario]]\nname = "a"\n[scenario.sectors]\nn_districts = 4\n[[scenario]]\nname = "b"\n'
    )
    first, second = read_scenarios(tmp_path / "list.toml")
    assert first.choices == {"tolerance_pct": 5, "n_districts": 4}
    assert second.choices == {"tolerance_pct": 5}
    (tmp_path / "twice.toml").write_text(head + '[[scenario]]\nname = "a"\n[[scenario]]\nname = "a"\n')
    with pytest.raises(InputError, match="two scenarios are called a"):
        read_scenarios(tmp_path / "twice.toml")


def test_circles_and_strangers(tmp_path):
    """A base that is its own base, a question nobody knows, a formulation of another question."""
    (tmp_path / "a.toml").write_text('base = "b.toml"\n')
    (tmp_path / "b.toml").write_text('base = "a.toml"\n')
    with pytest.raises(InputError, match="circle"):
        read_scenarios(tmp_path / "a.toml")
    with pytest.raises(InputError, match="which question"):
        from_table({"question": "weather"})
    with pytest.raises(InputError, match="does not answer sectors"):
        from_table({"question": "sectors", "solve": {"formulation": "shifts.milp"}})


def test_merged_keeps_what_is_not_named():
    """Tables merge, values replace."""
    assert merged({"a": {"x": 1, "y": 2}, "b": 1}, {"a": {"y": 3}}) == {"a": {"x": 1, "y": 3}, "b": 1}


def test_a_scenario_nested_without_end(tmp_path):
    """4,000 brackets are a slip or an attack; either is said in words."""
    path = tmp_path / "s.toml"
    path.write_text("x = " + "[" * 4000 + "]" * 4000, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as a scenario: its brackets are nested too deep"):
        read_scenarios(path)


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_a_seed_that_no_solver_takes(seed):
    """Seeds are whole numbers from 0 that fit every solver; others are refused before anything runs."""
    with pytest.raises(InputError, match="seed"):
        from_table({"question": "sectors", "solve": {"seed": seed}})
    with pytest.raises(InputError, match="seed"):
        SolveOptions(seed=seed)
