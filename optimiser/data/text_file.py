"""The bytes of a text file, defensively: what it really is, how it is encoded, within stated sizes."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from pathlib import Path

from optimiser.data.table import Repair
from optimiser.errors import InputError

MOST_BYTES = 2 * 2**30
MOST_RATIO = 200.0
_RATIO_FREE_BYTES = 16 * 2**20

_CONTAINERS = (
    (
        b"PK\x03\x04",
        "an Excel workbook or a zip archive",
        "give it its own ending (.xlsx) or save it as CSV UTF-8",
    ),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old or an encrypted Office file",
        "save it as CSV UTF-8 or as .xlsx without a password",
    ),
    (b"SQLite format 3", "a database (GeoPackage?)", "give it the ending .gpkg"),
    (b"%PDF", "a PDF", "ask for the table itself"),
    (b"BZh", "a bzip2 archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
)
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def read_bytes(path: Path, *, most_bytes: int = MOST_BYTES, most_ratio: float = MOST_RATIO) -> bytes:
    """Return the content of a file, unpacked where it is gzip.

    Raises
    ------
    InputError
        If the file is missing, empty, larger than ``most_bytes`` (unpacked), or unpacks more than ``most_ratio``
        to one.
    """
    raw = raw_bytes(path, most_bytes)
    if raw[:2] == b"\x1f\x8b":
        raw = _unpacked(path, raw, most_bytes, most_ratio)
    if not raw.strip():
        raise InputError(f"{path} is empty. Export the table again.")
    return raw


def raw_bytes(path: Path, most_bytes: int) -> bytes:
    """Return the content of a file as it stands, refusing what is no file or larger than ``most_bytes``."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path} is not a file.")
        if size > most_bytes:
            raise InputError(
                f"{path} has {size:,} bytes, more than the {most_bytes:,} allowed. Split it by month."
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def _unpacked(path: Path, raw: bytes, most_bytes: int, most_ratio: float) -> bytes:
    limit = int(min(most_bytes, max(len(raw) * most_ratio, _RATIO_FREE_BYTES)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is a damaged or cut gzip file: {error}. Export or download it again."
        ) from error
    if len(content) > limit:
        raise InputError(
            f"{path} has {len(raw):,} bytes and unpacks to more than {limit:,}: that is no honest table. Unpack it "
            f"yourself and look at it."
        )
    return content


def refuse_container(path: Path, raw: bytes) -> None:
    """Raise InputError where a file that should be a text table is something else."""
    for magic, what, remedy in _CONTAINERS:
        if raw.startswith(magic):
            raise InputError(f"{path} is {what}, not a text table: {remedy}.")
    head = raw[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")):
        raise InputError(
            f"{path} is a web page or XML (a sign-in page?), not a table. Download the table again."
        )
    if re.match(rb'\{\s*("|\})|\[\s*(\{|\[|\])', head):
        raise InputError(f"{path} is JSON, not a text table. Export it as CSV.")


def decode(path: Path, raw: bytes) -> tuple[str, list[Repair]]:
    """Return the text of a file, and what had to be repaired.

    UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252, which is counted. A file that holds
    both UTF-8 and Windows characters is refused, as are UTF-16 without a mark and null characters.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), [Repair("encoding: UTF-16", 1, "read as UTF-16")]
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path} begins like UTF-16 and is not ({error.reason}). Save it as CSV UTF-8."
            ) from error
    repairs = []
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        repairs.append(Repair("encoding: byte-order mark", 1, "left out of the first column's name"))
    _refuse_nulls(path, raw)
    surrogate = _SURROGATE.search(raw)
    if surrogate:
        raise InputError(
            f"{path}, line {_line(raw, surrogate.start())}: half a character (a lone surrogate). Save as UTF-8."
        )
    try:
        return raw.decode("utf-8"), repairs
    except UnicodeDecodeError:
        text, repair = _windows(path, raw)
        return text, [*repairs, repair]


def _refuse_nulls(path: Path, raw: bytes) -> None:
    at = raw.find(b"\0")
    if at < 0:
        return
    head = raw[:4096]
    if head.count(b"\0") > len(head) // 4:
        raise InputError(f"{path} looks like UTF-16 without a mark, or binary. Save it as CSV UTF-8.")
    raise InputError(
        f"{path}, line {_line(raw, at)}: a null character. The export is damaged; make it again."
    )


def _windows(path: Path, raw: bytes) -> tuple[str, Repair]:
    odd, good = [], []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good.append(number)
        except UnicodeDecodeError:
            odd.append(number)
    if good:
        raise InputError(
            f"{path} mixes two encodings: line {good[0]} is UTF-8, line {odd[0]} is not. Export it again as CSV UTF-8."
        )
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}, line {_line(raw, error.start)}: neither UTF-8 nor Windows-1252. Save as UTF-8."
        ) from error
    action = "read as Windows-1252: check names with accents"
    return text, Repair("encoding: not UTF-8", len(odd), action, tuple(f"line {i}" for i in odd[:5]))


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1
