"""Two versions of a process side by side: which sentence is new, which is gone, which reads differently."""

from __future__ import annotations

from domain.process import Process
from domain.sentences import Sentence, sentences_of
from domain.values import Text, Value


class Changed(Value):
    """One sentence that is not the same: None where a version does not say it."""

    before: Sentence | None
    after: Sentence | None

    @property
    def only_article(self) -> bool:
        """Whether the same is said, and rests on an article of another number."""
        if self.before is None or self.after is None:
            return False
        return self.before == self.after.model_copy(update={"basis": self.before.basis})


class StepDifference(Value):
    """What became different in a step."""

    step: str
    title: Text
    stage: Text
    is_new: bool = False
    is_gone: bool = False
    renamed_from: Text | None = None
    sentences: tuple[Changed, ...] = ()


def differences(before: Process, after: Process) -> tuple[StepDifference, ...]:
    """Return the steps in which two versions differ, in the later order; what is gone comes last."""
    found = [_step(before, after, step) for step in after.steps]
    gone = [_gone(before, step) for step in before.steps if step not in after.steps]
    return tuple(one for one in (*found, *gone) if one is not None)


def _step(before: Process, after: Process, step_id: str) -> StepDifference | None:
    step, stage = after.steps[step_id], after.stage_of[step_id].title
    if step_id not in before.steps:
        said = tuple(Changed(before=None, after=one) for one in sentences_of(after, step))
        return StepDifference(step=step_id, title=step.title, stage=stage, is_new=True, sentences=said)
    earlier = before.steps[step_id]
    said = _changed(sentences_of(before, earlier), sentences_of(after, step))
    renamed = None if earlier.title == step.title else earlier.title
    if not said and renamed is None:
        return None
    return StepDifference(step=step_id, title=step.title, stage=stage, renamed_from=renamed, sentences=said)


def _gone(before: Process, step_id: str) -> StepDifference:
    step = before.steps[step_id]
    said = tuple(Changed(before=one, after=None) for one in sentences_of(before, step))
    return StepDifference(
        step=step_id, title=step.title, stage=before.stage_of[step_id].title, is_gone=True, sentences=said
    )


def _changed(before: tuple[Sentence, ...], after: tuple[Sentence, ...]) -> tuple[Changed, ...]:
    earlier = {one.key: one for one in before}
    later = {one.key: one for one in after}
    found = [
        Changed(before=earlier.get(key), after=one) for key, one in later.items() if earlier.get(key) != one
    ]
    found += [Changed(before=one, after=None) for key, one in earlier.items() if key not in later]
    return tuple(found)
