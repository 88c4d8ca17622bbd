"""What took long to count is kept for some minutes, for the same eyes."""

from datetime import UTC, datetime, timedelta

from services.kept_figures import MANY, KeptFigures

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def found_in(kept, key, now):
    return kept.counted(key, now, lambda: None, lambda _: 0)[0]


def test_what_was_counted_is_found_for_five_minutes():
    kept = KeptFigures()
    kept.keep(("funnel", "li"), 5, NOW)
    assert found_in(kept, ("funnel", "li"), NOW + timedelta(minutes=4, seconds=59)) == 5
    assert found_in(kept, ("funnel", "li"), NOW + timedelta(minutes=5)) is None
    assert found_in(kept, ("funnel", "wang"), NOW) is None
    assert found_in(kept, ("funnel", "li"), NOW - timedelta(seconds=1)) is None


def test_only_so_much_is_kept_and_the_oldest_goes_first():
    kept = KeptFigures()
    for number in range(300):
        kept.keep(number, number, NOW)
    assert found_in(kept, 44, NOW) == 44
    assert found_in(kept, 43, NOW) is None
    assert found_in(kept, 299, NOW) == 299


def test_what_weighs_much_is_counted_once_in_five_minutes_and_says_when():
    kept, counts = KeptFigures(), iter(range(10))

    def ask(after, weight):
        return kept.counted("funnel", NOW + after, lambda: next(counts), lambda _: weight)

    assert ask(timedelta(), 4_999) == (0, NOW)
    assert ask(timedelta(minutes=1), 5_000) == (1, NOW + timedelta(minutes=1))
    assert ask(timedelta(minutes=5), 5_000) == (1, NOW + timedelta(minutes=1))
    assert ask(timedelta(minutes=6), 5_000) == (2, NOW + timedelta(minutes=6))


def test_what_changes_seldom_is_kept_for_as_long_as_is_said():
    kept = KeptFigures()
    kept.keep("fair", 1, NOW)
    later, hour = NOW + timedelta(minutes=59), timedelta(hours=1)
    assert kept.counted("fair", later, lambda: 2, lambda _: MANY, lasts=hour) == (1, NOW)
    assert kept.counted("fair", later, lambda: 2, lambda _: MANY) == (2, later)


def test_what_is_counted_ahead_is_counted_again_before_it_is_too_old():
    kept, soon = KeptFigures(), NOW + timedelta(minutes=4)
    kept.keep("funnel", 1, NOW)
    assert kept.counted("funnel", soon, lambda: 2, lambda _: MANY, lasts=timedelta()) == (2, soon)
    assert found_in(kept, "funnel", NOW + timedelta(minutes=8)) == 2


def test_what_changed_for_whoever_looks_is_counted_again_and_kept_for_everybody():
    kept, counts, asked = KeptFigures(), iter(range(10)), []

    def ask(after, *, changed):
        def has_changed(at):
            asked.append(at)
            return changed

        return kept.counted(
            "gained", NOW + after, lambda: next(counts), lambda _: MANY, has_changed=has_changed
        )

    soon, later = timedelta(minutes=1), timedelta(minutes=2)
    assert ask(timedelta(), changed=True) == (0, NOW)
    assert asked == []
    assert ask(soon, changed=False) == (0, NOW)
    assert ask(soon, changed=True) == (1, NOW + soon)
    assert ask(later, changed=False) == (1, NOW + soon)
    assert asked == [NOW, NOW, NOW + soon]
