"""How a process that serves looks for garbage: seldom, and not among what it loaded at its start."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 10, 10)


def keep_what_is_loaded() -> None:
    """Set aside what is in memory now, and look through the rest only where there is much of it.

    An act makes thousands of values and drops them again, nearly all without a circle among them. Looking for
    circles as often as Python does by itself took a twentieth of an act's time, and the definitions are
    looked through each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
