"""Looks for patterns in organisations by chance, as a run over a record does."""

from pathlib import Path

from bench.patterns.organisation import TODAY
from domain.patterns.copies import Place, really_alike
from domain.patterns.counting import Counts
from domain.patterns.facts import shape_of
from domain.patterns.judging import judge
from domain.patterns.thresholds import limits
from domain.reading import read_process

_FILE = Path("processes/membership-development/2026.1.yaml")
SHAPE = shape_of(read_process(_FILE.read_text("utf-8"), _FILE.name))


def found_in(organisation, **changed):
    figures = limits(changed)
    counts = Counts({"digest": SHAPE}, organisation.posts, figures, TODAY, beside=organisation.beside())
    texts = {}
    for head, lines in organisation.histories():
        counts.add(head, lines)
        for line in lines:
            if "texts" in line.data:
                texts[Place(head.id, line.seq, "texts.opinion")] = line.data["texts"]["opinion"]
    alike = {
        whose: really_alike(pairs, texts, figures["copied-texts.likeness"])
        for whose, pairs in counts.copies.likely().items()
    }
    return judge(counts, organisation.around(), alike)
