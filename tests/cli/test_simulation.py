"""One command each: the past replayed, and a plan simulated."""

import json

from optimiser.cli import main
from optimiser.problems.shifts.rota import DAY_NAMES


def test_calibrate_then_simulate(county, capsys):
    # the made-up county: a file is kept, limits are said, and two plans are compared on the same calls
    assert main(["calibrate", str(county), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (county / "calibration.json").exists()
    assert {r["grade"] for r in told["rows"]} == {1, 2, 3, 4}
    assert "not known" in told["limits"][0]
    arguments = ["simulate", str(county), "--beside", "districts", "--weeks", "1", "--replications", "3"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["plans"]) == {"current", "districts"}
    rows = found["plans"]["current"]["rows"]
    assert [r["calibrated"] for r in rows] == [r["grade"] in told["calibrated"] for r in rows]
    assert 0 < found["plans"]["current"]["utilisation"]["mean"] < 1
    assert set(found["difference"]) == {"1", "2", "3", "4"}
    assert main(arguments) == 0
    assert "than districts" in capsys.readouterr().out


def test_simulate_uncalibrated_and_unknown(county, capsys):
    # without a calibration every figure is marked; a rota, duty table or run that there is not is named
    assert main(["simulate", str(county), "--weeks", "1", "--replications", "2"]) == 0
    assert "UNCALIBRATED" in capsys.readouterr().out
    for shifts, word in (("duty", "no duty table"), ("rota", "no rota"), ("nothing", "nothing")):
        assert main(["simulate", str(county), "--shifts", shifts]) == 3
        assert word in capsys.readouterr().err


def test_simulate_a_rota(county, tmp_path, capsys):
    # 3 officers round the clock in three shifts of the project's own rota
    days = ",".join(DAY_NAMES)
    rows = "\n".join(f"{h:02d}:00,8,3,3,3,3,3,3,3" for h in (7, 15, 23))
    (county / "rota.csv").write_text(f"start,hours,{days}\n{rows}\n")
    assert main(["simulate", str(county), "--weeks", "1", "--replications", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "rota" in found["limits"][0]
