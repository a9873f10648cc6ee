"""What a well-formed request says, by the path of its route: each module here knows one topic."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

BODIES: dict[str, dict[str, Any]] = {}
"""JSON bodies."""
QUESTIONS: dict[str, dict[str, str]] = {}
"""Queries."""
FORMS: dict[str, dict[str, str]] = {}
"""Bodies of pages' forms."""
HEADERS: dict[str, dict[str, str]] = {}
"""By method and path, as If-Match: `"PUT /v1/jobs/{job_id}": {"if-match": '"1"'}`."""

for found in iter_modules([str(Path(__file__).parent)]):
    topic = import_module(f"asked.{found.name}")
    BODIES |= getattr(topic, "BODIES", {})
    QUESTIONS |= getattr(topic, "QUESTIONS", {})
    FORMS |= getattr(topic, "FORMS", {})
    HEADERS |= getattr(topic, "HEADERS", {})
