"""What came with a form: each part bounded, and refused in words that stand beside its field."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from domain.bounds import ID
from domain.values import Text
from services.refusals import InvalidInput
from web.typed_days import NoDay, day_typed

_LINE: Final = 200
_PROSE: Final = 20_000
_MOST_FIELDS: Final = 2_000
_MOST_FILES: Final = 200
"""An empty choice of files counts as one, and a form may have some for each who is left out of a vote."""
_KEY: Final = re.compile(r"[0-9A-Za-z_-]{1,255}")
_ID: Final = re.compile(ID)


@dataclass(frozen=True)
class Filled:
    """A form as it was sent. Whatever is asked of it raises InvalidInput with the field's name."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def with_values(self, values: Mapping[str, tuple[str, ...]]) -> Filled:
        """Return the form with other values in some of its fields."""
        return replace(self, values={**self.values, **values})

    @property
    def key(self) -> str | None:
        """The key that makes a form that is sent twice one act: the hidden field `key`."""
        key = self.line("key", longest=255)
        return key if key and _KEY.fullmatch(key) else None

    def typed(self, name: str) -> str:
        """Return what was typed, as it was, to show it again; empty where nothing was."""
        return self.values.get(name, ("",))[0]

    def line(self, name: str, *, longest: int = _LINE) -> str | None:
        """Return one line of text without the space around it, or None where nothing was typed."""
        text = self.prose(name, longest=longest)
        return None if text is None else " ".join(text.split()) or None

    def needed(self, name: str, *, longest: int = _LINE) -> str:
        """Return one line that has to be there."""
        text = self.line(name, longest=longest)
        if text is None:
            raise InvalidInput(name, REQUIRED)
        return text

    def prose(self, name: str, *, longest: int = _PROSE) -> str | None:
        """Return free text, or None where nothing was typed."""
        text = self.typed(name).replace("\r\n", "\n").strip()
        if len(text) > longest:
            raise InvalidInput(name, _too_long(longest))
        if any(letter < " " and letter not in "\n\t" for letter in text) or _has_surrogates(text):
            raise InvalidInput(name, _LETTERS)
        return text or None

    def day(self, name: str) -> date | None:
        """Return a day, or None where none was chosen."""
        text = self.line(name)
        if text is None:
            return None
        try:
            return day_typed(text)
        except NoDay as wrong:
            raise InvalidInput(name, wrong.problem) from None

    def count(self, name: str) -> int | None:
        """Return a number of people or things, or None where none was given."""
        text = self.line(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 6):  # noqa: PLR2004 - up to a million
            raise InvalidInput(name, _NO_NUMBER)
        return int(text)

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.typed(name))

    def ids(self, name: str, *, most: int = _LINE) -> tuple[str, ...]:
        """Return the ids that were chosen, each once."""
        chosen = tuple(dict.fromkeys(one for one in self.values.get(name, ()) if one))
        if len(chosen) > most or not all(_ID.fullmatch(one) for one in chosen):
            raise InvalidInput(name, NO_CHOICE)
        return chosen

    def id(self, name: str) -> str | None:
        """Return the id that was chosen, or None."""
        return next(iter(self.ids(name)), None)

    def uploads(self, name: str) -> tuple[UploadFile, ...]:
        """Return the documents that were added."""
        return tuple(one for one in self.files.get(name, ()) if one.filename)


async def filled(request: Request) -> AsyncIterator[Filled]:
    """Give the form of a request; the documents in it are there as long as the request is answered."""
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
        values: dict[str, tuple[str, ...]] = {}
        files: dict[str, tuple[UploadFile, ...]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                values[name] = (*values.get(name, ()), value)
            else:
                files[name] = (*files.get(name, ()), value)
        yield Filled(values, files)


Form = Annotated[Filled, Depends(filled)]
"""For the routes that forms are sent to."""


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _too_long(longest: int) -> Text:
    return Text(zh=f"太长，最多{longest}字", en=f"Too long: at most {longest} characters")


REQUIRED: Final = Text(zh="请填写此项", en="Please fill this in")
_LETTERS: Final = Text(zh="含有不能保存的字符", en="Holds characters that cannot be kept")
_NO_NUMBER: Final = Text(zh="请填写整数", en="Please give a whole number")
NO_CHOICE: Final = Text(zh="请从列表中选择", en="Please choose from the list")
