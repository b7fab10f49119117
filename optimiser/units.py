"""The unit convention and the only conversions.

Inside: seconds, metres, calls or units per hour, officer-hours, fractions 0-1, counts. Names carry
the unit: ``_s _m _per_h _h _frac n_``. Minutes, miles and percent live in files, forms and printed
text, and pass through here.
"""

SECONDS_PER_MINUTE = 60.0
SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
METRES_PER_KM = 1000.0
METRES_PER_MILE = 1609.344
METRES_PER_US_SURVEY_FOOT = 1200.0 / 3937.0


def minutes(seconds: float) -> float:
    """Seconds to minutes."""
    return seconds / SECONDS_PER_MINUTE


def seconds_from_minutes(value: float) -> float:
    """Minutes to seconds."""
    return value * SECONDS_PER_MINUTE


def hours(seconds: float) -> float:
    """Seconds to hours."""
    return seconds / SECONDS_PER_HOUR


def seconds_from_hours(value: float) -> float:
    """Hours to seconds."""
    return value * SECONDS_PER_HOUR


def percent(fraction: float) -> float:
    """Fraction (0-1) to percent."""
    return fraction * 100.0


def fraction_from_percent(value: float) -> float:
    """Percent to fraction (0-1)."""
    return value / 100.0


def metres_per_s_from_kmh(value: float) -> float:
    """Kilometres per hour to metres per second."""
    return value * METRES_PER_KM / SECONDS_PER_HOUR


def metres_per_s_from_mph(value: float) -> float:
    """Miles per hour to metres per second."""
    return value * METRES_PER_MILE / SECONDS_PER_HOUR


def miles(metres: float) -> float:
    """Metres to statute miles."""
    return metres / METRES_PER_MILE


def clock(seconds: float) -> str:
    """Print a duration as ``m:ss`` (``h:mm:ss`` from an hour on)."""
    whole = round(seconds)
    sign = "-" if whole < 0 else ""
    m, s = divmod(abs(whole), 60)
    h, m = divmod(m, 60)
    return f"{sign}{h}:{m:02d}:{s:02d}" if h else f"{sign}{m}:{s:02d}"


def time_of_day(seconds: float) -> str:
    """Print seconds since midnight as ``HH:MM``."""
    minute = int(seconds // SECONDS_PER_MINUTE)
    return f"{minute // 60:02d}:{minute % 60:02d}"
