"""The register as the database holds it: reading through one condition, and adding."""

from messaging.appeals.store.adding import (
    add,
    add_entry,
    add_notice,
    draw,
    hold_client,
    write_standing,
)
from messaging.appeals.store.reading import (
    by_client,
    entries,
    heads,
    held,
    joined_to,
    notices,
    one,
    page,
)
from messaging.appeals.store.seeing import Reader, counts, seen_by

__all__ = [
    "Reader",
    "add",
    "add_entry",
    "add_notice",
    "by_client",
    "counts",
    "draw",
    "entries",
    "heads",
    "held",
    "hold_client",
    "joined_to",
    "notices",
    "one",
    "page",
    "seen_by",
    "write_standing",
]
