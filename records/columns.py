"""Column types: days and moments as text that sorts as they do."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy import String

from domain.chain import moment_text


class Day(sa.TypeDecorator[date]):
    """A day as ISO text, which sorts as days do."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: sa.Dialect) -> str | None:
        """Return the text of a day."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: object | None, _dialect: sa.Dialect) -> date | None:
        """Return the day of a text."""
        return None if value is None else date.fromisoformat(str(value))


class Moment(sa.TypeDecorator[datetime]):
    """An aware moment as UTC text of fixed width, which sorts as moments do."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> str | None:
        """Return the text of a moment."""
        return None if value is None else moment_text(value)

    def process_result_value(self, value: object | None, _dialect: sa.Dialect) -> datetime | None:
        """Return the moment of a text, aware, in UTC."""
        return None if value is None else datetime.fromisoformat(str(value)).astimezone(UTC)
