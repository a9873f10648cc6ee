"""Names of made-up people, in both scripts, and how somebody else may have spelled them."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import Final


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MEN: Final = _listed("""
    Абдулла Абдураҳмон Азиз Акбар Акмал Алишер Анвар Асқар Аваз Азамат Бахтиёр Баҳодир Беҳзод Бобур Ботир
    Бунёд Вали Воҳид Даврон Давлат Дилмурод Дилшод Достон Жавлон Жамшид Жаҳонгир Жасур Жўрабек Зафар Зоир
    Иброҳим Икром Илҳом Исломжон Исмоил Исоқ Исҳоқ Камол Карим Комил Лазиз Маҳмуд Мирзо Муҳаммад Мурод
    Муроджон Нодир Норбек Нурали Нуриддин Одил Ойбек Олим Орифжон Отабек Пўлат Равшан Раҳим Рустам
    Сайфулла Салим Санжар Сардор Собир Содиқ Султон Суннат Тимур Тоҳир Турсун Тўлқин Улуғбек Умар Умид
    Урал Усмон Фарҳод Фаррух Феруз Фозил Хайрулла Холмат Хуршид Шавкат Шерзод Шоҳруҳ Шуҳрат Эгамберди
    Элёр Эркин Эшмат Юлдош Юнус Юсуф Яшин Ўктам Ўрол Қаҳрамон Қодир Қосим Қувондиқ Ғайрат Ғани Ғофур
    Ҳабиб Ҳайдар Ҳаким Ҳамид Ҳасан Ҳикмат Ҳусан
""")
WOMEN: Final = _listed("""
    Азиза Барно Васила Гулбаҳор Гулнора Гулчеҳра Дилбар Дилдора Дилноза Дилором Дилрабо Ёқут Жамила Зебо
    Зилола Зулфия Ирода Камола Лайло Лола Лобар Мавлуда Мадина Малика Манзура Мафтуна Маҳлиё Муаттар
    Муқаддас Мухлиса Нафиса Нигора Нилуфар Нодира Озода Ойгул Ойдин Раъно Раҳима Рисолат Саида Севара
    Тўхта Умида Фарида Феруза Хуршида Шаҳло Шаҳноза Эъзоза Юлдуз Ўғилой Ғунча Ҳилола
""")
TAILS: Final = ("", "", "", "", "жон", "бек", "қул", "бой", "мурод")
"""Of men's names from which surnames are made: more of them than given names."""
OTHERWISE: Final = str.maketrans("ўқғҳЎҚҒҲ", "укгхУКГХ")
"""As Russian documents spell the four letters of their own."""
LATIN: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "j", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "x", "ц": "s", "ч": "ch", "ш": "sh", "ъ": "ʼ", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "ў": "oʻ", "қ": "q", "ғ": "gʻ", "ҳ": "h",
}  # fmt: skip
VOWELS: Final = "аеёиоуўэюя"


def _commoner(names: tuple[str, ...]) -> list[float]:
    """Cumulative weights: the n-th is the rarer, the later it stands."""
    return list(accumulate(1 / (place + 12) for place in range(len(names))))


MEN_WEIGHTS: Final = _commoner(MEN)
WOMEN_WEIGHTS: Final = _commoner(WOMEN)


@dataclass(frozen=True, slots=True)
class Name:
    """In Cyrillic, as the older documents have it."""

    surname: str
    given_name: str
    patronymic: str


def made(random: Random, sex: str) -> Name:
    father = random.choices(MEN, cum_weights=MEN_WEIGHTS)[0]
    root = random.choices(MEN, cum_weights=MEN_WEIGHTS)[0]
    given = MEN if sex == "m" else WOMEN
    weights = MEN_WEIGHTS if sex == "m" else WOMEN_WEIGHTS
    patronymic = f"{father} {'ўғли' if sex == 'm' else 'қизи'}"
    return Name(
        surname(root, random.choice(TAILS), sex), random.choices(given, cum_weights=weights)[0], patronymic
    )


@cache
def surname(root: str, tail: str, sex: str) -> str:
    stem = root if root.endswith(tail) else root + tail
    ending = "ев" if stem[-1] in VOWELS + "й" else "ов"
    return stem.removesuffix("й" if stem.endswith("ой") else " ") + ending + ("а" if sex == "f" else "")


@lru_cache(maxsize=65_536)
def latin(cyrillic: str) -> str:
    """By the rules of CLDR: е after a vowel and at the beginning is ye."""
    text = re.sub(f"(?<=[{VOWELS}ъь])е|\\bе", "йе", cyrillic)
    text = re.sub(f"(?<=[{VOWELS}{VOWELS.upper()}])ц", "тс", re.sub(r"\bЕ", "Йе", text))
    return "".join(LATIN.get(sign) or LATIN.get(sign.lower(), sign).capitalize() for sign in text)


def otherwise(name: Name) -> Name:
    """The same name as a Russian document has it."""
    return Name(*(part.translate(OTHERWISE) for part in (name.surname, name.given_name, name.patronymic)))
