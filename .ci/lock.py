"""Write the locks from what asks for packages, or check that they still say what is asked for.

requirements.lock is the project's, from pyproject.toml; the peers of the measurement have their own, because
nothing of theirs belongs beside the product.

lock.py write [--upgrade]    resolve again; versions stay as they are unless they are upgraded
lock.py check                no network: compares the digests in the lock's first lines
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PEERS = ROOT / "bench" / "act" / "peers" / "requirements.lock"
TITLE = "# Every package that may be installed, with its hashes. Written by `make lock`: not for editing.\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _header(lock: Path, pins: str) -> str:
    """Name what was asked for and what was answered, so that a change to either is seen."""
    asked = _asked_by_peers() if lock == PEERS else _asked_by_project()
    return f"{TITLE}# asked: {_digest(asked)}\n# answered: {_digest(pins)}\n"


def _asked_by_project() -> str:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = pyproject["project"]
    asked = {
        "build": sorted(pyproject["build-system"]["requires"]),
        "dependencies": sorted(project["dependencies"]),
        "extras": {name: sorted(wanted) for name, wanted in project["optional-dependencies"].items()},
        "python": project["requires-python"],
    }
    return json.dumps(asked, sort_keys=True)


def _asked_by_peers() -> str:
    lines = PEERS.with_suffix(".in").read_text("utf-8").splitlines()
    return "\n".join(sorted(line for line in lines if line and not line.startswith("#")))


def _resolver(scratch: Path) -> str:
    """Find uv, or fetch it for this one use."""
    ours = ROOT / ".venv" / "bin" / "uv"
    if ours.exists():
        return str(ours)
    if found := shutil.which("uv"):
        return found
    venv.create(scratch / "tool", with_pip=True)
    subprocess.run([scratch / "tool/bin/pip", "install", "--quiet", "uv"], check=True)
    return str(scratch / "tool/bin/uv")


def write(*, upgrade: bool) -> None:
    """Resolve for every platform and Python we support, and write both locks."""
    with tempfile.TemporaryDirectory() as scratch:
        resolver = _resolver(Path(scratch))
        for lock, source in ((LOCK, ["pyproject.toml", "--all-extras"]), (PEERS, [PEERS.with_suffix(".in")])):
            answer = Path(scratch) / "lock"
            if lock.exists():
                shutil.copy(lock, answer)
            command = [resolver, "pip", "compile", *source, "--quiet"]
            command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
            command += ["--no-annotate"] if lock == PEERS else []
            command += ["--no-emit-index-url", "--no-emit-find-links", "--output-file", str(answer)]
            subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=ROOT, check=True)
            pins = answer.read_text("utf-8")
            lock.write_text(_header(lock, pins) + pins, "utf-8")
            answer.unlink()


def check() -> None:
    """Leave with a message when a lock does not belong to what asks for it."""
    for path in (LOCK, PEERS):
        lock = path.read_text("utf-8")
        head = "".join(lock.splitlines(keepends=True)[:3])
        if head != _header(path, lock.removeprefix(head)):
            sys.exit(f"{path.relative_to(ROOT)} is not what is asked for: run `make lock` and commit both")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write"]:
            write(upgrade=False)
        case ["write", "--upgrade"]:
            write(upgrade=True)
        case ["check"]:
            check()
        case _:
            sys.exit(__doc__)
