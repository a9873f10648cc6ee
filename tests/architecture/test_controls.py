"""`docs/controls.md` maps two catalogues to what proves them; no page of ours points to what is not there.

Run this file to write the page anew: `PYTHONPATH=.:tests python tests/architecture/test_controls.py`."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DATA, PAGE = ROOT / "docs/controls.toml", ROOT / "docs/controls.md"
POINTING: Final = ("docs/security.md", "docs/threats.md", "docs/impact-assessment.md", "docs/runbooks/*.md")
"""Pages whose pointers to tests are looked after besides."""
ASVS: Final = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2"
    " 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2"
    " 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2"
    " 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4"
    " 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
"""Sections of ASVS 5.0.0, and how many of their requirements, the first ones, are of level 1 or 2."""
ISO: Final = "A.5:37 A.6:8 A.7:14 A.8:34"
STANDS: Final = {
    "holds": "●",
    "partly": "◐",
    "operator": "the operator's",
    "open": "○ open",
    "none": "no such thing",
}
CATALOGUES: Final = {
    "asvs": ("OWASP ASVS 5.0.0, levels 1 and 2", ASVS),
    "iso": ("ISO/IEC 27001:2022, Annex A", ISO),
}
HEAD: Final = """\
# What proves it: controls and tests

Written from `docs/controls.toml` (`tests/architecture/test_controls.py`, which also compares it, and fails
where a requirement is missing or a pointer leads nowhere); do not edit. ● holds by the tests named;
◐ holds but for what is said.
"""


@dataclass(frozen=True, slots=True)
class Control:
    of: str
    ids: str
    what: str
    stands: str
    by: tuple[str, ...]
    lacks: str

    @property
    def each(self) -> Iterator[str]:
        for part in self.ids.split():
            section, first, _, last = re.fullmatch(r"(.*\.)(\d+)(-(\d+))?", part).groups()  # type: ignore[union-attr]
            yield from (f"{section}{number}" for number in range(int(first), int(last or first) + 1))


def controls() -> list[Control]:
    return [
        Control(
            one["of"], one["ids"], one["what"], one["stands"], tuple(one.get("by", ())), one.get("lacks", "")
        )
        for one in tomllib.loads(DATA.read_text("utf-8"))["control"]
    ]


def page(found: list[Control]) -> str:
    lines = [HEAD]
    for of, (title, wanted) in CATALOGUES.items():
        own = [one for one in found if one.of == of]
        counts = Counter(one.stands for one in own for _ in one.each)
        said = ", ".join(f"{counts[state]} {state}" for state in STANDS if counts[state])
        lines += [f"## {title}\n", f"{len(list(required(wanted)))} requirements: {said}.\n"]
        lines += ["| number | what stands | | shown by |", "|---|---|---|---|"]
        lines += [row(one) for one in own]
        lines.append("")
    return "\n".join(lines)


def row(one: Control) -> str:
    lacks = f". **Lacks**: {one.lacks}" if one.lacks else ""
    shown = ", ".join(f"`{pointer}`" for pointer in one.by)
    return f"| {one.ids} | {one.what}{lacks} | {STANDS[one.stands]} | {shown} |"


def required(wanted: str) -> Iterator[str]:
    for section in wanted.split():
        name, _, count = section.partition(":")
        yield from (f"{name}.{number}" for number in range(1, int(count) + 1))


def leads_nowhere(pointer: str) -> bool:
    """A file or folder; of a test its name too; of a log an action that the code writes."""
    if pointer.startswith("audit:"):
        return pointer.removeprefix("audit:") not in actions()
    path, _, name = pointer.partition("::")
    place = ROOT / path
    if not place.exists():
        return True
    return bool(name) and not re.search(
        rf"^(?:async )?def {re.escape(name)}\(", place.read_text("utf-8"), re.MULTILINE
    )


def actions() -> set[str]:
    """Every quoted word of the form thing:deed."""
    code = (path for package in ("core", "inmates") for path in (ROOT / package).rglob("*.py"))
    return {word for path in code for word in re.findall(r'"([a-z_]+:[a-z_]+)"', path.read_text("utf-8"))}


def pointers(text: str) -> Iterator[str]:
    """What a page writes as `tests/…` or `test_….py`."""
    for said in re.findall(r"`((?:tests/|test_)[\w./:-]+)`", text):
        if said.startswith("tests/"):
            yield said
        elif not list(ROOT.glob(f"tests/**/{said}")):
            yield f"tests/{said}"


def test_the_page_says_what_the_file_says() -> None:
    assert PAGE.read_text("utf-8") == page(controls())


def test_every_requirement_is_answered_once() -> None:
    for of, (_, wanted) in CATALOGUES.items():
        said = Counter(number for one in controls() if one.of == of for number in one.each)
        assert said == Counter(required(wanted))


def test_what_holds_is_shown_by_a_test_and_what_does_not_says_so() -> None:
    for one in controls():
        assert one.stands in STANDS
        assert bool(one.lacks) == (one.stands in {"partly", "open"}), one.ids
        if one.stands == "holds":
            shown = [pointer for pointer in one.by if pointer.startswith(("tests/", "audit:"))]
            assert shown or all(
                pointer.startswith(("requirements", "dashboards", "docs")) for pointer in one.by
            )


def test_no_pointer_leads_nowhere() -> None:
    lost = {pointer for one in controls() for pointer in one.by if leads_nowhere(pointer)}
    for pattern in POINTING:
        for path in ROOT.glob(pattern):
            lost |= {said for said in pointers(path.read_text("utf-8")) if leads_nowhere(said)}
    assert lost == set()
    assert leads_nowhere("tests/architecture/test_controls.py::test_that_is_not_there")
    assert leads_nowhere("audit:nobody:writes")


if __name__ == "__main__":
    PAGE.write_text(page(controls()), "utf-8")
