"""ELASPY's runs Diesel_3 and Diesel_4 as inputs of our engine, and its own answers beside ours.

Dieleman, N., Jagtenberg, C. (2024), ELASPY. Minutes in the files, seconds here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser import simulate as sim

FOLDER = Path(__file__).parents[3] / "shared/data/dispatch/elaspy"
MINUTE_S = 60.0
BACK_SPEED = 0.95
_BASES = {"3": "23", "4": "24"}


@dataclass(frozen=True)
class Agreement:
    """How many calls agree with the published trace."""

    n: int
    same_response: int
    same_unit: int
    same_free: int
    mean_min: float
    p95_min: float


def inputs(run: str) -> tuple[sim.Calls, sim.Fleet, sim.Travel, sim.Rules]:
    """Return calls, units, ways and rules of a run."""

    def column(name: str) -> np.ndarray:
        return pd.read_csv(FOLDER / f"{name}_test_run_simulation_diesel_{run}.csv").iloc[:, 0].to_numpy()

    nodes = pd.read_csv(FOLDER / "nodes_Utrecht_2021.csv")
    codes = {int(c): k for k, c in enumerate(nodes["postal code"])}
    siren = (
        pd.read_csv(FOLDER / "siren_driving_matrix_2022.csv", index_col=0).to_numpy(dtype=float) * MINUTE_S
    )
    base_file = FOLDER / f"Base_Locations_Ambulances_MEXCLP_21_22_{_BASES[run]}.csv"
    bases = pd.read_csv(base_file, encoding="utf-8-sig").iloc[:, -1]
    sites = pd.read_csv(FOLDER / "Hospital_Postal_Codes_Utrecht_2021.csv", encoding="utf-8-sig").iloc[:, -1]
    n = len(column("interarrival_times"))
    calls = sim.Calls(
        time_s=np.cumsum(column("interarrival_times")) * MINUTE_S,
        zone=np.array([codes[int(c)] for c in column("location_IDs")]),
        grade=np.ones(n, dtype=np.int64),
        service_s=column("on_site_aid_times") * MINUTE_S,
        after_s=np.where(column("to_hospital_bool"), column("drop_off_times") * MINUTE_S, -1.0),
    )
    fleet = sim.always(
        np.array([codes[int(b)] for b in bases]), sites=np.array([codes[int(s)] for s in sites])
    )
    travel = sim.Travel(
        table_s=np.stack([siren, siren / BACK_SPEED])[:, None],
        mode=np.array([[0, 1]]),
        xy_m=nodes[["x", "y"]].to_numpy(dtype=float),
        glide="line",
    )
    return calls, fleet, travel, sim.Rules(site_lights=True)


def run(number: str) -> Agreement:
    """Simulate a run and compare it with the published trace, call by call."""
    calls, fleet, travel, rules = inputs(number)
    ours = sim.simulate(calls, fleet, travel, sim.nearest(), rules).replications[0].calls
    theirs = pd.read_csv(FOLDER / f"Patient_Test_Diesel_{number}.csv")
    minutes = ours.response_s / MINUTE_S
    return Agreement(
        n=len(theirs),
        same_response=int((np.abs(minutes - theirs["response_time"]) < 1e-6).sum()),
        same_unit=int((ours.first_unit == theirs["assigned_to_ambulance_nr"]).sum()),
        same_free=int((ours.free_units == theirs["nr_ambulances_available"]).sum()),
        mean_min=float(minutes.mean()),
        p95_min=float(np.quantile(minutes, 0.95)),
    )
