"""Documents are shown without a chance to act, with their digest, and what is missing is said."""

import hashlib
import html
import re

import pytest

from tests.api.admission import ADMISSION, admitting
from tests.api.world import HOST, SECRETARY, SUBJECT
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


async def test_a_document_goes_by_its_name_and_leads_back_to_the_papers_of_its_case(site):
    material = await handed_in(site, PNG, "按手印的申请.png")
    case = await site.world.start(materials={"scan": [material]})
    papers = f"/cases/{case['id']}/materials"
    assert ">按手印的申请.png</a>" in (await asked(site, papers, SECRETARY)).text
    document = await asked(site, f"/materials/{hashlib.sha256(PNG).hexdigest()}", SECRETARY)
    assert f'href="{papers}"' in document.text


def fields_of(text):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


async def sent(site, path, by, files=None, **form):
    page = await asked(site, path, by)
    given = {"key": "0123456789abcdef", "head": ""} | fields_of(page.text) | form
    return await site.world.client.post(path, data=given, files=files, headers=site.world.by(by) | HTML)


async def test_documents_are_handed_in_for_an_open_step_and_wait_on_its_form(site):
    case = await site.world.start()
    path = f"/cases/{case['id']}/materials"
    files = {"material.scan": ("会议.png", PNG)}
    answer = await sent(site, path, SECRETARY, files, step="talk")
    assert answer.status_code == 303
    form = await asked(site, answer.headers["location"], SECRETARY)
    assert answer.headers["location"].startswith(f"/cases/{case['id']}/steps/talk?kept=scan%3A")
    assert form.status_code == 200
    assert (await sent(site, path, SECRETARY, files, step="admit")).status_code == 404


TRIAL = ADMISSION.replace(
    "      - id: vote\n",
    """\
      - id: trial
        kind: period
        title: {zh: 试用期, en: Trial period}
        by: circle.secretary
        starts: apply
        lasts: P12M
        basis: "1"
        entries:
          - id: assessment
            title: {zh: 考察, en: Assessment}
            by: [circle.secretary]
            every: P6M
            materials: [letter]
            basis: "1"
      - id: vote
""",
)


async def test_documents_for_an_entry_wait_on_its_form_too(site):
    case = await admitting(site.world, TRIAL).start(process="admission")
    files = {"material.letter": ("推荐信.png", PNG)}
    kept = await sent(site, f"/cases/{case['id']}/materials", SECRETARY, files, step="trial")
    assert kept.status_code == 303, kept.text
    form = await asked(site, kept.headers["location"], SECRETARY)
    assert "“推荐信.png”已保存" in form.text
    assert 'name="kept.letter"' in form.text


async def test_a_document_written_anew_shows_both_days_and_both_people_once_it_is_confirmed(site):
    case = await site.world.start()
    path = f"/cases/{case['id']}/materials/anew"
    page = await asked(site, path, SECRETARY)
    what = re.findall(r'<option value="(\d+:scan)"', page.text)[0]
    asks = {"what": what, "written_on": "2025-03-01", "occurred_on": "2025-03-10", "reason": "原件遗失"}
    refused = await sent(site, path, SECRETARY, **asks)
    assert refused.status_code == 422
    assert "请选择文件" in refused.text
    answer = await sent(site, path, SECRETARY, {"document": ("重抄.png", PNG)}, **asks)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case['id']}")
    shown = (await asked(site, f"/cases/{case['id']}", HOST)).text
    assert "待第二人确认" in shown
    confirming = html.unescape(re.findall(r'href="(/cases/[^"]*/acts/correct\?proposal=\d+)"', shown)[0])
    form = (await asked(site, confirming, HOST)).text
    assert "重制材料，落款日期2025年3月1日" in form
    assert "原件遗失" in form
    done = await sent(
        site,
        confirming,
        HOST,
        proposal=confirming.rpartition("=")[2],
        answer="confirm",
        occurred_on="2025-03-10",
    )
    assert done.status_code == 303
    shown = (await asked(site, f"/cases/{case['id']}", HOST)).text
    assert "王五于2025年3月10日确认" in shown
    papers = (await asked(site, f"/cases/{case['id']}/materials", HOST)).text
    assert "重制材料：落款日期2025年3月1日，由王五确认" in papers
