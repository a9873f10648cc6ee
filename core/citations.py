"""Articles of the law as a reader cites them: data names each act once, in short, whatever the language."""

import re
from collections.abc import Callable
from typing import Final

ACTS: Final = {
    "Criminal-Executive Code": "jik",
    "Criminal Procedure Code": "jpk",
    "Criminal Code": "jk",
    "Mehnat kodeksi": "labour",
    "Soliq kodeksi": "tax",
    "Cabinet regulation": "cabinet",
    "on remote monitoring by bracelet": "bracelet",
    "on remote monitoring": "monitoring",
    "order of the service: two pairs of eyes": "two_pairs",
    "internal rules": "internal",
    "Mandela Rules": "mandela",
    "Mandela Rule": "mandela",
    "draft": "draft",
    "JIK": "jik",
    "JPK": "jpk",
    "JK": "jk",
    "O'RQ": "orq",
    "OʻRQ": "orq",
    "ZRU": "orq",
    "PF-": "decree",
    "BHM": "bhm",
}
"""Words of statutes/*.toml that name an act, the longer ones first, and the text that says them."""
NUMBERED: Final = {
    "article": r"\b(?:art\.|article) (?P<article>\d[\d, -]*(?<=\d))",
    "of": r" of (?P<of>(?:\d\d\.)?\d\d\.\d{4})",
    "part": r"\bpart (?P<part>\d+)",
}
FOUND: Final = re.compile(
    rf"{'|'.join(NUMBERED.values())}|(?P<act>{'|'.join(map(re.escape, ACTS))})", re.ASCII
)


def shown(t: Callable[..., str], article: str) -> str:
    """`JIK 105; Mandela Rules 43-44` in the language of `t`; what is not known stays as it is."""

    def said(found: re.Match[str]) -> str:
        name, words = found.lastgroup, found[found.lastgroup or 0]
        return t(f"law.{ACTS[words]}") if name == "act" else t(f"law.{name}", n=words)

    return FOUND.sub(said, article)
