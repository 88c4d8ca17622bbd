"""A small question tells whether anything was written."""

from records.pulse import Pulse
from tests.records.organisations import an_organisation
from tests.records.walks import start, withdraw


def quiet(database, pulse):
    """Ask until nothing is new: several connections read, and each is compared with itself."""
    return any(not database.read_now(pulse.beats) for _ in range(20))


def test_what_was_written_is_noticed_and_then_it_is_quiet(database):
    database.write_now(an_organisation)
    pulse = Pulse()
    assert database.read_now(pulse.beats)
    for work in (start, withdraw):
        assert quiet(database, pulse)
        database.write_now(work)
        assert database.read_now(pulse.beats)
