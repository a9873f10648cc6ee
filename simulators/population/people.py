"""Made-up people one after the other: names in both scripts, identifiers nobody bears, where they stay."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from inmates.identity.model import DocumentKind, Identity
from inmates.identity.rules import check_digit
from simulators.population import Held, names
from simulators.population.institutions import REGIONS, SORTS, Institution, Sort

AREA: Final = "999"
"""Of every made-up PINFL: no such area exists."""
CHUNK: Final = 5000
PREFIX: Final = "DEMO-R"
ABROAD: Final = ("TJ", "KZ", "KG", "TM", "RU", "AF")
TWICE_EACH: Final = 250
"""One in so many is somebody who has been entered before, as another office spells him."""
LONGEST_DAYS: Final = 1500
FEWEST_SHARE: Final = 0.06
"""Women."""


@dataclass(slots=True)
class Maker:
    """Makes people in the order of their numbers; what came before decides the serials."""

    institutions: Sequence[Institution]
    seed: int
    now: datetime
    first_id: int = 0
    """Numbers of people begin behind this one in the database."""
    serials: Counter[date] = field(default_factory=Counter)
    sorts: dict[Sort, list[Institution]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.institutions:
            self.sorts.setdefault(one.sort, []).append(one)

    def chunks(self, people: int) -> Iterator[list[Held]]:
        for begins in range(1, people + 1, CHUNK):
            yield self._chunk(begins, min(begins + CHUNK, people + 1))

    def _chunk(self, begins: int, ends: int) -> list[Held]:
        random, made = Random(f"{self.seed}/{begins}"), list[Held]()
        for number in range(begins, ends):
            if made and number % TWICE_EACH == 2:
                made.append(self._again(random, made[-1], number))
            else:
                made.append(self._held(random, number))
        return made

    def _held(self, random: Random, number: int) -> Held:
        sex = "f" if random.random() < FEWEST_SHARE else "m"
        sort = random.choices(*CHOICES[sex])[0]
        where = random.choice(self.sorts[sort])
        age = (
            random.randrange(14, 18)
            if sort.kind == "juvenile_colony"
            else 18 + int(random.triangular(0, 50, 10))
        )
        born = self.now.date() - timedelta(days=age * 365 + random.randrange(365) + 5)
        since = self._since(random, 300 if age < 18 else LONGEST_DAYS)
        return Held(
            self.first_id + number,
            f"{PREFIX}{number:07}",
            self._identity(random, sex, born, number),
            where,
            since,
        )

    def _since(self, random: Random, most: int) -> datetime:
        on = self.now.date() - timedelta(days=random.randrange(1, most))
        return datetime.combine(on, time(random.randrange(4, 14), random.choice((0, 15, 30, 45))), UTC)

    def _identity(self, random: Random, sex: str, born: date, number: int) -> Identity:
        name, region = names.made(random, sex), random.choice(PLACES)
        identity = spelled(name, name if random.random() < 0.85 else names.otherwise(name))
        identity = replace(identity, sex=sex, born_on=born, birth_place=region, pcn=f"УИН{AREA}{number:09}")
        if random.random() < 0.02:
            abroad = random.choice(ABROAD)
            return replace(
                identity, citizenship=abroad, document_kind=DocumentKind.FOREIGN, document=f"X {number:08}"
            )
        kind = DocumentKind.ID_CARD if random.random() < 0.4 else DocumentKind.PASSPORT
        pinfl = self._pinfl(sex, born, is_odd=random.random() < 0.005)
        return replace(identity, citizenship="UZ", pinfl=pinfl, document_kind=kind, document=f"XX{number:07}")

    def _pinfl(self, sex: str, born: date, *, is_odd: bool) -> str:
        self.serials[born] += 1
        century = (3 if born.year < 2000 else 5) + (sex == "f")
        digits = f"{century}{born:%d%m%y}{AREA}{(self.serials[born] - 1) % 999 + 1:03}"
        return f"{digits}{(check_digit(digits) + is_odd) % 10}"

    def _again(self, random: Random, twin: Held, number: int) -> Held:
        """Entered elsewhere by the name alone."""
        was = twin.identity
        other = names.otherwise(names.Name(was.surname_cyrl, was.given_name_cyrl, was.patronymic_cyrl))
        bare = replace(spelled(other, other), sex=was.sex, born_on=was.born_on, birth_place=was.birth_place)
        where = random.choice(self.sorts[twin.institution.sort])
        number_of_file = f"{PREFIX}{number:07}"
        return Held(self.first_id + number, number_of_file, bare, where, self._since(random, 300))


def spelled(name: names.Name, cyrillic: names.Name) -> Identity:
    """By a name in Latin letters and one in Cyrillic; the rest is filled in by who calls."""
    return Identity(
        names.latin(name.surname),
        names.latin(name.given_name),
        names.latin(name.patronymic),
        cyrillic.surname,
        cyrillic.given_name,
        cyrillic.patronymic,
        "m",
        date.min,
    )


def _choices(sex: str) -> tuple[list[Sort], list[float]]:
    """Women live apart, save in remand, in hospital and under probation."""
    apart = {"remand", "hospital", "probation_district"}
    possible = [s for s in SORTS if s.kind in apart or s.is_for_women == (sex == "f")]
    return possible, [sort.share for sort in possible]


CHOICES: Final = {sex: _choices(sex) for sex in "mf"}
PLACES: Final = tuple(names.latin(region) for region in REGIONS.values())
