"""Made-up institutions of every kind in every region, some of them fuller than they should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final

REGIONS: Final = {  # SOATO (regional.md 2.6)
    "1703": "Андижон",
    "1706": "Бухоро",
    "1708": "Жиззах",
    "1710": "Қашқадарё",
    "1712": "Навоий",
    "1714": "Наманган",
    "1718": "Самарқанд",
    "1722": "Сурхондарё",
    "1724": "Сирдарё",
    "1726": "Тошкент шаҳри",
    "1727": "Тошкент вилояти",
    "1730": "Фарғона",
    "1733": "Хоразм",
    "1735": "Қорақалпоғистон",
}
FULLNESS: Final = (0.72, 0.85, 1.18, 0.93, 0.98, 1.43, 0.9)
"""People by place, of one institution after the other."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of institution: how many of a hundred people are there, and how many in one."""

    kind: str
    name: str
    share: float
    size: int
    is_for_women: bool = False


SORTS: Final = (
    Sort("general_regime", "umumiy tartibli koloniya", 14, 900),
    Sort("settlement_colony", "manzil-koloniya", 22, 250),
    Sort("strict_regime", "qattiq tartibli koloniya", 12, 900),
    Sort("special_regime", "maxsus tartibli koloniya", 3, 700),
    Sort("juvenile_colony", "tarbiya koloniyasi", 1, 250),
    Sort("prison", "turma", 3, 600),
    Sort("hospital", "ixtisoslashgan kasalxona", 1, 300),
    Sort("remand", "tergov hibsxonasi", 13, 700),
    Sort("probation_district", "probatsiya boʻlimi", 26, 400),
    Sort("general_regime", "ayollar koloniyasi", 5, 700, is_for_women=True),
)


@dataclass(frozen=True, slots=True)
class Institution:
    number: int
    """From one on."""
    name: str
    sort: Sort
    soato: str
    capacity: int | None


def made(people: int, seed: int) -> tuple[Institution, ...]:
    """As many as so many people need: at least one of each sort."""
    random, numbers = Random(f"{seed}/institutions"), count(1)
    fullness = random.sample(FULLNESS, len(FULLNESS))
    return tuple(one for sort in SORTS for one in _of(sort, people, numbers=numbers, fullness=fullness))


def _of(sort: Sort, people: int, *, numbers: Iterator[int], fullness: list[float]) -> Iterator[Institution]:
    expected = people * sort.share / 100
    several = max(1, round(expected / sort.size))
    regions = list(REGIONS)
    for _ in range(several):
        number = next(numbers)
        places = max(1, round(expected / several / fullness[number % len(fullness)]))
        soato = regions[number % len(regions)]
        capacity = None if sort.kind == "probation_district" else places
        yield Institution(number, f"Namuna {number}-son {sort.name}", sort, soato, capacity)
