"""The planted fault: the record writes with synchronous=NORMAL, which waits for no commit."""

from records import engines

_as_it_should_be = engines.journal_pragmas


def _weaker(version: tuple[int, ...]) -> tuple[str, ...]:
    return (*_as_it_should_be(version), "PRAGMA synchronous=NORMAL")


engines.journal_pragmas = _weaker
