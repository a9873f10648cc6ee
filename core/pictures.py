"""Pictures that somebody sent: what they really are, and copies that hold nothing but their points."""

import io
import struct
from collections.abc import Mapping
from typing import Final

import puremagic
from PIL import Image, ImageOps

POINTS: Final = 40_000_000
"""A picture unfolds to no more."""
SNIFFED: Final = 65_536
BROKEN: Final = (
    *(OSError, ValueError, SyntaxError, Image.DecompressionBombError, struct.error, EOFError, KeyError),
    *(IndexError, TypeError, OverflowError, AttributeError),
)
"""What Pillow raises on files that no camera wrote."""
KINDS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "image/jpeg": ("JPEG", frozenset({".jpg", ".jpeg", ".jfif", ".jpe"})),
    "image/png": ("PNG", frozenset({".png"})),
    "image/webp": ("WEBP", frozenset({".webp"})),
}
"""Media type → what Pillow calls it, and how such files are named."""


def endings(content: bytes) -> frozenset[str]:
    """How files are named that begin like this; of several guesses the surest ones."""
    try:
        found = puremagic.magic_string(content[:SNIFFED])
    except (puremagic.PureError, ValueError):
        return frozenset()
    surest = max(one.confidence for one in found)
    return frozenset(one.extension for one in found if one.confidence == surest)


def kind_of(content: bytes) -> str | None:
    """The media type that the content shows, whatever its name says; none: it is no picture of ours."""
    found = endings(content)
    return next((kind for kind, (_, named) in KINDS.items() if found & named), None)


def bare(content: bytes, kind: str) -> bytes | None:
    """The same picture written anew: neither place nor device is left. None: it cannot be read."""
    picture = points(content, kind)
    return None if picture is None else _written(picture, KINDS[kind][0])


def points(content: bytes, kind: str) -> Image.Image | None:
    """Turned as it was held, and nothing but its points. None: it cannot be read, or unfolds to too many."""
    name, _ = KINDS[kind]
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as picture:
            if picture.width * picture.height > POINTS:
                return None
            turned = ImageOps.exif_transpose(picture)
            mode = "RGBA" if name != "JPEG" and "A" in turned.getbands() else "RGB"
            return Image.frombytes(mode, turned.size, turned.convert(mode).tobytes())
    except BROKEN:
        return None


def within(picture: Image.Image, width: int, height: int) -> bytes:
    """As JPEG, made smaller where it is larger."""
    shown = _opaque(picture)
    shown.thumbnail((width, height))
    return _written(shown, "JPEG")


def square(picture: Image.Image, side: int) -> bytes:
    """As JPEG: the middle of it, and of a tall one rather the upper part, where a face is."""
    return _written(ImageOps.fit(_opaque(picture), (side, side), centering=(0.5, 0.3)), "JPEG")


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.copy()
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _written(picture: Image.Image, name: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, name)
    return written.getvalue()
