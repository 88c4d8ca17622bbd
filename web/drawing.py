"""Turns templates into text: one environment for each language, with the same names in both."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from domain.values import Language, Text
from web import compiling, days
from web.compiling import Drawing
from web.served import address_of
from web.translating import translations

_REMEMBERED: Final = 2_000
_EXTENSIONS: Final = ("jinja2.ext.i18n", "jinja2.ext.do")


class Compiled(BytecodeCache):
    """What templates were compiled to, which takes most of the time and is the same in every language.

    It is kept where Python keeps what it compiles, and believed for the same reasons, so that a process that
    starts finds it there. Where nothing can be written, each process keeps its own.
    """

    def __init__(self, folder: Path) -> None:
        self._known: dict[str, bytes] = {}
        self._folder = folder
        # Beside the source, of which jinja2 makes sure, what comes of it depends on these.
        ours = (Path(__file__), Path(compiling.__file__))
        here = hashlib.sha256(b"".join(path.read_bytes() for path in ours)).hexdigest()[:16]
        self._by = f"{metadata.version('jinja2')}-{here}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is known of its template, if anything is."""
        if bucket.key not in self._known:
            with suppress(OSError):
                self._known[bucket.key] = self._file(bucket).read_bytes()
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        self._known[bucket.key] = compiled = bucket.bytecode_to_string()
        if sys.dont_write_bytecode:
            return
        file = self._file(bucket)
        # In one piece, whoever else writes the same.
        written = file.with_name(f"{file.name}.{uuid4().hex}")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            try:
                written.write_bytes(compiled)
                written.replace(file)
            finally:
                written.unlink(missing_ok=True)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.jinja2-{self._by}"


_COMPILED: Final = Compiled(Path(__file__).parent / "__pycache__")


@cache
def templates(language: Language) -> Environment:
    """Return the environment of a language. What is put into a template is escaped."""
    made = Drawing(
        loader=PackageLoader("web"),
        extensions=_EXTENSIONS,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    words = translations(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # the extension's own
    made.speak(words.gettext)
    made.globals |= {
        "language": language,
        "day_words": days.day_words(language),
        "static": address_of,
        "drawn_icon": drawn_icon,
        "kept": kept,
        "new_key": lambda: uuid4().hex,
        "choices_of": lambda spec: tuple(
            (choice, spec.choice_title(choice).in_language(language)) for choice in spec.choices
        ),
        "due_in_words": partial(_swapped, days.due, language),
    }
    made.filters |= {
        "day": partial(_in, days.day, language),
        "short_day": partial(_in, days.short_day, language),
        "weekday": partial(_in, days.weekday, language),
        "month": partial(_in, days.month, language),
        "moment": partial(_in, days.moment, language),
        "clock": partial(_in, days.clock, language),
        "number": partial(_in, days.number, language),
        "percent": partial(_in, days.percent, language),
        "size": partial(_in, days.size, language),
        "words": partial(_words, language),
        "days_said": partial(_in, days.in_words, language),
    }
    return made


@cache
def drawn_icon(name: str, also: str = "") -> Markup:
    """Return the picture of an icon: every page has some dozens, of few kinds, which templates name."""
    sign = Markup('<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
    return sign.format(also, address_of("vendor/icons.svg"), name)


def kept(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """Return a macro that is drawn once for each of its latest arguments: days, never what people wrote.

    A text and the same text marked as safe are equal, and drawn in different ways.
    """
    return lru_cache(_REMEMBERED)(macro)


def _in(write: Callable[..., str], language: Language, given: Any, *more: Any) -> str:  # noqa: ANN401 - as templates give it
    return write(given, language, *more)


def _swapped(write: Callable[..., Any], language: Language, *given: Any) -> Any:  # noqa: ANN401 - as templates give it
    return write(*given, language)


def _words(language: Language, text: Text) -> str:
    return days.in_words(text.in_language(language), language)
