"""Documents are shown without a chance to act, with their digest, and what is missing is said."""

import hashlib

import pytest

from tests.api.world import SECRETARY, SUBJECT
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
HARMFUL = b"<!doctype html><html><script>alert(1)</script></html>"


async def handed_in(site, content, name="scan"):
    files = {"file": (name, content)}
    answer = await site.world.client.post("/v1/materials", files=files, headers=site.world.by(SUBJECT))
    return answer.json()["id"]


async def asked(site, path, by=SUBJECT):
    return await site.world.client.get(path, headers=site.world.by(by) | HTML)


@pytest.mark.parametrize(
    "content, kind",
    [(PNG, "image/png"), (b"%PDF-1.4\n%%EOF", "application/pdf"), ("扫描件".encode(), "text/plain")],
)
async def test_a_picture_a_pdf_and_a_text_are_shown_in_the_page(site, content, kind):
    material = await handed_in(site, content)
    page = await asked(site, f"/materials/{material}")
    assert f"/materials/{material}/preview" in page.text
    assert hashlib.sha256(content).hexdigest() in page.text
    shown = await asked(site, f"/materials/{material}/preview")
    assert shown.content == content
    assert shown.headers["content-type"].startswith(kind)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "script-src" not in shown.headers["content-security-policy"]
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")


async def test_what_could_run_in_our_name_is_never_shown(site):
    material = await handed_in(site, HARMFUL, "letter.pdf")
    assert "/preview" not in (await asked(site, f"/materials/{material}")).text
    shown = await asked(site, f"/materials/{material}/preview")
    assert shown.status_code == 404 or shown.headers["content-type"].startswith("text/plain")


async def test_a_document_of_others_is_not_there(site):
    material = await handed_in(site, PNG)
    for path in (f"/materials/{material}", f"/materials/{material}/preview"):
        assert (await asked(site, path, SECRETARY)).status_code == 404


async def test_the_papers_of_a_case_are_listed_by_step_with_their_digests(site):
    material = await handed_in(site, PNG)
    case = await site.world.start(materials={"scan": [material]})
    page = await asked(site, f"/cases/{case['id']}/materials", SECRETARY)
    assert hashlib.sha256(PNG).hexdigest()[:16] in page.text
    assert "扫描件" in page.text
