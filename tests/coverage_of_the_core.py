"""Prints the coverage of delivery, store, clock and domain, by lines and by branches.

Each should be at least 95 %. Reads the data that `pytest --cov` wrote.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

CORE = {
    "delivery": "bot/jobs/",
    "store": "bot/store/",
    "clock": "bot/clock.py",
    "domain": "bot/domain/",
}
LEAST = 95


def main() -> None:
    report = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"], check=True, stdout=subprocess.PIPE
    ).stdout
    below = False
    for name, place in CORE.items():
        sums: Counter[str] = Counter()
        for path, measured in json.loads(report)["files"].items():
            if path.startswith(place):
                sums.update({key: value for key, value in measured["summary"].items() if isinstance(value, int)})
        lines = 100 * sums["covered_lines"] / sums["num_statements"]
        branches = 100 * sums["covered_branches"] / sums["num_branches"]
        below = below or min(lines, branches) < LEAST
        print(f"coverage of {name:<8} {lines:5.1f} % of lines, {branches:5.1f} % of branches")  # noqa: T201 - for `make test`
    if below:
        print(f"Each should be at least {LEAST} %: see the lines named above.")  # noqa: T201 - for `make test`


if __name__ == "__main__":
    main()
