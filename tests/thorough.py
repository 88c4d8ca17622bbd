"""Whether tests go through all of what takes minutes (`make thorough`, `make every-bit`), or a part."""

import os

THOROUGH = "THOROUGH" in os.environ
"""Whether random examples are many, and everything is rehearsed."""
EVERY_BIT = "EVERY_BIT" in os.environ
"""Whether every bit or byte is changed."""


def examples(usual: int, thorough: int) -> int:
    """Return how many random examples a property is tried with."""
    return thorough if THOROUGH else usual
