"""Says how much of delivery, store, clock and domain the tests ran, line by line and branch by branch.

It should be at least 95 % of either, in each of the four. Reads what `pytest --cov` has left behind.
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
    told = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"], check=True, stdout=subprocess.PIPE
    ).stdout
    little = False
    for name, place in CORE.items():
        sums: Counter[str] = Counter()
        for path, measured in json.loads(told)["files"].items():
            if path.startswith(place):
                sums.update({key: value for key, value in measured["summary"].items() if isinstance(value, int)})
        lines = 100 * sums["covered_lines"] / sums["num_statements"]
        branches = 100 * sums["covered_branches"] / sums["num_branches"]
        little = little or min(lines, branches) < LEAST
        print(f"coverage of {name:<8} {lines:5.1f} % of lines, {branches:5.1f} % of branches")  # noqa: T201 - for `make test`
    if little:
        print(f"Each should be at least {LEAST} %: see the lines named above.")  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
