"""How alike texts are: characters where nothing stands between words, words elsewhere."""

import random

from hypothesis import given
from hypothesis import strategies as st

from domain.patterns.copies import Copies, Pair, Place, really_alike
from domain.patterns.facts import Population
from domain.patterns.likeness import BINS, in_common, likeness, passages, sketch, tokens

A = "该同志思想上积极要求进步，工作认真负责，2026年3月5日参加学习，能够团结同志，完成了组织交给的各项任务。"
B = "张伟思想上积极要求进步，工作认真负责，2025年11月28日参加学习，能够团结同志，完成了组织交给的各项任务！"
OTHER = "他常常迟到，但对机床十分熟悉；去年冬天替生病的师傅守了两个周末，也肯把自己的想法说出来，需要多读书。"
HERE = Population("branch", "process")


def alike(one, other):
    return likeness(tokens(one), tokens(other))


def test_chinese_is_taken_by_characters_and_other_scripts_by_words():
    assert tokens("他用了 GPU，Ｘ轴 12 次") == ["他", "用", "了", "gpu", "x", "轴", "0", "次"]


def test_another_name_and_another_day_leave_texts_nearly_the_same():
    assert alike(A, B) > 0.8
    assert alike(A, OTHER) == 0.0


def test_width_case_and_punctuation_are_no_difference():
    assert alike("He WORKS well, always on time.", "he works well always：on time") == 1.0


def test_texts_of_nothing_are_not_alike():
    assert alike("", "") == 0.0
    assert alike("……", "！！") == 0.0


@given(st.text(), st.text())
def test_likeness_is_the_same_from_either_side_and_whole_with_oneself(one, other):
    assert alike(one, other) == alike(other, one)
    assert alike(one, one) == (1.0 if tokens(one) else 0.0)


@given(st.text(max_size=300))
def test_a_sketch_has_its_parts_and_is_the_same_each_time(text):
    made = sketch(tokens(text))
    assert len(made) == BINS
    assert in_common(made, sketch(tokens(text))) == 1.0


def test_sketches_have_about_as_much_in_common_as_their_texts():
    chance = random.Random(7)
    words = [f"w{number}" for number in range(4000)]
    wrong = []
    for changed in range(0, 60, 3):
        one = chance.sample(words, 300)
        other = [*one[: 300 - changed], *chance.sample(words, changed)]
        wrong.append(in_common(sketch(one), sketch(other)) - likeness(one, other))
    assert abs(sum(wrong) / len(wrong)) < 0.05
    assert max(map(abs, wrong)) < 0.3


@given(st.text(max_size=200), st.text(max_size=200))
def test_passages_put_together_are_the_texts(one, other):
    left, right = passages(one, other)
    assert "".join(piece.text for piece in left) == one
    assert "".join(piece.text for piece in right) == other


def test_what_both_say_is_marked_on_both_sides():
    left, right = passages(A, B)
    assert [piece.text for piece in left if not piece.shared] == ["该同志", "。"]
    assert [piece.text for piece in right if not piece.shared] == ["张伟", "！"]


def copies_of(texts):
    found = Copies(least=20)
    for number, text in enumerate(texts):
        found.add(Place(f"case-{number}", 1, "reason"), HERE, text)
    return found


def test_copies_are_found_and_nobody_elses_text_with_them():
    found = copies_of([A, OTHER, B]).likely()
    assert found == {
        HERE: [
            Pair(Place("case-0", 1, "reason"), Place("case-2", 1, "reason")),
            Pair(Place("case-2", 1, "reason"), Place("case-0", 1, "reason")),
        ]
    }


def test_a_short_text_is_no_copy_of_anything():
    found = copies_of(["同意。", "同意。"])
    assert (found.likely(), found.seen) == ({}, {})


def test_what_cannot_be_read_any_more_is_no_evidence():
    one, other = Place("case-0", 1, "reason"), Place("case-1", 1, "reason")
    pair = Pair(one, other)
    assert really_alike([pair], {one: A, other: B}, 0.7) == [pair]
    assert really_alike([pair], {one: A}, 0.7) == []
    assert really_alike([pair], {one: A, other: OTHER}, 0.7) == []
