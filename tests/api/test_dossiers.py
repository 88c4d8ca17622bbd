"""A dossier holds what its reader may see, stays the same until something changes, and is verified apart."""

import base64
import io
import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from domain import dossiers
from domain.dossiers import check_dossier
from domain.notes import VerifierKey
from domain.reading import read_process
from domain.verifying import Tampered
from records.database import Database
from records.sensitivity import Sensitive
from records.stored import events_after
from services.bringing_in import CannotBringIn, bring_in, read_files
from services.person_keys import PersonKeys
from services.sealing import Sealer
from services.verifying import verify
from tests.api.world import AUDITOR, HOST, NOBODY, SECRETARY, SUBJECT, a_world

VERIFIER = Path(__file__).resolve().parents[2] / "docs/verifier/verify.mjs"


async def a_case(world):
    answer = await world.client.post(
        "/v1/materials", files={"file": ("扫描件.txt", b"a scan")}, headers=world.by(SUBJECT)
    )
    case = await world.start(fields={"letter": "想读书"}, materials={"scan": [answer.json()["id"]]})
    await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-10")
    return case["id"]


async def dossier_of(world, case, by=SECRETARY):
    answer = await world.get(f"/v1/cases/{case}/dossier", by)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def files_of(content):
    return read_files(io.BytesIO(content))


def with_keys(world):
    """Have free text sealed with keys of people."""
    object.__setattr__(world.parts, "keys", PersonKeys(Sealer(base64.b64encode(bytes(32)).decode())))


def zipped(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
        for name, content in files.items():
            whole.writestr(name, content)
    return made.getvalue()


async def test_a_dossier_is_whole_and_verified(world_on_both):
    world = world_on_both
    case = await a_case(world)
    files = files_of(await dossier_of(world, case))
    checked = check_dossier(files)
    assert checked.dossier.case == case
    assert checked.dossier.withheld == ()
    (document,) = checked.dossier.documents
    assert (document.name, document.included) == ("扫描件.txt", True)
    assert files[f"materials/{document.sha256}"] == b"a scan"
    names = json.loads(files[dossiers.NAMES])
    assert names["people"][SUBJECT] == "张三"
    assert names["units"]["circle-1"] == "第一读书会"
    (definition,) = checked.dossier.definitions
    assert read_process(files[definition.file].decode(), "again.yaml").digest == definition.digest
    assert {"README.en.md", "README.zh.md", dossiers.SCHEMA} < files.keys()


async def test_a_dossier_is_the_same_byte_by_byte_until_something_changes(world):
    case = await a_case(world)
    first = await dossier_of(world, case)
    await world.start(subject=NOBODY, by=NOBODY)
    await world.parts.notary.make()
    world.clock.pass_by(timedelta(days=9))
    assert await dossier_of(world, case) == first
    present = (await world.get(f"/v1/cases/{case}", SUBJECT)).json()
    answer = await world.post(
        f"/v1/cases/{case}/withdraw", SUBJECT, {"occurred_on": "2025-03-19"}, if_match=f'"{present["head"]}"'
    )
    assert answer.status_code == 200, answer.text
    assert await dossier_of(world, case) != first


async def test_what_somebody_may_not_see_is_withheld_and_the_rest_is_verified(world):
    sensitive: Sensitive = {"reading-circle": frozenset({"talk"})}
    object.__setattr__(world.parts, "sensitive", sensitive)
    case = await a_case(world)
    checked = check_dossier(files_of(await dossier_of(world, case, AUDITOR)))
    assert checked.dossier.withheld
    hidden = [event for event in checked.events if "withheld" in event]
    assert {event["step"] for event in hidden} == {"talk"}
    assert check_dossier(files_of(await dossier_of(world, case))).dossier.head == checked.dossier.head


async def test_every_change_of_a_dossier_is_found(world):
    files = files_of(await dossier_of(world, await a_case(world)))
    passed = []
    for name, content in files.items():
        for change in (content[:-1], content + b" ", content.replace(b"a", b"b"), b"", b"{}", None):
            changed = {other: files[other] for other in files if other != name}
            if change is not None:
                changed[name] = change
            if change == content:
                continue
            try:
                check_dossier(changed)
                passed.append((name, change))
            except Tampered:
                pass
    assert passed == []
    with pytest.raises(Tampered, match="does not belong"):
        check_dossier({**files, "more.txt": b""})


async def test_every_bit_of_the_manifest_the_proofs_and_the_signature_is_watched_over(world):
    files = files_of(await dossier_of(world, await a_case(world)))
    passed = []
    for name in (dossiers.MANIFEST, dossiers.SIGNATURE):
        for bit in range(len(files[name]) * 8):
            changed = bytearray(files[name])
            changed[bit // 8] ^= 1 << bit % 8
            try:
                check_dossier({**files, name: bytes(changed)})
                passed.append((name, bit))
            except Tampered:
                pass
    assert passed == []


async def test_a_key_that_one_knows_is_asked_for(world):
    files = files_of(await dossier_of(world, await a_case(world)))
    ours = VerifierKey.read(json.loads(files[dossiers.KEYS])[0]["verifier"])
    held = (await world.parts.notary.make()).whole
    assert check_dossier(files, [ours], [held]).signed_by == (ours.text,)
    other = VerifierKey(ours.name, bytes(32))
    with pytest.raises(Tampered, match="no known key"):
        check_dossier(files, [other])
    with pytest.raises(Tampered, match="kept elsewhere"):
        check_dossier(files, held=["another\n1\n\n— x AAAAAAAA\n"])


def node(*arguments):
    found = shutil.which("node")
    assert found, "Node.js is missing: the second verifier needs it; see .ci/node"
    return subprocess.run(
        [found, str(VERIFIER), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


async def test_the_second_verifier_says_the_same(world, tmp_path):
    sensitive: Sensitive = {"reading-circle": frozenset({"talk"})}
    object.__setattr__(world.parts, "sensitive", sensitive)
    case = await a_case(world)
    whole, part = await dossier_of(world, case), await dossier_of(world, case, AUDITOR)
    (tmp_path / "whole.zip").write_bytes(whole)
    (tmp_path / "part.zip").write_bytes(part)
    (tmp_path / "kept").write_text((await world.parts.notary.make()).whole, "utf-8")
    key = json.loads(files_of(whole)[dossiers.KEYS])[0]["verifier"]
    done = node(tmp_path / "whole.zip", "--key", key, "--checkpoint", tmp_path / "kept")
    assert (done.returncode, done.stderr) == (0, "")
    assert check_dossier(files_of(whole)).dossier.head in done.stdout
    assert "withheld in part" in node(tmp_path / "part.zip").stdout
    files = files_of(whole)
    for number, (name, old, new) in enumerate(
        (
            (dossiers.EVENTS, SECRETARY.encode(), HOST.encode()),
            (dossiers.MANIFEST, b'"open"', b'"shut"'),
            (dossiers.CHECKPOINT, b"/log\n", b"/log\n1"),
        )
    ):
        assert old in files[name]
        changed = tmp_path / f"{number}.zip"
        changed.write_bytes(zipped({**files, name: files[name].replace(old, new)}))
        wrong = node(changed)
        assert (wrong.returncode, wrong.stderr[:6]) == (1, "WRONG:")
    (tmp_path / "none.zip").write_text("none")
    assert node(tmp_path / "none.zip").returncode == 2


async def test_a_case_is_brought_into_an_empty_installation_and_goes_on_there(
    world, tmp_path, migrated_sqlite
):
    case = await a_case(world)
    files = files_of(await dossier_of(world, case))
    shutil.copy(migrated_sqlite, tmp_path / "there.db")
    there = Database.open(f"sqlite:///{tmp_path / 'there.db'}")
    other = await a_world(there, furnished=False)
    brought = await bring_in(other.parts, files)
    assert (brought.id, brought.status, brought.seq) == (case, "open", check_dossier(files).dossier.seq)
    found = await verify(other.parts)
    assert (found.cases, found.documents) == (1, 1)
    with pytest.raises(CannotBringIn, match="here already"):
        await bring_in(other.parts, files)
    await other.client.aclose()
    await there.close()


async def test_free_text_that_is_sealed_is_in_the_dossier_and_goes_along(world, tmp_path, migrated_sqlite):
    with_keys(world)
    content = await dossier_of(world, await a_case(world))
    assert await dossier_of(world, check_dossier(files_of(content)).dossier.case) == content
    files = files_of(content)
    assert "想读书".encode() in files[dossiers.PERSONAL]
    assert "想读书".encode() not in files[dossiers.EVENTS]
    told = json.loads(files[dossiers.PERSONAL])
    changed = json.dumps(told, ensure_ascii=False).replace("想读书", "不想读书").encode()
    with pytest.raises(Tampered, match="personal"):
        dossiers._check_personal({dossiers.PERSONAL: changed}, dossiers._events_of(files))
    (tmp_path / "sealed.zip").write_bytes(content)
    assert node(tmp_path / "sealed.zip").returncode == 0
    shutil.copy(migrated_sqlite, tmp_path / "there.db")
    there = Database.open(f"sqlite:///{tmp_path / 'there.db'}")
    other = await a_world(there, furnished=False)
    with pytest.raises(CannotBringIn, match="ACCEDE_SECRET_KEYS"):
        await bring_in(other.parts, files)
    with_keys(other)
    case = await bring_in(other.parts, files)
    await verify(other.parts)
    keys = other.parts.keys
    assert keys is not None
    stored = await there.read(lambda connection: events_after(connection, case.id))
    read = await there.read(lambda connection: keys.checked(connection, SUBJECT, stored))
    assert "想读书" in str([one.event.data for one in read])
    await other.client.aclose()
    await there.close()


async def test_a_dossier_with_something_withheld_or_of_an_unknown_process_is_not_brought_in(world):
    object.__setattr__(world.parts, "sensitive", {"reading-circle": frozenset({"talk"})})
    case = await a_case(world)
    part = files_of(await dossier_of(world, case, AUDITOR))
    with pytest.raises(CannotBringIn, match="withheld"):
        await bring_in(world.parts, part)
    with pytest.raises(Tampered, match="no ZIP"):
        read_files(io.BytesIO(b"none"))


async def test_a_dossier_on_paper_is_the_same_byte_by_byte_in_either_language(world):
    case = await a_case(world)
    path = f"/v1/cases/{case}/dossier?format=pdf"
    first = await world.get(path, SECRETARY)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    world.clock.pass_by(timedelta(days=9))
    assert (await world.get(path, SECRETARY)).content == first.content
    english = (await world.get(path, SECRETARY, accept_language="en")).content
    assert english != first.content
    assert english.startswith(b"%PDF-")


async def test_a_dossier_on_paper_folds_what_followed_by_itself_and_keeps_every_number(world):
    case = await a_case(world)
    lines = (await world.get(f"/v1/cases/{case}/history", SECRETARY)).json()["items"]
    assert "step-opened" in {one["type"] for one in lines}
    for language, folded, single in (
        ("zh", "个环节可以办理", "”可以办理"),
        ("en", "stepsthatmaybeworkedon:", "”maybeworkedon"),
    ):
        paper = await world.get(f"/v1/cases/{case}/dossier?format=pdf", SECRETARY, accept_language=language)
        said = text_of(paper.content)
        assert folded in said
        assert single not in said
    paper = text_of((await world.get(f"/v1/cases/{case}/dossier?format=pdf", SECRETARY)).content)
    assert "进入“" in paper, "a stage heads what was done in it"
    printed = paper.split("材料清单", maxsplit=1)[0]
    assert str(lines[-1]["seq"]) in printed


async def test_a_dossier_on_paper_speaks_in_words_and_shows_what_was_corrected_by_whom_and_when(world):
    case = (await world.get(f"/v1/cases/{await a_case(world)}", SECRETARY)).json()
    change = {"seq": 2, "path": "fields.letter", "value": "想多读书"}
    path = f"/v1/cases/{case['id']}/correct"
    history = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    change["seq"] = next(one["seq"] for one in history if one["step"] == "apply" and "texts" in one["data"])
    asked = {"occurred_on": "2025-03-10", "reason": "笔误", "change": change}
    answer = await world.post(path, SECRETARY, asked, if_match=f'"{case["head"]}"')
    assert answer.status_code == 200, answer.text
    proposed = answer.json()["case"]
    confirm = {"occurred_on": "2025-03-11", "confirms": proposed["proposals"][0]["seq"]}
    world.clock.pass_by(timedelta(days=1))
    answer = await world.post(path, HOST, confirm, if_match=f'"{proposed["head"]}"')
    assert answer.status_code == 200, answer.text
    texts = {}
    for language in ("zh", "en"):
        printed = await world.get(
            f"/v1/cases/{case['id']}/dossier?format=pdf", SECRETARY, accept_language=language
        )
        texts[language] = text_of(printed.content)
    for said in (
        "申请书：想读书",
        "申请书：想读书→想多读书：已确认",
        "更正和重制材料",
        "2025年3月10日李四说明：笔误",
        "已确认2025年3月11日王五",
        "个案开始",
        "扫描件2025年3月10日扫描件.txt",
        "办理中",
    ):
        assert said in texts["zh"], said
    # One half of it may go on below a page's foot.
    head = answer.json()["case"]["head"]
    assert head[:32] in texts["zh"] or head[32:] in texts["zh"]
    for said in ("Letter:想读书", "Thecasebegan", "10March2025", "Correctionsanddocumentswrittenanew"):
        assert said in texts["en"], said
    for unsaid in ("step-completed", "correction-proposed", "letter:", "case-started"):
        assert all(unsaid not in text for text in texts.values()), unsaid


async def test_a_document_written_anew_needs_a_second_person_and_is_in_the_dossier_with_both_days(world):
    case = (await world.start()) | {"seq": 0}
    files = {"file": ("重抄件.txt", b"written again")}
    answer = await world.client.post("/v1/materials", files=files, headers=world.by(SECRETARY))
    history = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    seq = next(one["seq"] for one in history if one["type"] == "step-completed")
    change = {
        "seq": seq,
        "path": "materials.scan",
        "value": [answer.json()["id"]],
        "written_on": "2025-03-01",
    }
    path = f"/v1/cases/{case['id']}/correct"
    asked = {"occurred_on": "2025-03-10", "reason": "原件遗失", "change": change}
    answer = await world.post(path, SECRETARY, asked, if_match=f'"{case["head"]}"')
    assert answer.status_code == 200, answer.text
    proposed = answer.json()["case"]
    confirm = {"occurred_on": "2025-03-10", "confirms": proposed["proposals"][0]["seq"]}
    mine = await world.post(path, SECRETARY, confirm, if_match=f'"{proposed["head"]}"')
    assert (mine.status_code, mine.json()["rule"]) == (422, "correct.second")
    answer = await world.post(path, HOST, confirm, if_match=f'"{proposed["head"]}"')
    assert answer.status_code == 200, answer.text
    whole = files_of(await dossier_of(world, case["id"]))
    (document,) = check_dossier(whole).dossier.documents
    assert (document.name, document.included) == ("重抄件.txt", True)
    paper = await world.get(f"/v1/cases/{case['id']}/dossier?format=pdf", SECRETARY)
    printed = text_of(paper.content)
    for said in (
        "提交重制材料",
        "重制材料，落款日期：2025年3月1日",
        "2025年3月10日李四说明：原件遗失",
        "已确认2025年3月10日王五",
    ):
        assert said in printed, said
    other = change | {"path": "materials.nothing"}
    present = answer.json()["case"]["head"]
    answer = await world.post(path, SECRETARY, asked | {"change": other}, if_match=f'"{present}"')
    assert answer.status_code == 422


def text_of(pdf):
    """What a PDF says, without spaces; long digests may be broken anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages).replace("\u200b", "")


async def test_what_somebody_wrote_is_never_taken_for_markup(world):
    case = await world.start(fields={"letter": '#panic("x") $ * _ @a <b> \\ `'})
    answer = await world.get(f"/v1/cases/{case['id']}/dossier?format=pdf", SUBJECT)
    assert answer.status_code == 200
