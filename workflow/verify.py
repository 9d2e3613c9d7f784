"""Draw the paper's figures from a record of its experiments, and judge the claims again.

Nothing is measured. The exit status is 1 if the claims differ from the given ones, or if the record
has values that nobody measured.
"""

import argparse
import sys
from pathlib import Path

from archfront.paper.record import verify

RECORDED = Path("benchmarks/recorded/paper")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, default=RECORDED / "record.tar.xz")
    parser.add_argument("--claims", type=Path, default=RECORDED / "claims.csv")
    parser.add_argument("--out", type=Path, default=Path("results/paper/verified"))
    given = parser.parse_args()
    try:
        claims = given.claims.read_bytes()
        verdicts, wrong = verify(given.record, given.out)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(verdicts[["claim", "verdict", "verdict_archfront"]].to_string(index=False))
    if (given.out / "claims.csv").read_bytes() != claims:
        wrong.append(f"{given.out}/claims.csv differs from {given.claims}")
    for problem in wrong:
        print(problem, file=sys.stderr)
    if not wrong:
        print(f"the claims are those of {given.claims}; the figures are in {given.out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
