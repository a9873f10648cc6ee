"""Names that nobody bears: each surname says "test", "sample" or "exercise" in Uzbek."""

from random import Random

SURNAMES = ("Sinov", "Namuna", "Misol", "Mashq", "Tajriba", "Andoza", "Qolip", "Soxta")
GIVEN = {
    "m": ("Anvar", "Bobur", "Jasur", "Otabek", "Rustam", "Sardor", "Ulug‘bek", "Farhod", "Shuhrat", "Zafar"),
    "f": ("Dilnoza", "Gulnora", "Kamola", "Lola", "Madina", "Nigora", "Sevara", "Zilola", "Feruza", "Umida"),
}


def full(random: Random, sex: str) -> tuple[str, str, str]:
    """Surname, given name, patronymic."""
    stem, father = random.choice(SURNAMES), random.choice(SURNAMES)
    surname = _inflected(stem) + ("a" if sex == "f" else "")
    return surname, random.choice(GIVEN[sex]), f"{father} {'o‘g‘li' if sex == 'm' else 'qizi'}"


def _inflected(stem: str) -> str:
    return f"{stem}yev" if stem.endswith("a") else f"{stem}ov"
