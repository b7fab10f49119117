"""One command each: the past replayed, and a plan simulated."""

import json
from pathlib import Path

import pytest

from optimiser.cli import main
from optimiser.cli.simulation import bound_words
from optimiser.data.init import init
from optimiser.units import DAY_NAMES
from tests.data.made_up import write_squares


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


def test_policies_beside_each_other(county, capsys):
    # several policies meet the same calls, each beside the first, with words, parts by area, and the bound below all
    arguments = [
        "simulate",
        str(county),
        "--weeks",
        "1",
        "--replications",
        "2",
        "--turn-round",
        "--take-over",
        "--interrupt",
    ]
    arguments += ["--policy", "nearest,leigh,relocate", "--by", "area", "--bound"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["plans"]) == ["nearest", "leigh", "relocate"]
    assert set(found["difference"]) == {"leigh", "relocate"}
    assert {"low", "high", "mean"} <= set(found["difference"]["leigh"]["1"]["late_frac"])
    one = found["plans"]["relocate"]
    assert one["short_minutes_a_week"] > 0
    assert one["km_a_week"] > 0
    assert one["slowest_s"] >= one["all_s"]
    assert {p["grade"] for p in one["by_area"]} <= {1, 2, 3, 4}
    assert "by_hour" not in one
    assert any("turned round" in line and "takes over" in line for line in found["limits"])
    assert found["bound"].startswith("Bound: ")
    assert main(["simulate", str(county), "--policy", "joint,best"]) == 3
    assert "no policy 'best'" in capsys.readouterr().err


def test_the_bound_says_what_it_limits():
    # 3 % late of which 1 % by way alone; and a bound of nothing is no praise of a policy
    assert "no policy with these units has fewer" in bound_words(0.03, 0.01, 1)
    assert "(1.0 % by their delay and the shortest way alone" in bound_words(0.03, 0.01, 1)
    assert "it limits nothing" in bound_words(0.0, 0.0, 1)


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


SLO = Path(__file__).parents[3] / "shared/data/calls/san_luis_obispo_ca/police_log.csv.gz"


@pytest.mark.skipif(not SLO.is_file(), reason="the shared data folder is not beside the repository")
def test_what_a_real_log_lacks_is_said(tmp_path, capsys):
    # San Luis Obispo: 14 zones without polygons, no priority, no clear time, no duty table: said, and uncalibrated
    areas = write_squares(tmp_path / "areas.geojson", [f"PN{k}" for k in range(1, 15)])
    zone = "America/Los_Angeles"
    init(tmp_path / "town", areas, SLO, timezone=zone, response_time="received_to_arrived", crs="EPSG:32617")
    assert main(["calibrate", str(tmp_path / "town")]) == 0
    told = capsys.readouterr().out
    for words in ("uncalibrated", "No call has a priority", "have a time of clear", "not known", "no roads"):
        assert words in told
