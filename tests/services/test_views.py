"""What is shown of an event is enough to hash it again."""

import json
from datetime import UTC, date, datetime

import pytest

from domain.chain import event_hash, hash_of
from domain.events import Event, StageEntered
from services.views import event_view


@pytest.mark.parametrize("microsecond", [0, 1, 451_000, 999_999])
def test_the_hash_of_an_event_can_be_computed_from_what_is_shown(microsecond):
    event = Event(
        seq=2,
        occurred_on=date(2026, 6, 1),
        recorded_at=datetime(2026, 6, 1, 1, 0, 0, microsecond, tzinfo=UTC),
        body=StageEntered(stage="application"),
    )
    shown = json.loads(event_view(event).model_dump_json())
    assert hash_of({**shown, "case": "c", "prev_hash": "0" * 64}) == event_hash("0" * 64, "c", event)
