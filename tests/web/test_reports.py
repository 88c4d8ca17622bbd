"""Reports that take long to count: whoever asks is told so, and comes to them without doing anything."""

import pytest

from tests.api.world import PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}


@pytest.mark.parametrize(
    "address, says", [("/reports?from=2024-01-01", "共5份"), ("/reports/stages?from=2024-01-01", "正在统计")]
)
async def test_a_count_that_takes_long_is_told_of_and_its_page_asks_again_with_a_script_and_without(
    site, address, says
):
    client, counts = site.world.client, site.world.parts.counts
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    counts.patience = 0
    told = await client.get(address, headers=HTML)
    counts.patience = 60
    assert told.status_code == 200
    assert says in told.text
    assert '<noscript><meta http-equiv="refresh"' in told.text
    assert f'hx-get="{address}" hx-trigger="load' in told.text
    shown = await client.get(address, headers=HTML)
    assert "正在统计" not in shown.text
    assert 'class="said"' in shown.text
