"""How names are compared: letters, not the apostrophes or the script they were typed in."""

APOSTROPHES = "ʻʼ'`´‘’′"
VOWELS = "аеёиоуўэюя"
PLAIN = str.maketrans("абвгғдёжзийкқлмнопрстуўфхҳцъыьэ", "abvggd?jziykqlmnoprstuofxhs?i?e")
LETTERS = {"ё": "yo", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}


def fold(text: str) -> str:
    """The key names are searched by: Latin, lower case, no apostrophes."""
    lower = text.strip().lower()
    latin = "".join(_latin(lower, place) for place in range(len(lower)))
    return "".join(letter for letter in latin if letter not in APOSTROPHES)


def _latin(text: str, place: int) -> str:
    letter, before = text[place], text[place - 1] if place else " "
    follows_vowel = before in VOWELS + "ъь "
    if letter == "е":
        return "ye" if follows_vowel else "e"
    if letter == "ц" and before in VOWELS:
        return "ts"
    return LETTERS.get(letter, letter.translate(PLAIN))
