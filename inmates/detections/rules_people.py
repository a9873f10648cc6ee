"""From looks at files of kin and of the widely known to what oversight should look at. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from functools import lru_cache
from itertools import groupby
from typing import Final

from core.model import PersonId, UserId
from inmates.detections.model import Finding, Kind, Look, Near
from inmates.detections.rules import Policy
from inmates.rules import sounds

OF_WOMEN: Final = re.compile(r"(ov|ev|in)a$|(sk)[ai]$")
"""Karimova and Karimov, Sokolovskaya and Sokolovskiy are one family: as they sound."""
SHORTEST: Final = 3
"""Letters of a name that says something; shorter ones are initials."""


def daily(kind: Kind, looks: Iterable[Look], *, here: tzinfo) -> Iterator[Finding]:
    """One finding a user, person and local day, however often somebody looked."""
    counted: dict[tuple[UserId, PersonId, date], int] = defaultdict(int)
    for look in looks:
        counted[look.user, look.person, look.at.astimezone(here).date()] += 1
    for (user, person, day), count in counted.items():
        yield Finding(kind, user, count, person, day)


def reviewed(looks: Iterable[Look]) -> list[Look]:
    """All but those of who looks at another's look: they would go on for ever."""
    return [look for look in looks if not look.is_review]


def crowds(looks: Iterable[Look], *, policy: Policy, here: tzinfo) -> Iterator[Finding]:
    """Of each person and local day the first moment at which too many had looked without a reason to."""
    idle = sorted((one for one in looks if not one.is_expected), key=lambda one: (one.person, one.at))
    for person, some in groupby(idle, key=lambda one: one.person):
        days: set[date] = set()
        for day, readers in _gathered(list(some), policy=policy, here=here):
            if day not in days:
                days.add(day)
                count = len(readers)
                yield Finding(Kind.CROWD, None, count, person, day, readers, is_urgent=True)


def _gathered(
    looks: Sequence[Look], *, policy: Policy, here: tzinfo
) -> Iterator[tuple[date, frozenset[UserId]]]:
    """Each look, in order, with which enough users had looked within the time."""
    first = 0
    for last, look in enumerate(looks):
        while look.at - looks[first].at > policy.crowd_within:
            first += 1
        readers = frozenset(one.user for one in looks[first : last + 1])
        if len(readers) >= policy.crowd_readers:
            yield look.at.astimezone(here).date(), readers


def namesakes(some: Iterable[Near], *, here: tzinfo) -> Iterator[Finding]:
    return daily(Kind.NAMESAKE, (one.look for one in some if is_namesake(one)), here=here)


def is_of_one_family(near: Near) -> bool:
    """The user bears the person's surname, and another name."""
    family, mine = stems(near.surname), stems(near.shown_as)
    return len(mine) > 1 and any(len(one) >= SHORTEST and one in family for one in mine)


def is_namesake(near: Near) -> bool:
    """They are of one family, and a registered relative bears the user's whole name."""
    mine = stems(near.shown_as)
    return is_of_one_family(near) and any(bears(stems(name), mine) for name in near.relatives)


def bears(name: Sequence[str], wanted: Sequence[str]) -> bool:
    """Each word is there, or begins one that is left where it is an initial."""
    left = list(name)
    for one in sorted(wanted, key=len, reverse=True):
        fits = [word for word in left if word == one or (len(one) < SHORTEST and word.startswith(one))]
        if not fits:
            return False
        left.remove(fits[0])
    return True


@lru_cache(maxsize=65_536)
def stems(name: str) -> tuple[str, ...]:
    """The words of a name as they are said, in the form of men."""
    return tuple(OF_WOMEN.sub(r"\1\2", word) for word in sounds(name))
