"""A feed of the calendar keeps to what calendars read."""

from services.duties import _folded


def test_a_long_line_is_folded_between_signs_and_reads_the_same():
    line = "SUMMARY:" + "发展对象" * 40
    pieces = list(_folded(line))
    assert max(len(piece.encode()) for piece in pieces) <= 75
    assert "".join(piece.removeprefix(" ") for piece in pieces) == line
