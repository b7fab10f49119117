r"""Blue-light and other models fitted to recorded drives: by class of road, what our time is multiplied by.

Each recorded drive has a start, an end and its seconds. With routes held fixed, its time is

    t_i = sum_c f_c s_ic + e_i                                              (1)

s_ic seconds that the model has on roads of class c. The factors minimise

    sum_i (t_i - sum_c f_c s_ic)^2 / t_i  +  k sum_c m (f_c - g)^2 S_c / S   (2)   1/3 <= f_c <= 3

the second term draws a class that was hardly driven towards the factor g that all roads share (S_c of all seconds S
lie on class c; m is the mean of s_i). Routes are then found again with the new factors, three times in all. A fifth
of the drives is left out, in five turns, and judged by factors fitted to the others: that is the error to quote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from optimiser.errors import InputError
from optimiser.roads.classes import ROAD_CLASSES
from optimiser.roads.network import RoadNetwork
from optimiser.roads.routes import route
from optimiser.roads.snap import Positions
from optimiser.roads.speeds import Driver, driver_named
from optimiser.roads.weights import Weights, weigh
from optimiser.units import percent_text

FEWEST_DRIVES = 30
ROUNDS = 3
FOLDS = 5
LEAST, MOST = 1 / 3, 3.0
PULL = 2.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A fitted driver class and how well it tells drives it has not seen.

    Parameters
    ----------
    driver
        The class with its fitted factors.
    n_drives, n_left_out
        Drives used; drives without a way or with no time above 0.
    error_before_frac, error_after_frac
        Median of |told - recorded| / recorded, before, and after on drives left out of the fit.
    bias_before_frac, bias_after_frac
        Sum of told over sum of recorded, less 1.
    share_frac
        Share of the driven seconds by class of road.
    """

    driver: Driver
    n_drives: int
    n_left_out: int
    error_before_frac: float
    error_after_frac: float
    bias_before_frac: float
    bias_after_frac: float
    share_frac: dict[str, float]

    def in_words(self) -> str:
        """Say what the fit is worth."""
        before, after = percent_text(self.error_before_frac, 0), percent_text(self.error_after_frac, 0)
        was, now = (percent_text(b, 0, signed=True) for b in (self.bias_before_frac, self.bias_after_frac))
        return (
            f"{self.n_drives} recorded drives of {self.driver.name}: the typical error of a drive's time falls from "
            f"{before} to {after} on drives not used in the fit; all times together were {was} off, now {now}."
        )


def calibrate(
    network: RoadNetwork,
    driver: str | Driver,
    origins: Positions,
    destinations: Positions,
    recorded_s: Floats,
    *,
    hour_of_week: int | None = None,
    factors: Floats | None = None,
) -> Calibration:
    """Fit a driver class to recorded drives.

    Parameters
    ----------
    network
        The road network.
    driver
        The class to begin with; factors it already has are replaced.
    origins, destinations, recorded_s
        Of each drive; seconds from setting off to arrival.
    hour_of_week, factors
        The hour the drives are of, and traffic, as in :func:`optimiser.roads.weights.weigh`.

    Raises
    ------
    InputError
        If fewer than 30 drives can be used.
    """
    chosen = replace(driver_named(driver), time_factor=())
    base = weigh(network, chosen, hour_of_week, factors)
    share = _by_class(network, base, base, origins, destinations)
    usable = np.isfinite(share).all(axis=1) & (recorded_s > 0) & (share.sum(axis=1) > 0)
    if usable.sum() < FEWEST_DRIVES:
        raise InputError(
            f"{int(usable.sum())} of {len(recorded_s)} recorded drives have a way and a time; a fit needs "
            f"{FEWEST_DRIVES}. Record more, or keep the model as it is."
        )
    origins, destinations = _some(origins, usable), _some(destinations, usable)
    told, recorded, share = share[usable], recorded_s[usable], share[usable]
    fitted = chosen
    for _ in range(ROUNDS):
        fitted = replace(chosen, time_factor=tuple(_fit(share, recorded).tolist()))
        now = weigh(network, fitted, hour_of_week, factors)
        share = _by_class(network, now, base, origins, destinations)
    apart = _left_out(share, recorded)
    total = told.sum(axis=0)
    return Calibration(
        driver=fitted,
        n_drives=len(recorded),
        n_left_out=int((~usable).sum()),
        error_before_frac=_error(told.sum(axis=1), recorded),
        error_after_frac=_error(apart, recorded),
        bias_before_frac=float(told.sum() / recorded.sum() - 1),
        bias_after_frac=float(apart.sum() / recorded.sum() - 1),
        share_frac={
            c: float(v / total.sum()) for c, v in zip(ROAD_CLASSES, total.tolist(), strict=True) if v > 0
        },
    )


def _by_class(
    network: RoadNetwork, found_by: Weights, timed_by: Weights, origins: Positions, destinations: Positions
) -> Floats:
    """Seconds of each drive by class of road, shape (n, n_classes); NaN where there is no way."""
    out = np.full((len(origins), len(ROAD_CLASSES)), np.nan)
    for i, way in enumerate(route(network, origins, destinations, driver=found_by)):
        if way is None:
            continue
        out[i] = np.bincount(
            network.streets.road_class[way.driven.segment],
            weights=way.driven.length_m
            * (timed_by.segment_s / np.maximum(network.streets.length_m, 1e-9))[way.driven.segment],
            minlength=len(ROAD_CLASSES),
        )
    return out


def _fit(share: Floats, recorded: Floats) -> Floats:
    """Solve (2)."""
    used = share.sum(axis=0) > 0
    own = share[:, used]
    scale = 1.0 / np.sqrt(recorded)
    common = float(np.clip(recorded.sum() / own.sum(), LEAST, MOST))
    pull = np.sqrt(PULL * own.sum(axis=1).mean() * own.sum(axis=0) / own.sum())
    rows = np.concatenate([own * scale[:, None], np.diag(pull)])
    right = np.concatenate([recorded * scale, pull * common])
    found = np.full(share.shape[1], common)
    found[used] = lsq_linear(rows, right, bounds=(LEAST, MOST)).x
    return found


def _left_out(share: Floats, recorded: Floats) -> Floats:
    """Return the told time of each drive by factors fitted to the drives of the other folds."""
    told = np.empty(len(recorded))
    fold = np.arange(len(recorded)) % FOLDS
    for k in range(FOLDS):
        out = fold == k
        told[out] = share[out] @ _fit(share[~out], recorded[~out])
    return told


def _error(told: Floats, recorded: Floats) -> float:
    return float(np.median(np.abs(told - recorded) / recorded))


def _some(places: Positions, rows: NDArray[np.bool_]) -> Positions:
    return Positions(places.member[rows], places.along_frac[rows], places.access_m[rows])
