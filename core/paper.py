"""Printed papers: PDF in a typeface that has every letter of our languages, oʻ gʻ and Cyrillic among them."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

FACE: Final = "DejaVu"
FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


class Paper:
    """A4, written from the top down; the same content gives the same bytes."""

    def __init__(self, fonts: Path, *, title: str, made_at: datetime) -> None:
        from fpdf import FPDF  # noqa: PLC0415 - a second; only who prints waits for it

        self.pdf = FPDF(format="A4")
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
            borders_layout="NONE",
            text_align="L",
            line_height=5,
            first_row_as_headings=False,
        ) as table:
            for name, value in rows:
                table.row((name, value))
        self.pdf.ln(3)

    def picture(self, content: bytes, *, alt: str, width: float = 45) -> None:
        """A photo on a line of its own; `width` in millimetres."""
        from fpdf.enums import Align  # noqa: PLC0415 - as above

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
        from fpdf.fonts import FontFace  # noqa: PLC0415 - as above

        self._font(8)
        plain, strong = FontFace(emphasis=None), FontFace(emphasis="BOLD")
        aligned: Any = ["R" if i in numbers else "L" for i in range(len(head))]
        with self.pdf.table(
            col_widths=tuple(widths),
            borders_layout="HORIZONTAL_LINES",
            text_align=tuple(aligned),
            line_height=4.6,
            padding=(1, 1),
            headings_style=strong,
        ) as table:
            table.row(tuple(head))
            for i, row in enumerate(rows):
                table.row(tuple(row), style=strong if i in bold else plain)
        self.pdf.ln(3)

    def finished(self) -> bytes:
        return bytes(self.pdf.output())

    def _font(self, size: float, style: str = "") -> None:
        self.pdf.set_font(FACE, style, size)
