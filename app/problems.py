"""How the API describes a problem (RFC 9457) to programs."""

from typing import Any

from core import http

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not_found"]},
        "title": {"type": "string", "description": "In the reader's language."},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "trace_id": {"type": "string", "description": "Of this request, as the log names it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": "A problem (RFC 9457)",
        "content": {http.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code in ("4XX", "5XX")
}
