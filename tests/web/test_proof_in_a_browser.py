"""The proof of a case is verified by the reader's own browser: it finds what a server would not say."""

import json

from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.test_shell_in_a_browser import sign_in

pytestmark = in_the_loop_of_the_browser

GOOD, WEAK, BAD = "已在本浏览器验证", "已验证，有保留", "验证不通过"
NO_ED25519 = """
const own = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (form, key, how, ...rest) {
  if (how.name === "Ed25519") return Promise.reject(new DOMException("unknown", "NotSupportedError"));
  return own.call(this, form, key, how, ...rest);
};
"""


async def verified(site, page, case):
    """What the badge says, and what each check came to."""
    await page.goto(site.at(f"/cases/{case['id']}"))
    await page.locator("[data-verify]").click()
    await page.locator(".proof[data-state]:not([data-state=looking])").wait_for()
    states = await page.locator("[data-check]").evaluate_all("all => all.map(one => one.dataset.state)")
    return await page.locator("[data-badge]").inner_text(), states


async def changing(page, path, change):
    """Answer what is asked for at a path as a server would that somebody tampered with."""

    async def answer(route):
        told = await route.fetch()
        body = json.loads(await told.text())
        change(body)
        await route.fulfill(response=told, body=json.dumps(body, ensure_ascii=False))

    await page.route(path, answer)


async def test_a_browser_verifies_a_case_from_its_entries_to_the_signature_and_remembers(site, browsing):
    case = await site.world.start()
    page = await browsing.page()
    await sign_in(page, site)
    assert await verified(site, page, case) == (GOOD, ["good", "good", "good", "weak"])
    assert await verified(site, page, case) == (GOOD, ["good"] * 4)


async def test_a_browser_finds_an_entry_a_path_a_signature_and_a_log_that_are_others(site, browsing):
    case = await site.world.start()
    page = await browsing.page()
    await sign_in(page, site)
    await verified(site, page, case)

    async def tampered(path, change):
        await changing(page, path, change)
        badge, states = await verified(site, page, case)
        await page.unroute(path)
        assert badge == BAD
        return states.index("bad")

    def another_day(body):
        body["items"][1]["occurred_on"] = "2025-03-01"

    def another_place(body):
        body["position"] += 1

    def another_signature(body):
        note = body["checkpoint"]["note"]
        body["checkpoint"]["note"] = note[:-4] + ("AAA\n" if note[-4:] != "AAA\n" else "BBB\n")

    assert await tampered("**/v1/cases/*/history*", another_day) == 0
    assert await tampered("**/v1/audit/proofs/inclusion*", another_place) == 1
    assert await tampered("**/v1/audit/proofs/inclusion*", another_signature) == 2
    seen = "localStorage.getItem('accede-checkpoint')"
    forged = json.loads(await page.evaluate(seen)) | {"root": "00" * 32}
    await page.evaluate(f"localStorage.setItem('accede-checkpoint', {json.dumps(json.dumps(forged))})")
    assert await verified(site, page, case) == (BAD, ["good", "good", "good", "bad"])


async def test_a_browser_without_ed25519_says_what_it_did_not_check(site, browsing):
    case = await site.world.start()
    page = await browsing.page()
    await page.add_init_script(NO_ED25519)
    await sign_in(page, site)
    badge, states = await verified(site, page, case)
    assert (badge, states[:3]) == (WEAK, ["good", "good", "weak"])
    assert "Ed25519" in await page.locator("[data-check=signature]").inner_text()
