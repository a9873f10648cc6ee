"""Paper holds whatever somebody wrote, however long."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.paper import Paper, pieces
from dashboards import assets


@pytest.mark.parametrize("text", ["W" * 9000, "so it went " * 900, "line\n" * 400, "\n" * 300])
def test_a_text_longer_than_a_page_goes_on_in_rows_of_its_own(text: str) -> None:
    assert "".join("".join(pieces(text)).split()) == "".join(text.split())
    paper = Paper(Path(assets.fonts()), title="t", made_at=datetime(2026, 6, 1, tzinfo=UTC))
    paper.pairs([("note", text)])
    assert paper.finished().startswith(b"%PDF")
    assert paper.pdf.page_no() > 1


def test_a_usual_text_stays_as_it_is() -> None:
    assert pieces("a, and b") == ["a, and b"]
