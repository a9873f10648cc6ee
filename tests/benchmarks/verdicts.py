"""False exits and missed exits of the fold and of the naive rule on recordings of real phones."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

from recordings import crossings, false_exits, fold, naive
from scene import POLICY

RADII = (30.0, 50.0, 100.0)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    rules = {"naive point in polygon": naive} | {
        f"fold, accuracy taken {doubt:g} times": fold(replace(POLICY, accuracy_doubt=doubt))
        for doubt in (1.0, 1.5, 2.0, 3.0)
    }
    for name, rule in rules.items():
        still = " / ".join(str(false_exits(rule, radius)) for radius in RADII)
        say(f"{name:32} false exits at 30 / 50 / 100 m: {still}")
        for event in ("exit", "enter"):
            for margin in (0.0, 50.0):
                seen = crossings(rule, event, margin_m=margin)
                say(f"{'':34}{event:6} zone as drawn + {margin:2.0f} m: {seen}")


if __name__ == "__main__":
    main()
