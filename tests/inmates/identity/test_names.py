"""Names in every script and spelling: golden pairs, and the two writings of the keys held equal."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inmates.rules import bones, fold, likeness, sounds, words

SAME = (  # regional.md 2.7
    ("Gʻaniyev", "Ғаниев", "G'aniyev", "G‘aniyev", "G`aniyev", "G´aniyev", "ҒАНИЕВ"),
    ("Isʼhoqov", "Исҳоқов", "Is'hoqov"),
    ("Xasanov", "Hasanov", "Khasanov", "Хасанов", "Ҳасанов"),
    ("Djurayev", "Juraev", "Жўраев", "Джураев"),
    ("Yoʻldosheva", "Юлдашева", "Yuldasheva"),
    ("Oʻktam", "Уктам", "Uktam", "Ўктам", "O`ktam"),
    ("Sentsov", "Сенцов"),
    ("Yelena", "Елена", "Elena"),
    ("Gʻaniyev", "Ганиев"),
)
SAID = (
    ("Xasanov", "Hasanov", "Khasanov", "Хасанов", "Ҳасанов"),
    ("Sentsov", "Сенцов"),
    ("Anvar oʻgʻli", "Anvarovich", "Анвар ўғли", "Anvar ugli", "Анварович", "Анвар угли", "Anvar ogli"),
    ("Ali qizi", "Aliyevna", "Али қизи", "Али кизи", "Алиевна", "Ali kizi"),
)
LETTERS = "abcdeghijklmnopqrstuvxyzABOGʻʼ'`‘’´ -ёѐЁеЕцЦчшщъьыэюяабвғқҳўйжзикхЎҒҚҲЯЮЧáǵńóúışəәңөүі17.№"
KEYS = """
select tsvector_to_array(person_keys('A 0-17', name))
from unnest($1::text[]) with ordinality as given (name, place)
order by place
"""


@pytest.mark.parametrize("same", SAME)
def test_the_bones_of_one_name_are_one(same: tuple[str, ...]) -> None:
    assert len({bones(name) for name in same}) == 1


@pytest.mark.parametrize("same", SAID)
def test_what_is_said_alike_is_one(same: tuple[str, ...]) -> None:
    assert len({sounds(name) for name in same}) == 1


def test_the_fold_keeps_apart_what_the_others_join() -> None:
    assert fold("Сенцов") != fold("Sentsov")
    assert fold("Yuldasheva") != fold("Yoʻldosheva")
    assert fold("е\u0300") == fold("ё")  # U+0450, as documents have it, and decomposed
    assert sounds("Karimov") != sounds("Karimova")


@pytest.mark.parametrize(("one", "other"), [("Юлдашева", "Yoʻldosheva"), ("Ганиев", "Gʻaniyev")])
def test_likeness_is_more_for_the_same_name_than_for_the_same_bones(one: str, other: str) -> None:
    assert likeness(one, other) > likeness(one, "Oldish")
    assert likeness(one, one) == 1
    assert likeness(one, "") == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=5)
@given(st.lists(st.text(LETTERS, max_size=14), min_size=100, max_size=200))
async def test_the_database_writes_the_same_keys(database: str, names: list[str]) -> None:
    conn = await asyncpg.connect(database)
    try:
        found = await conn.fetch(KEYS, names)
    finally:
        await conn.close()
    for name, (keys,) in zip(names, found, strict=True):
        mine = {f"f{w}" for w in words(name) or ("",)} | {f"s{w}" for w in sounds(name) or ("",)}
        mine |= {f"b{w}" for w in bones(name) or ("",)} | {f"i{w[0]}" for w in words(name)}
        assert set(keys) == mine | {"na0-17", "n17"}, name
