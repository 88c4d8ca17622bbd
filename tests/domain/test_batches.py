"""Many values some at a time."""

from hypothesis import given
from hypothesis import strategies as st

from domain.batches import in_batches


@given(st.lists(st.integers()), st.integers(1, 9))
def test_every_value_comes_once_in_its_order_and_only_the_last_batch_is_smaller(values, size):
    batches = list(in_batches(values, size))

    assert [one for some in batches for one in some] == values
    assert all(len(some) == size for some in batches[:-1])
    assert all(batches)
