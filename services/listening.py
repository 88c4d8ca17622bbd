"""Listening for what is new, for the pages of this process that are open."""

from records.listening import EVERY_S, Listening

__all__ = ["EVERY_S", "Listening"]
