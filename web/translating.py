"""The words of the pages: sentences in English stand in the templates, catalogues hold the Chinese ones.

There is one catalogue for each area of the pages, `words/<area>.zh.po`, read when the first page is asked
for: no step of a build stands between a change and what people see.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from domain.values import Language

FOLDER: Final = Path(__file__).parent / "words"


@cache
def translations(language: Language) -> NullTranslations:
    """Return what turns the sentences of templates into a language."""
    if language == "en":
        return NullTranslations()
    whole = Catalog(locale="zh")
    for path in sorted(FOLDER.glob("*.zh.po")):
        for message in catalogue(path):
            if message.id:
                whole.add(message.id, message.string, context=message.context)
    packed = BytesIO()
    write_mo(packed, whole)
    packed.seek(0)
    return Translations(packed)


def catalogue(path: Path) -> Catalog:
    """Return the catalogue in a file."""
    with path.open("rb") as text:
        return read_po(text, locale="zh")
