"""`python -m bench.chaos.checker [--patience SECONDS] FOLDER …`: prints what was found.

A line of JSON for each folder. Exits with 1 where there is any.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.chaos.checker import acknowledged, chain, duties, opened, stored, workflows
from bench.chaos.checker.findings import KINDS, Findings


def main(folder: Path, patience: float) -> int:
    """Check the run whose logs and `run.json` are in a folder, while its Temporal and workers run.

    `patience` is how many seconds a workflow has to come to know what was recorded.
    """
    run = json.loads((folder / "run.json").read_text("utf-8"))
    findings = Findings()
    there = stored.read(run["database"])
    lines = lines_of(folder / "acknowledgements.jsonl")
    chain.check(there, findings)
    opened.put_together(there, run["secret_key"], findings)
    opened.answers_opened(there, run["secret_key"], findings)
    acknowledged.check(lines, there, Path(run["documents"]), findings)
    duties.check(lines, lines_of(folder / "mail.jsonl"), there, findings)
    asyncio.run(workflows.check(run["temporal"], there, findings, patience))
    print(json.dumps(findings.as_json(), ensure_ascii=False), flush=True)
    return int(any(findings.found[kind] for kind in KINDS) or not findings.compared["acknowledged"])


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log; a last line that was cut off in the middle counts as never written."""
    whole, _, _ = path.read_text("utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.split("\n") if line]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.chaos.checker", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--patience", type=float, default=workflows.PATIENCE, metavar="SECONDS")
    asked = parser.parse_args()
    code = max(main(folder, asked.patience) for folder in asked.folders)
    sys.stdout.flush()
    # Threads of Temporal's client may still run, and must not meet an interpreter that is being taken down.
    os._exit(code)
