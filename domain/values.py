"""The smallest values every other module of this floor is built from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.bounds import LABEL, LONGEST_LABEL

Language = Literal["zh", "en"]
"""A language a person may read."""

Level = Literal["block", "late", "finding"]
"""What a broken rule does: refuses the act, demands a reason, or is noted for the auditor."""

Kinship = Literal["spouse", "parent", "child", "sibling", "other-relative"]
"""What one person is to another, as far as rules ask."""


def seen_from_the_other(kind: Kinship) -> Kinship:
    """Return what one is to the other, seen from the other side."""
    if kind == "parent":
        return "child"
    return "parent" if kind == "child" else kind


Scalar = str | int | bool | None
"""A value a field may carry. Days travel as ISO text."""

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL, pattern=LABEL)]
"""An identifier inside a definition: lower case, digits, hyphens and dots."""


_set = object.__setattr__


def _is_cached(what: object) -> bool:
    return isinstance(what, cached_property)


class Value(BaseModel):
    """An immutable value without identity; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _worked_out: ClassVar[tuple[str, ...]] = ()
    """Names of cached properties: what they keep is of one value, and of no copy with other fields."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: object) -> None:
        """Note which properties a kind of value works out once."""
        every = (name for each in cls.__mro__ for name, what in vars(each).items() if _is_cached(what))
        cls._worked_out = tuple(dict.fromkeys(every))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields put in, which are trusted: see pydantic.

        A case is made anew with every event, and what pydantic does here for private attributes, of which
        values have none, takes most of its time.
        """
        if deep or self.__pydantic_private__ is not None:
            return self._without_worked_out(super().model_copy(update=update, deep=deep))
        copy = type(self).__new__(type(self))
        put_in = update or {}
        _set(copy, "__dict__", {**self.__dict__, **put_in})
        _set(copy, "__pydantic_fields_set__", self.__pydantic_fields_set__ | put_in.keys())
        _set(copy, "__pydantic_extra__", None)
        _set(copy, "__pydantic_private__", None)
        return self._without_worked_out(copy) if self._worked_out else copy

    def _without_worked_out(self, copy: Self) -> Self:
        for name in self._worked_out:
            copy.__dict__.pop(name, None)
        return copy

    @classmethod
    def trusted(cls, **parts: Any) -> Self:  # noqa: ANN401 - the parts of any value
        """Return a value of parts that are trusted to fit: what was just worked out from other values.

        pydantic looks at every part again, which for small values made by the dozen in each act takes longer
        than working them out; its own `model_construct` takes no less. Raises TypeError where a part that has
        no plain default is not given.
        """
        begun, needed = _begun(cls)
        if not needed <= parts.keys():
            raise TypeError(f"{cls.__name__} lacks {sorted(needed - parts.keys())}")
        made = cls.__new__(cls)
        _set(made, "__dict__", {**begun, **parts})
        _set(made, "__pydantic_fields_set__", set(parts))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


@cache
def _begun(kind: type[BaseModel]) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Return the fields of a kind of value in their order, with their defaults, and those that have none."""
    fields = kind.__pydantic_fields__
    made = (
        name for name, field in fields.items() if field.is_required() or field.default_factory is not None
    )
    return {name: field.default for name, field in fields.items()}, frozenset(made)


class Text(Value):
    """One sentence or title in the two languages of the service."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_language(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language == "zh" else self.en


class Unfit(ValueError):
    """A part of a definition cannot be what was written; `told` says why, for whoever wrote it."""

    def __init__(self, *, zh: str, en: str) -> None:
        """Keep the sentence; the message is the English one."""
        super().__init__(en)
        self.told = Text(zh=zh, en=en)
