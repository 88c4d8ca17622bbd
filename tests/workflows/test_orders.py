"""In whatever order facts arrive, and however often, the case is the same."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import an_act
from tests.workflows.driven import a_driven_case

_CASES = count(1)

# Each delivery: the first fact it brings, how many, and whether they are turned round.
DELIVERIES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=DELIVERIES)
async def test_facts_told_twice_late_or_out_of_order_lead_to_the_same_case(env, deliveries):
    async with a_driven_case(env, case_id=f"case-{next(_CASES)}") as driven:
        await driven.begin()
        for _ in range(9):
            act = an_act("talk", await driven.today(), outcome="postponed")
            driven.record.perform(act, await driven.now())
        everything = driven.record.events
        for first, number, backwards in deliveries:
            some = everything[first : first + number] or everything[-1:]
            await driven.tell(reversed(some) if backwards else some, known=1)

        latest = max(min(first + number, len(everything)) for first, number, _ in deliveries)
        known = await driven.until(min(latest, everything[-1].seq))
        if known.seq < everything[-1].seq:
            await driven.tell(everything[-1:], known=1)
            known = await driven.until(everything[-1].seq)
        assert known == driven.record.case
        await driven.handle.terminate()
        await env.sleep(timedelta(seconds=1))
