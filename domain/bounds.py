"""What every id, label, address and day is held to, wherever it comes from."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

ID: Final = r"^[0-9A-Za-z][0-9A-Za-z._:-]{0,79}$"
"""An opaque id."""
LABEL: Final = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
"""An identifier out of a process definition, of up to `LONGEST_LABEL` characters."""
LONGEST_LABEL: Final = 80
EMAIL: Final = r"^[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+$"
"""An address, of up to `LONGEST_EMAIL` characters; whether somebody reads there, only a letter tells."""
LONGEST_EMAIL: Final = 320

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


def is_storable(text: str) -> bool:
    """Whether a database and UTF-8 can hold a text: no NUL, no lone surrogates."""
    return "\x00" not in text and (text.isascii() or _LONE.search(text) is None)


_LONE: Final = re.compile("[\ud800-\udfff]")
