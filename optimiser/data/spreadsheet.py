"""Text that a spreadsheet would take for a formula: made harmless on the way out, honest on the way in."""

from __future__ import annotations

import re
from typing import Any

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\0]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def harmless(value: Any) -> Any:
    """Return text with an apostrophe before what a spreadsheet would evaluate (OWASP ASVS 1.2.10).

    Plain negative numbers, and ids that are numbers, stay as they are; what is no text is returned as it is.
    """
    if not isinstance(value, str) or not _DANGEROUS.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def honest(text: str) -> str:
    """Return what :func:`harmless` was given: the apostrophe it put there is taken away, no other."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text[1:]) else text
