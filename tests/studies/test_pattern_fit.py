"""The catalogue beside a requirement: sums that can be done by hand, and the command that prints them."""

from __future__ import annotations

import json

import numpy as np

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.pattern_catalogue import pattern_catalogue, pattern_named
from optimiser.studies.pattern_fit import fit


def test_a_flat_need_has_no_surplus_with_pitman():
    """Five round the clock: four squads of five, nothing beyond."""
    found = fit(pattern_named("pitman"), np.full(168, 5))
    assert (found.squad, found.officers, found.surplus_h, found.bare_h) == (5, 20, 0.0, 0)


def test_starts_are_moved_to_where_the_need_changes():
    """Ten from 08 to 20, four from 20 to 08: moved by an hour to 08 and 20, still four squads of ten."""
    hours = np.arange(168) % 24
    found = fit(pattern_named("pitman"), np.where((hours >= 8) & (hours < 20), 10, 4))
    assert found.officers == 40
    assert found.surplus_h == 12 * 7 * 6


def test_days_only_leave_the_night_bare():
    """5/4-9 has nobody at night; how many hours that is depends on where its starts lie, never none."""
    found = fit(pattern_named("five_four_nine"), np.full(168, 1))
    assert found.officers == 0
    assert found.bare_h >= 168 - 5 * 9


def test_the_command_lists_and_shows(county, capsys):
    """Without a project the catalogue; with one, officers beside each; one pattern with its squads."""
    assert main(["patterns"]) == Exit.DONE
    said = capsys.readouterr().out
    assert all(p.id in said for p in pattern_catalogue())
    assert main(["patterns", str(county), "--json"]) == Exit.DONE
    listed = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["pitman"]["fit"]["officers"] > 0
    assert listed["five_four_nine"]["fit"]["bare_h"] > 0
    assert main(["patterns", str(county)]) == Exit.DONE
    assert "surplus h a week" in capsys.readouterr().out
    assert main(["patterns", "--pattern", "variable"]) == Exit.DONE
    assert "squad 1: E E L L N N - - - -" in capsys.readouterr().out


def test_a_slip_is_wrong_use(capsys):
    """Exit code 2, one line."""
    assert main(["patterns", "--pattern", "pittman"]) == Exit.USAGE
    assert "no pattern 'pittman'" in capsys.readouterr().err
