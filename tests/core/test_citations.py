"""Articles of the law in the reader's language: no English word is left under a rule of a Russian page."""

import re

import pytest

from core import citations, i18n, statutes

TEXTS = i18n.load()
ON_PAGES = (
    "conduct",
    "entitlements",
    "legality",
    "rights",
    "sentences",
    "signatures",
    "supervision",
    "wages",
)
"""Statutes whose articles stand beside what they decided."""
NUMERAL = re.compile(r"\b(?:[IVX]+|[a-z])\b")


def test_an_article_is_said_as_a_reader_of_that_language_cites_it() -> None:
    said = {
        language: citations.shown(TEXTS.speaker(language), "JIK 105; O'RQ-445 of 11.09.2017, article 28")
        for language in i18n.LANGUAGES
    }
    assert said == {
        "uz-Latn": "JIK 105; OʻRQ-445, 11.09.2017, 28-modda",
        "uz-Cyrl": "ЖИК 105; ЎРҚ-445, 11.09.2017, 28-модда",
        "ru": "УИК 105; ЗРУ-445 от 11.09.2017, ст. 28",
        "en": "Criminal-Executive Code 105; OʻRQ-445 of 11.09.2017, art. 28",
    }


@pytest.mark.parametrize("language", ["ru", "uz-Cyrl"])
def test_no_article_on_a_page_keeps_a_word_of_another_alphabet(language: str) -> None:
    shown = {
        rule.article: citations.shown(TEXTS.speaker(language), rule.article)
        for name in ON_PAGES
        for rule in statutes.load(name).rules
    }
    assert not {was: now for was, now in shown.items() if re.search("[A-Za-z]", NUMERAL.sub("", now))}
