"""`docs/access.md` says who comes which way: written from the guards themselves, compared here.

Run this file to write it anew: `PYTHONPATH=.:tests python tests/architecture/test_access_page.py`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.auth import GRANTS, GRAVE, PUBLIC, Role
from ways import Way, house, ways

PAGE: Final = Path(__file__).parents[2] / "docs/access.md"
HEAD: Final = """\
# Who comes which way

Written from the guards (`tests/architecture/test_access_page.py`, which also compares it); do not edit.

● may, with the rows of their own people only; ◆ may, and wants a second factor shown within minutes of
whoever holds one ([0030](decisions/0030-second-factors.md)); so does a movement that sets somebody free,
which no route tells from others. Ways of relatives and programs with tokens of their own stand last.
"""
SHORT: Final = {role: role.value.replace("_", " ") for role in Role}


def page(found: list[Way]) -> str:
    return "\n".join([HEAD, *public(found), *guarded(found), *others(found)]) + "\n"


def public(found: list[Way]) -> Iterator[str]:
    yield "## Without signing in\n"
    yield from (f"* `{way.name}`" for way in found if way.guards == (PUBLIC,))


def guarded(found: list[Way]) -> Iterator[str]:
    yield "\n## By role\n"
    yield f"| way | permission | {' | '.join(SHORT.values())} |"
    yield "|---|---|" + ":-:|" * len(SHORT)
    for way in found:
        permission = way.guards[0] if way.guards else PUBLIC
        if permission is PUBLIC or not any(permission in granted for granted in GRANTS.values()):
            continue
        sign = "◆" if way.is_grave or permission in GRAVE else "●"
        cells = (sign if permission in GRANTS[role] else "" for role in Role)
        yield f"| `{way.name}` | {permission.value} | {' | '.join(cells)} |"


def others(found: list[Way]) -> Iterator[str]:
    granted = frozenset().union(*GRANTS.values())
    rest = [
        way for way in found if way.guards and way.guards[0] is not PUBLIC and way.guards[0] not in granted
    ]
    if rest:
        yield "\n## By tokens\n"
        yield from (f"* `{way.name}`: {way.guards[0]}" for way in rest)


def written() -> str:
    return page(sorted(ways(house()), key=lambda way: (way.path, way.method)))


def test_the_page_says_what_the_guards_say() -> None:
    """Whoever adds a way runs this file, and sees in the difference who may come."""
    assert PAGE.read_text("utf-8") == written()


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
