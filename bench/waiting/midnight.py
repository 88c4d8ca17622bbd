"""A time zone of our own, in which midnight comes when it is wanted.

A moment at which something happens by itself is the beginning of a day where the organisation is. To have
thousands of them within one second, and soon, the bench lives in a zone whose next midnight is soon.
"""

from __future__ import annotations

import os
import struct
import zoneinfo
from datetime import datetime
from pathlib import Path
from typing import Final

ZONE: Final = "Bench/Soon"
_DAY: Final = 86_400


def midnight_at(moment: datetime, folder: Path) -> dict[str, str]:
    """Make the zone, for this process at once, and for others by the variables that are returned."""
    seconds = int(moment.timestamp()) % _DAY
    offset = -seconds if seconds <= _DAY // 2 else _DAY - seconds
    file = folder / ZONE
    file.parent.mkdir(parents=True, exist_ok=True)
    # One kind of time and no changes of it, as RFC 8536 writes it.
    header = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    file.write_bytes(header + struct.pack(">lBB4s", offset, 0, 0, b"SOO\0"))
    paths = [str(folder), *zoneinfo.TZPATH]
    zoneinfo.reset_tzpath(to=paths)
    return {"PYTHONTZPATH": os.pathsep.join(paths)}
