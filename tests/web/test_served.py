"""What pages load: what the manifest says, nothing else, at addresses that never go stale."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.web.browsers import in_the_loop_of_the_browser
from web.navigation import PLACES
from web.served import address_of, files

STATIC = Path(__file__).parents[2] / "web" / "static"
VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
LICENCES = {"0BSD", "BSD-2-Clause", "BSD-3-Clause", "MIT"}


def test_the_manifest_names_every_file_of_others_and_no_more():
    there = {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    assert {entry["file"] for entry in MANIFEST["files"]} == there


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_a_file_of_others_is_the_one_of_the_manifest(entry):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    assert entry["licence"] in LICENCES


def test_every_package_comes_with_its_licence():
    packages = {entry["package"] for entry in MANIFEST["files"]}
    assert {
        entry["package"] for entry in MANIFEST["files"] if entry["file"].endswith("LICENSE.txt")
    } == packages


def test_every_sign_that_a_template_uses_is_among_the_icons():
    templates = "\n".join(path.read_text("utf-8") for path in STATIC.parent.glob("templates/**/*.html"))
    icons = next(entry["icons"] for entry in MANIFEST["files"] if "icons" in entry)
    used = set(re.findall(r"\bicon\(\"([\w-]+)\"", templates))
    used |= {place.icon for place in PLACES}
    assert len(used) > 20
    assert used - set(icons) == set()


def test_our_own_files_name_no_other_machine():
    ours = [path for path in STATIC.iterdir() if path.suffix in {".css", ".js", ".svg"}]
    assert [
        path.name for path in ours if re.search(r"https?://(?!www\.w3\.org/)", path.read_text("utf-8"))
    ] == []


@in_the_loop_of_the_browser
async def test_a_file_is_cached_for_ever_and_sent_packed(furnished):
    for name in ("accede.css", "vendor/htmx.js", "vendor/icons.svg"):
        packed = await furnished.world.client.get(address_of(name), headers={"accept-encoding": "gzip"})
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == files()[name].content
        plain = await furnished.world.client.get(address_of(name), headers={"accept-encoding": "identity"})
        assert plain.content == gzip.decompress(files()[name].packed)


@in_the_loop_of_the_browser
@pytest.mark.parametrize(
    "path", ["/static/0/accede.css", "/static/x/../../settings.py", "/static//etc/passwd"]
)
async def test_what_is_not_there_is_not_served(furnished, path):
    assert (await furnished.world.client.get(path)).status_code == 404
