"""Printed papers: PDF in a typeface that has every letter of our languages, oʻ gʻ and Cyrillic among them."""

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

FACE: Final = "DejaVu"
FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
KEYWORD: Final = "EJAZO-TRAINING"
MARK: ContextVar[str] = ContextVar("mark", default="")
"""Written across every page; a training platform sets it for whatever is printed in it (ADR-0046)."""
PLAIN: Final = FontFace(emphasis=None)
BOLD: Final = FontFace(emphasis="BOLD")
LINE, LINES = 80, 25
"""Signs and lines that fit on a page however wide they are."""


class Sheets(FPDF):
    """A4, with a mark across each page if there is one: of training, of a draft, or both."""

    def __init__(self, mark: str, draft: str) -> None:
        super().__init__(format="A4")
        self.mark = " · ".join(filter(None, (mark, draft)))
        if mark:
            self.set_keywords(KEYWORD)

    def header(self) -> None:
        """A word of its own size: it goes from corner to corner whatever the language."""
        if not self.mark:
            return
        with self.local_context(text_color=(196, 40, 40), fill_opacity=0.16):
            self.set_font(FACE, "B", 30)
            for high in (90, 170, 250):
                with self.rotation(35, x=self.w / 2, y=high):
                    self.text((self.w - self.get_string_width(self.mark)) / 2, high, self.mark)
        with self.local_context(text_color=(196, 40, 40)):
            self.set_font(FACE, "B", 8)
            self.text(15, 9, self.mark)


def pieces(text: str) -> list[str]:
    """As it is, or, if a page might not hold it, in rows that follow each other."""
    if len(text) <= LINE * LINES and text.count("\n") < LINES:
        return [text]
    lines = [part for line in text.splitlines() for part in wrap(line, LINE) or [""]]
    return ["\n".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]


class Paper:
    """A4, written from the top down; the same content gives the same bytes."""

    def __init__(
        self, fonts: Path, *, title: str, made_at: datetime, mark: str = "", draft: str = ""
    ) -> None:
        self.pdf = Sheets(mark or MARK.get(), draft)
        self.pdf.set_creation_date(made_at)
        self.pdf.set_title(title)
        self.pdf.set_margin(15)
        self.pdf.set_auto_page_break(auto=True, margin=15)
        for style, name in FILES.items():
            self.pdf.add_font(FACE, style, fonts / name)
        self.pdf.add_page()
        self.text(title, size=15, style="B")

    def text(self, said: str, *, size: float = 9, style: str = "") -> None:
        self._font(size, style)
        self.pdf.multi_cell(0, size * 0.55, said, new_x="LMARGIN", new_y="NEXT")
        self.pdf.ln(1)

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """A list of facts: what, and what it is."""
        self._font(9)
        with self.pdf.table(
            col_widths=(1, 3),
            borders_layout=TableBordersLayout.NONE,
            text_align=Align.L,
            line_height=5,
            first_row_as_headings=False,
        ) as table:
            for name, value in rows:
                for at, piece in enumerate(pieces(value)):
                    table.row(("" if at else name, piece))
        self.pdf.ln(3)

    def picture(self, content: bytes, *, alt: str, width: float = 45) -> None:
        """A photo on a line of its own; `width` in millimetres."""
        self.pdf.image(BytesIO(content), w=width, x=Align.L, alt_text=alt)
        self.pdf.ln(3)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[int],
        numbers: Sequence[int] = (),
        bold: Sequence[int] = (),
    ) -> None:
        """`numbers` names the columns that stand to the right, `bold` the rows that are sums."""
        self._font(8)
        aligned: Any = [Align.R if i in numbers else Align.L for i in range(len(head))]
        with self.pdf.table(
            col_widths=tuple(widths),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            text_align=tuple(aligned),
            line_height=4.6,
            padding=(1, 1),
            headings_style=BOLD,
        ) as table:
            table.row(tuple(head))
            for i, row in enumerate(rows):
                table.row(tuple(row), style=BOLD if i in bold else PLAIN)
        self.pdf.ln(3)

    def finished(self) -> bytes:
        return bytes(self.pdf.output())

    def _font(self, size: float, style: str = "") -> None:
        self.pdf.set_font(FACE, style, size)
