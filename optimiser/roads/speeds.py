"""Driver classes and the hour of the week: how fast a road is driven.

A basic driver keeps to the limit. Standard and advanced drivers under blue lights drive up to 20 mph above it,
capped by class of road (:data:`optimiser.roads.classes.BLUE_LIGHT_CAP_KMH`); a standard driver not above
100 mph. The allowance is the usual British one (Leigh, Dunnett, Jackson, ICORES 2015); ceilings and the other
classes are assumptions until calibrated (:mod:`optimiser.roads.calibrate` fits them to recorded drives). ``factor``
multiplies the limit instead: Norwegian police reach 1.22 (at 20 km/h) to 1.36 (at 110 km/h) times the limit
(:func:`norwegian`). Hours and incidents slow cars; who walks or cycles is not slowed by them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError, UsageError
from optimiser.roads.access import MODES
from optimiser.roads.classes import CLASS_INDEX, ROAD_CLASSES, caps_m_per_s
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, metres_per_s_from_kmh, metres_per_s_from_mph

PEAK_HOURS: tuple[int, ...] = (7, 8, 16, 17)
BUSY_HOURS: tuple[int, ...] = (*range(9, 16), 18)
WORKING_DAYS = 5
MAIN_CLASSES: tuple[str, ...] = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "motorway_link",
    "link",
)


@dataclass(frozen=True)
class Driver:
    """A class of driver or means of travel.

    Parameters
    ----------
    name
        As in the force's data.
    mode
        Whose roads: ``car``, ``emergency``, ``bicycle`` or ``foot``.
    factor
        Multiplies the limit.
    over_limit_m_per_s
        Added to the limit; the sum is capped by class of road, never below the limit.
    ceiling_m_per_s
        No road is driven faster.
    own_m_per_s
        Above 0: this speed on every road instead.
    factor_per_m_per_s
        Added to ``factor`` for each metre per second of the limit: faster roads are exceeded by a larger share.
    traffic_frac
        Share of a delay by hour or incident that the driver suffers: 1 all of it, 0 none.
    time_factor
        By class of road, what the time is multiplied by, as fitted to recorded drives; 1 throughout if empty.
    """

    name: str
    mode: str = "car"
    factor: float = 1.0
    over_limit_m_per_s: float = 0.0
    ceiling_m_per_s: float = float("inf")
    own_m_per_s: float = 0.0
    factor_per_m_per_s: float = 0.0
    traffic_frac: float = 1.0
    time_factor: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(
                f"Driver class {self.name!r} has mode {self.mode!r}; choose from {', '.join(MODES)}."
            )
        sound = self.factor > 0 and self.ceiling_m_per_s > 0 and self.own_m_per_s >= 0
        sound = sound and self.factor_per_m_per_s >= 0 and 0 <= self.traffic_frac <= 1
        fitted = not self.time_factor or (
            len(self.time_factor) == len(ROAD_CLASSES) and all(0 < f < np.inf for f in self.time_factor)
        )
        if not (sound and fitted and self.over_limit_m_per_s >= 0):
            raise InputError(
                f"Driver class {self.name!r} would stand still or go backwards; check its speeds."
            )

    @property
    def mode_index(self) -> int:
        """Index of the mode in :data:`optimiser.roads.access.MODES`."""
        return MODES.index(self.mode)


DRIVERS: dict[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("basic"),
        Driver(
            "standard",
            "emergency",
            over_limit_m_per_s=metres_per_s_from_mph(20.0),
            ceiling_m_per_s=metres_per_s_from_mph(100.0),
        ),
        Driver("advanced", "emergency", over_limit_m_per_s=metres_per_s_from_mph(20.0)),
        Driver("van", ceiling_m_per_s=metres_per_s_from_mph(60.0)),
        Driver("bicycle", "bicycle", own_m_per_s=metres_per_s_from_kmh(18.0), traffic_frac=0.0),
        Driver("foot", "foot", own_m_per_s=metres_per_s_from_kmh(5.0), traffic_frac=0.0),
    )
}
"""The driver classes known by name."""


def norwegian(driver: Driver) -> Driver:
    """Return the driver with a share above the limit in place of an allowance: 1.22 at 20 km/h to 1.36 at 110 km/h.

    Measured on Norwegian police cars (torhaa1/Response_Time_Minimization, its issue 8).
    """
    low, high = metres_per_s_from_kmh(20.0), metres_per_s_from_kmh(110.0)
    slope = (1.36 - 1.22) / (high - low)
    return replace(driver, over_limit_m_per_s=0.0, factor=1.22 - slope * low, factor_per_m_per_s=slope)


def driver_named(driver: str | Driver) -> Driver:
    """Return the driver class of that name, or the one given.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if isinstance(driver, Driver):
        return driver
    if driver not in DRIVERS:
        raise UsageError(f"There is no driver class {driver!r}; known: {', '.join(DRIVERS)}.")
    return DRIVERS[driver]


def flat_factors() -> NDArray[np.float64]:
    """Return travel-time factors of 1 for every class of road and hour, shape (n_classes, 168)."""
    return np.ones((len(ROAD_CLASSES), HOURS_PER_WEEK))


def commuter_factors(*, peak: float = 1.3, busy: float = 1.1) -> NDArray[np.float64]:
    """Return factors that slow the main roads on working days, shape (n_classes, 168).

    Parameters
    ----------
    peak
        Travel time divided by that of free flow in :data:`PEAK_HOURS`, Monday to Friday, on
        :data:`MAIN_CLASSES`.
    busy
        The same in :data:`BUSY_HOURS`.

    Notes
    -----
    A shape to start from, not a measurement: replace it by factors of your own.
    """
    factors = flat_factors()
    rows = np.array([CLASS_INDEX[name] for name in MAIN_CLASSES])
    for day in range(WORKING_DAYS):
        for hours, value in ((PEAK_HOURS, peak), (BUSY_HOURS, busy)):
            columns = day * HOURS_PER_DAY + np.array(hours)
            factors[np.ix_(rows, columns)] = value
    return checked_factors(factors)


def checked_factors(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the table if it is one.

    Raises
    ------
    InputError
        If its shape is not (n_classes, 168) or a factor is not a number above 0.
    """
    table = np.asarray(factors, dtype=np.float64)
    wanted = (len(ROAD_CLASSES), HOURS_PER_WEEK)
    if table.shape != wanted:
        raise InputError(
            f"Hour factors have shape {table.shape}; they need {wanted}: classes of road by hours of the week."
        )
    bad = np.argwhere(~(np.isfinite(table) & (table > 0)))
    if len(bad):
        row, hour = bad[0]
        raise InputError(
            f"{len(bad)} hour factors are not above 0, the first for {ROAD_CLASSES[row]} "
            f"in hour {hour}: {table[row, hour]}."
        )
    return table


def segment_speeds(
    limit_m_per_s: NDArray[np.float64], road_class: NDArray[np.uint8], driver: Driver
) -> NDArray[np.float64]:
    """Return the free-flow speed of a driver on each segment, shape (n_segments,), metres per second."""
    if driver.own_m_per_s > 0:
        speed = np.full(len(limit_m_per_s), driver.own_m_per_s)
    else:
        factor = driver.factor + driver.factor_per_m_per_s * limit_m_per_s
        speed = limit_m_per_s * factor + driver.over_limit_m_per_s
        if driver.over_limit_m_per_s > 0 or driver.factor > 1 or driver.factor_per_m_per_s > 0:
            speed = np.maximum(limit_m_per_s, np.minimum(speed, caps_m_per_s()[road_class]))
    speed = np.minimum(speed, driver.ceiling_m_per_s)
    if driver.time_factor:
        speed = speed / np.array(driver.time_factor)[road_class]
    return np.asarray(speed, dtype=np.float64)
