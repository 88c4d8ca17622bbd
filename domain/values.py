"""The smallest values every other module of this floor is built from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
"""A language a person may read."""

Level = Literal["block", "late", "finding"]
"""What a broken rule does: refuses the act, demands a reason, or is noted for the auditor."""

Scalar = str | int | bool | None
"""A value a field may carry. Days travel as ISO text."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
"""An identifier inside a definition: lower case, digits, hyphens and dots."""


class Value(BaseModel):
    """An immutable value without identity; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Value):
    """One sentence or title in the two languages of the service."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_language(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language == "zh" else self.en
