"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What one look came to. `wrong` keeps the service from working; `weak` does not."""

    what: str
    state: Literal["well", "weak", "wrong"]
    found: str
    do: str = ""
