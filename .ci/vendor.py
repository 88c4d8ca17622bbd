"""Fetch what pages show from other projects, by name and version, and hold each file to its digest.

vendor.py            fetch what web/static/vendor/manifest.json names; refuse what has another digest
vendor.py --renew    the same, and write down the digests that come: after a new version or icon
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
MANIFEST = FOLDER / "manifest.json"
SVG = "http://www.w3.org/2000/svg"


def main() -> int:
    """Fetch, compare, write."""
    renew = "--renew" in sys.argv[1:]
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in manifest["files"]:
            content = _content(entry, Path(scratch))
            digest = hashlib.sha256(content).hexdigest()
            if renew:
                entry["sha256"] = digest
            elif entry["sha256"] != digest:
                wrong.append(entry["file"])
                continue
            (FOLDER / entry["file"]).write_bytes(content)
    if renew:
        MANIFEST.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for name in wrong:
        print(f"{name}: another digest than the manifest's; nothing was written")
    return 1 if wrong else 0


def _content(entry: dict[str, Any], scratch: Path) -> bytes:
    """Return what a file of ours is to hold. A licence that its package leaves out is kept as it is here."""
    if "path" not in entry and "icons" not in entry:
        return (FOLDER / entry["file"]).read_bytes()
    package = _unpacked(entry["package"], entry["version"], scratch)
    return _sprite(package, entry["icons"]) if "icons" in entry else _read(package, entry["path"])


def _unpacked(package: str, version: str, scratch: Path) -> Path:
    """Return the folder of a package; npm knows where packages come from here."""
    folder = scratch / f"{package.replace('/', '+')}-{version}"
    if not folder.exists():
        folder.mkdir(parents=True)
        packing = ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)]
        subprocess.run(packing, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package"


def _read(package: Path, path: str) -> bytes:
    """Return a file without the address of its map, which is not brought along."""
    lines = (package / path).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip("/* ").startswith("# sourceMappingURL=")]
    return "".join(kept).rstrip().encode() + b"\n"


def _sprite(package: Path, names: list[str]) -> bytes:
    """Return one file with a symbol for each icon."""
    symbols = []
    for name in sorted(names):
        drawing = ET.parse(package / "icons" / "outline" / f"{name}.svg").getroot()  # noqa: S314 - held to its digest
        paths = [
            ET.tostring(part, encoding="unicode").replace(f' xmlns:ns0="{SVG}"', "").replace("ns0:", "")
            for part in drawing
            if part.get("stroke") != "none"
        ]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths).strip()}</symbol>')
    lines = [f'<svg xmlns="{SVG}">', *(" ".join(symbol.split()) for symbol in symbols), "</svg>"]
    return "\n".join(lines).encode() + b"\n"


if __name__ == "__main__":
    sys.exit(main())
