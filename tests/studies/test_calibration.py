"""A made-up past that the simulator itself wrote is told back; what a project lacks is said."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.prepare.simulation import OWN_WORK, Ground
from optimiser.simulate.lived import Habits, with_habits
from optimiser.studies.calibration import calibrate, rules_of
from optimiser.studies.calibration_file import CALIBRATION_FILE, read_calibration, write_calibration
from optimiser.studies.what_if import beside, what_if

N_ZONES = 12
WEEKS = 40


def ground(habits: Habits | None, seed: int = 3) -> tuple[Ground, sim.Fleet]:
    """Zones on a line, two grades; recorded times are those of a simulation with these habits."""
    away = np.abs(np.arange(N_ZONES)[:, None] - np.arange(N_ZONES)[None, :]) * 120.0 + 60.0
    stream = sim.Stream(
        rate_per_h=np.full((N_ZONES, 168, 2), 0.1), grades=(1, 2), service={1: 1500.0, 2: 1200.0}
    )
    calls = stream.draw(WEEKS * sim.WEEK_S, seed)
    fleet = sim.always(np.array([1, 4, 7, 10]))
    n = len(calls)
    blank = Ground(
        zone_ids=tuple(f"z{k}" for k in range(N_ZONES)),
        travel=sim.Travel(table_s=away),
        grades=(1, 2),
        target_s={1: 600.0},
        calls=calls,
        delay_s=np.full(n, np.nan),
        way_s=np.full(n, np.nan),
        n_weeks=WEEKS,
        lacks=("made up",),
    )
    if habits is None:
        return blank, fleet
    lived, order = with_habits(calls, habits, seed=99)
    records = sim.simulate(lived, fleet, blank.travel, rules=rules_of(blank, habits)).replications[0].calls
    delay, way = np.full(n, np.nan), np.full(n, np.nan)
    own = order[records.number]
    delay[own] = records.time_s - calls.time_s[own] + records.wait_s
    way[own] = records.response_s - delay[own]
    return Ground(
        **{f: getattr(blank, f) for f in blank.__dataclass_fields__} | {"delay_s": delay, "way_s": way}
    ), fleet


HABITS = Habits(
    delay_s={g: np.tile(np.linspace(20.0, 300.0 * g, 101), (4, 1)) for g in (1, 2)},
    turnout_s={1: 30.0, 2: 45.0},
    pace_log_mean={1: 0.2, 2: -0.1},
    pace_log_sd={1: 0.3, 2: 0.4},
)


@pytest.fixture(scope="module")
def told():
    past, fleet = ground(HABITS)
    return past, fleet, calibrate(past, fleet)


def test_its_own_past_is_told_back(told):
    # 4,000 calls a grade and half: the error of a p90 by chance alone is about 2 %
    _, _, found = told
    assert found.calibrated == (1, 2)
    assert all(r.worst_frac < 0.05 for r in found.rows if r.block < 0)
    assert any("grade 1, 2" in line for line in found.limits())
    assert "made up" in found.limits()


def test_no_recorded_response_is_named():
    # nothing to compare with is an error in words, not a calibration
    with pytest.raises(InputError, match="no response to compare"):
        calibrate(*ground(None))


def test_kept_and_read_again(told, tmp_path):
    # the file holds quantiles and factors and gives the same calibration; damage is said in words
    _, _, found = told
    path = write_calibration(tmp_path, found)
    again = read_calibration(tmp_path)
    assert again.rows == found.rows
    assert again.habits.pace_log_sd == pytest.approx(found.habits.pace_log_sd)
    path.write_text('{"rows": 3}')
    with pytest.raises(InputError, match=CALIBRATION_FILE):
        read_calibration(tmp_path)
    path.unlink()
    assert read_calibration(tmp_path) is None


def test_what_if_marks_and_pairs(told):
    # two more cars on the same calls answer sooner, surely; without a calibration every grade is marked
    past, fleet, found = told
    more = sim.always(np.array([1, 4, 7, 10, 2, 9]))
    ours, theirs = (what_if(past, f, found, n_weeks=1, replications=4) for f in (more, fleet))
    change = beside(ours, theirs, past)[1]
    assert change["mean_s"].high < 0
    assert all(r.calibrated for r in ours.rows)
    assert not any(r.calibrated for r in what_if(past, fleet, None, n_weeks=1, replications=2).rows)


def test_own_work_gives_way():
    # officers' own work is taken by a free unit at once or not at all
    past, _ = ground(None)
    rules = rules_of(replace(past, grades=(1, OWN_WORK)))
    assert rules.patience_s == {OWN_WORK: 0.0}
