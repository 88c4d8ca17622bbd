"""Write requirements.lock from pyproject.toml, or check that it still says what pyproject.toml asks for.

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
TITLE = "# Every package that may be installed, with its hashes. Written by `make lock`: not for editing.\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _header(pins: str) -> str:
    """Name what was asked for and what was answered, so that a change to either is seen."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = pyproject["project"]
    asked = {
        "build": sorted(pyproject["build-system"]["requires"]),
        "dependencies": sorted(project["dependencies"]),
        "extras": {name: sorted(wanted) for name, wanted in project["optional-dependencies"].items()},
        "python": project["requires-python"],
    }
    return f"{TITLE}# asked: {_digest(json.dumps(asked, sort_keys=True))}\n# answered: {_digest(pins)}\n"


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
    """Resolve for every platform and Python we support, and write the lock."""
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch) / "lock"
        if LOCK.exists():
            shutil.copy(LOCK, answer)
        command = [_resolver(Path(scratch)), "pip", "compile", "pyproject.toml", "--quiet", "--all-extras"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--output-file", str(answer)]
        subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=ROOT, check=True)
        pins = answer.read_text("utf-8")
    LOCK.write_text(_header(pins) + pins, "utf-8")


def check() -> None:
    """Leave with a message when the lock does not belong to pyproject.toml."""
    lock = LOCK.read_text("utf-8")
    head = "".join(lock.splitlines(keepends=True)[:3])
    if head != _header(lock.removeprefix(head)):
        sys.exit("requirements.lock is not what pyproject.toml asks for: run `make lock` and commit both")


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
