"""The unit convention and the only conversions.

Inside: seconds, metres, calls or units per hour, officer-hours, fractions 0-1, counts. Names carry
the unit: ``_s _m _per_h _h _frac n_``. Minutes, miles and percent live in files, forms and printed
text, and pass through here. A share is printed in one way everywhere, ``0.4 %``, by :func:`percent_text`.
"""

import math

SECONDS_PER_MINUTE = 60.0
SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Days of the week as they are printed; hour 0 of a week is Monday 00:00."""
DAY_KEYS = tuple(name.lower() for name in DAY_NAMES)
"""The same as columns and words of files."""
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


def percent_text(fraction: float, digits: int = 1, *, signed: bool = False) -> str:
    """Print a fraction as ``0.4 %``; signed, as ``+0.4 %``. What rounds to nothing has no sign."""
    text = f"{percent(fraction):{'+' if signed else ''},.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return f"{text} %"


def asked_text(fraction: float) -> str:
    """Print a share that was asked for: ``30 %``, with a digit only where it has one, ``32.5 %``."""
    return percent_text(fraction, 0 if abs(percent(fraction) - round(percent(fraction))) < 0.05 else 1)


def at_most_text(fraction: float) -> str:
    """Print an upper limit, rounded up so that "at most" stays true; ``less than 0.1 %`` below that, 0 too."""
    if percent(fraction) < 0.1 - 1e-9:
        return "less than 0.1 %"
    return f"at most {percent_text(fraction_from_percent(math.ceil(percent(fraction) * 10 - 1e-9) / 10))}"


def fraction_from_percent(value: float) -> float:
    """Percent to fraction (0-1)."""
    return value / 100.0


def metres_per_s_from_kmh(value: float) -> float:
    """Kilometres per hour to metres per second."""
    return value * METRES_PER_KM / SECONDS_PER_HOUR


def metres_per_s_from_mph(value: float) -> float:
    """Miles per hour to metres per second."""
    return value * METRES_PER_MILE / SECONDS_PER_HOUR


def kilometres(metres: float) -> float:
    """Metres to kilometres."""
    return metres / METRES_PER_KM


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
