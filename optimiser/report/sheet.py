"""A sheet of paper: its size, title, foot and fonts, and how it becomes a file. No pyplot, no global state."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.report.colours import FAINT, INK, QUIET
from optimiser.report.extras import need

SIZES_IN = {
    "screen": (12.8, 8.0),
    "A4": (11.69, 8.27),
    "A3": (16.54, 11.69),
    "A2": (23.39, 16.54),
    "A1": (33.11, 23.39),
    "A0": (46.81, 33.11),
    "letter": (11.0, 8.5),
    "tabloid": (17.0, 11.0),
    "C": (22.0, 17.0),
    "D": (34.0, 22.0),
    "E": (44.0, 34.0),
}
"""Width and height in inches, landscape."""

_FONTS = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans")
_TEXT_GROWTH = 0.75
_MOST_PIXELS = 6000


@dataclass(frozen=True)
class Sheet:
    """An empty sheet: a figure, and how large its text is beside that of an A4 sheet."""

    figure: Any
    width_in: float
    height_in: float
    scale: float

    def text(self, x: float, y: float, text: str, size: float, **more: Any) -> Any:
        """Write at a place given in inches from the lower left corner; ``size`` in points of an A4 sheet."""
        given = {"color": INK, "family": font(), "va": "baseline"} | more
        return self.figure.text(
            x / self.width_in, y / self.height_in, plain(text), fontsize=size * self.scale, **given
        )

    def axes(self, left: float, bottom: float, width: float, height: float) -> Any:
        """Add axes at a place given in inches."""
        w, h = self.width_in, self.height_in
        return self.figure.add_axes((left / w, bottom / h, width / w, height / h))

    @property
    def margin(self) -> float:
        """Margin in inches."""
        return 0.45 * self.scale


@dataclass(frozen=True, kw_only=True)
class MapStyle:
    """How a map is drawn.

    Parameters
    ----------
    size, portrait
        Sheet size of :data:`optimiser.report.sheet.SIZES_IN`, from A4 to A0 and C to E.
    colour
        False for greys and hatches, for sheets printed in black and white.
    area_labels
        Write area ids where they fit.
    title, place, note
        Heading; the agency or project; a small note at the foot.
    date
        In words; the date of the result if empty.
    """

    size: str = "A4"
    portrait: bool = False
    colour: bool = True
    area_labels: bool = True
    title: str = ""
    place: str = ""
    note: str = ""
    date: str = ""


@functools.cache
def font() -> str:
    """Return the first of the wanted font families that this machine has."""
    there = set(need("matplotlib.font_manager").get_font_names())
    return next((f for f in _FONTS if f in there), "DejaVu Sans")


def plain(text: str) -> str:
    """Return text that cannot be taken for mathematics: a dollar sign in a name stays one."""
    return text.replace("$", r"\$")


def new_sheet(size: str = "A4", *, portrait: bool = False) -> Sheet:
    """Return an empty sheet of a size of :data:`SIZES_IN`.

    Raises
    ------
    InputError
        If the size is unknown.
    OptimiserError
        If matplotlib is not installed.
    """
    if size not in SIZES_IN:
        raise InputError(f"There is no sheet size {size!r}; there are {', '.join(SIZES_IN)}.")
    width, height = SIZES_IN[size]
    if portrait:
        width, height = height, width
    figure = need("matplotlib.figure").Figure(figsize=(width, height), facecolor="white")
    need("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return Sheet(figure, width, height, (min(width, height) / 8.0) ** _TEXT_GROWTH)


def head_and_foot(
    sheet: Sheet, title: str, subtitle: str, foot: Sequence[str], *, date: str = "", note: str = ""
) -> tuple[float, float]:
    """Write title, subtitle, date, and at the foot the proof and a note. Return the free (bottom, top) in inches."""
    m, s = sheet.margin, sheet.scale
    top = sheet.height_in - m
    sheet.text(m, top - 0.2 * s, shortened(title, 78), 17, weight="bold")
    sheet.text(m, top - 0.45 * s, shortened(subtitle, 150), 9.5, color=QUIET)
    sheet.text(sheet.width_in - m, top - 0.2 * s, date or today(), 9.5, color=QUIET, ha="right")
    lines = [line for line in foot if line]
    for k, line in enumerate(reversed(lines)):
        weight = "bold" if k == len(lines) - 1 else "normal"
        sheet.text(m, m + 0.17 * s * k, shortened(line, 150), 9, weight=weight)
    if note:
        sheet.text(sheet.width_in - m, m, shortened(note, 60), 7.5, color=QUIET, ha="right")
    if not lines and not note:
        return m, top - 0.62 * s
    foot_top = m + 0.17 * s * max(len(lines), 1) + 0.08 * s
    line = need("matplotlib.lines").Line2D(
        [m / sheet.width_in, 1 - m / sheet.width_in],
        [foot_top / sheet.height_in] * 2,
        color=FAINT,
        linewidth=0.8 * s,
        transform=sheet.figure.transFigure,
    )
    sheet.figure.add_artist(line)
    return foot_top + 0.14 * s, top - 0.62 * s


def shortened(text: str, most: int) -> str:
    """Cut a text that would run off the sheet."""
    flat = " ".join(text.split(" "))
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def today() -> str:
    """Return today's date in words."""
    return in_words(datetime.now(UTC))


def in_words(when: datetime) -> str:
    """Print a date as ``3 March 2026``."""
    return f"{when.day} {when:%B %Y}"


def dated(result: Any) -> str:
    """Return the date a result was made, in words; today where it does not say."""
    try:
        return in_words(datetime.fromisoformat(str(result.provenance["when_utc"])))
    except (KeyError, ValueError, AttributeError, TypeError):
        return today()


def save(figure: Any, path: Path, *, dpi: float = 150.0) -> Path:
    """Write a figure as PDF (vector) or PNG by the name's ending; the file is there whole or not at all.

    ``dpi`` is lowered where a sheet would have more than 6,000 pixels a side.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("pdf", "png", "svg"):
        raise InputError(f"{path.name}: figures are written as .pdf, .png or .svg.")
    blank = {"pdf": {"CreationDate": None}, "png": {"Software": None}, "svg": {"Date": None}}[kind]
    dpi = min(dpi, _MOST_PIXELS / max(figure.get_size_inches()))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=dpi, metadata=blank)
    write_bytes(path, buffer.getvalue())
    return path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
