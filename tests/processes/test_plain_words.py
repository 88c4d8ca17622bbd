"""What the person concerned is told on any day of any scenario that ships is kind, and his business only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.evolving import evolve
from domain.plain_words import plainly
from tests.processes.shipped import as_written, every_scenario, library

HARSH = ("reject", "refus", "fail", "denied", "拒绝", "驳回", "不合格", "淘汰", "失败")
CONFIDED = ("yes", "abstain", "赞成", "反对", "弃权", "票数")


def tellings(process, name):
    """Return what is told after each event of a scenario: of a case that never began, nothing."""
    timeline = as_written(process, name)
    if timeline.case is None:
        return []
    case, told = None, []
    root = library().for_start(process, timeline.events[0].occurred_on)
    for event in timeline.events:
        case = evolve(root, case, event)
        told.append(plainly(root, case, datetime.combine(event.occurred_on, datetime.min.time(), UTC)))
    return told


@pytest.mark.parametrize("process, name", every_scenario())
def test_every_sentence_is_kind_and_confides_nothing(process, name):
    told = tellings(process, name)
    assert len(told) == len(as_written(process, name).events)
    sentences = [
        text
        for plain in told
        for text in (plain.stands, *(one.says for one in (*plain.waits_for, *plain.may_add)))
    ]
    for text in {one.model_dump_json(): one for one in sentences}.values():
        assert not any(word in text.en.lower() for word in HARSH), text.en
        assert not any(word in text.zh for word in HARSH), text.zh
        assert not any(f" {word} " in text.en or word in text.zh for word in CONFIDED)


@pytest.mark.parametrize("process, name", every_scenario())
def test_an_open_case_always_says_what_it_waits_for_and_whom_to_ask(process, name):
    for plain in tellings(process, name):
        assert plain.stands.zh
        if plain.waits_for:
            assert plain.may_ask
