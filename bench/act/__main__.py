"""`python -m bench.act`: acts over HTTP, ours and the peers' in turns."""

from __future__ import annotations

import sys

from bench.act.run import main
from bench.ending import ended

if __name__ == "__main__":
    sys.exit(ended(main))
