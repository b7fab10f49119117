"""``doctor`` finds what is missing, and finds a healthy machine healthy."""

from __future__ import annotations

import json

import pytest

from optimiser import registry
from optimiser.cli import doctor
from optimiser.cli.canaries import case_of
from optimiser.cli.console import Exit


def test_a_healthy_machine(told, tmp_path):
    """Each formulation answers its tiny case rightly, solvers share a process, and no network is asked for."""
    code, out, _ = told("doctor", str(tmp_path), "--json")
    found = {r["what"]: r["found"] for r in json.loads(out)}
    assert code == Exit.DONE
    assert {found[name] for name in registry.names()} == {"right"}
    assert found["highspy, then ortools"] == found["ortools, then highspy"] == "together"
    assert found["without a network"] == "solves"
    assert found["project folder"] == found["temporary folder"] == "writable"


def test_what_takes_its_time_is_said_before(told, tmp_path, monkeypatch):
    """Loading solvers and compiling are announced before they begin, and what is found keeps its order."""
    monkeypatch.setattr(doctor, "_fails", lambda program: "")
    monkeypatch.setattr(doctor, "_tiny_cases", lambda: iter([doctor.Finding("sectors.cuts", "right")]))
    code, _, err = told("doctor", str(tmp_path))
    assert code == Exit.DONE
    order = ["browser", "in every order", "highspy, then ortools", "pyomo, then ortools", "without a network"]
    at = [err.index(said) for said in [*order, "loops are compiled", "sectors.cuts: right"]]
    assert at == sorted(at)


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    """Runs could not be kept; the line names the folder."""
    finding = doctor._rights("project folder", tmp_path / "gone")
    assert finding.fault
    assert "gone" in finding.note


def test_what_cannot_be_imported_is_told_by_its_last_line():
    """A clash of solvers shows as the interpreter's own complaint."""
    assert "no_such_solver" in doctor._fails("import no_such_solver")


def test_asking_for_the_network_is_seen():
    """The look without a network refuses connections; without that it would prove nothing."""
    asking = (
        doctor._NO_NETWORK.split("from optimiser")[0]
        + "import urllib.request as u\nu.urlopen('http://127.0.0.1:9')"
    )
    assert doctor._fails(asking)


@pytest.mark.parametrize("name", registry.names())
def test_doctor_asks_what_the_formulation_answers(name):
    """A tiny case that a formulation refuses would call a healthy machine ill."""
    problem, _ = case_of(name)
    assert registry.load(name).refuses(problem) == ""
