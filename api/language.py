"""Which of the two languages a caller reads."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Request

from domain.values import Language

DEFAULT: Language = "zh"


def language_of(request: Request) -> Language:
    """Return the language of the caller's Accept-Language, Chinese where it names neither."""
    return preferred(request.headers.get("accept-language", ""))


@lru_cache(maxsize=256)
def preferred(header: str) -> Language:
    """Return the better liked of the two languages in an Accept-Language header. Never fails."""
    liked: dict[Language, float] = {}
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        language = _known(tag.strip().lower())
        if language is not None:
            liked[language] = max(liked.get(language, 0.0), _quality(weight))
    best = max(liked, key=lambda language: liked[language], default=DEFAULT)
    return best if liked.get(best, 0.0) > 0 else DEFAULT


def _known(tag: str) -> Language | None:
    primary = tag.partition("-")[0]
    if primary == "zh":
        return "zh"
    return "en" if primary == "en" else None


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
