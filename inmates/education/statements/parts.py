"""The parts of a statement and their rules: who, did what, to what, with what result, in what context."""

from collections.abc import Mapping
from typing import Any, Final

from inmates.education.statements import shapes
from inmates.education.statements.shapes import Check, refuse

IDENTIFIERS: Final = ("mbox", "mbox_sha1sum", "openid", "account")
"""An actor has exactly one of these."""
COMPONENTS: Final = {
    "choice": ("choices",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "true-false": (),
    "fill-in": (),
    "long-fill-in": (),
    "numeric": (),
    "other": (),
}
"""Lists of choices that each kind of interaction may have."""
INTERACTION: Final = ("correctResponsesPattern", "choices", "scale", "source", "target", "steps")


def body(value: Mapping[str, Any], place: str) -> None:
    """What a statement and a statement within one have in common."""
    actor(value["actor"], f"{place}.actor")
    _verb(value["verb"], f"{place}.verb")
    _object(value["object"], f"{place}.object")
    shapes.each(value, place, {"result": _result, "context": _context, "timestamp": shapes.timestamp})
    kind = value["object"].get("objectType", "Activity")
    for key in ("revision", "platform"):
        if kind != "Activity" and key in value.get("context", {}):
            raise refuse(f"{place}.context.{key}", "not_an_activity")


def actor(value: Any, place: str) -> None:
    """An agent or a group."""
    is_group = isinstance(value, dict) and value.get("objectType") == "Group"
    known = ("objectType", "name", *IDENTIFIERS, *(("member",) if is_group else ()))
    who = shapes.thing(value, place, known=known)
    shapes.each(
        who,
        place,
        {
            "objectType": shapes.one_of("Agent", "Group"),
            "name": shapes.text,
            "mbox": shapes.mail,
            "mbox_sha1sum": shapes.sha1,
            "openid": shapes.iri,
            "account": _account,
            "member": _members,
        },
    )
    identified = sum(name in who for name in IDENTIFIERS)
    if identified > 1 or (not identified and not is_group):
        raise refuse(place, "identifiers")
    if not identified and not who.get("member"):
        raise refuse(f"{place}.member", "missing")


def _account(value: Any, place: str) -> None:
    found = shapes.thing(value, place, known=("homePage", "name"), needed=("homePage", "name"))
    shapes.each(found, place, {"homePage": shapes.iri, "name": shapes.text})


def _members(value: Any, place: str) -> None:
    for number, member in enumerate(shapes.items(value, place)):
        _agent(member, f"{place}[{number}]")


def _agent(value: Any, place: str) -> None:
    actor(value, place)
    if value.get("objectType") == "Group":
        raise refuse(place, "not_an_agent")


def authority(value: Any, place: str) -> None:
    """We set it ourselves; one that is sent has to be an actor all the same."""
    actor(value, place)


def _verb(value: Any, place: str) -> None:
    verb = shapes.thing(value, place, known=("id", "display"), needed=("id",))
    shapes.each(verb, place, {"id": shapes.iri, "display": shapes.languages})


def _object(value: Any, place: str) -> None:
    if not isinstance(value, dict):
        raise refuse(place, "not_an_object")
    kind = value.get("objectType", "Activity")
    if not isinstance(kind, str) or kind not in OBJECTS:
        raise refuse(f"{place}.objectType", "unknown_value")
    OBJECTS[kind](value, place)


def _inner_object(value: Any, place: str) -> None:
    if isinstance(value, dict) and value.get("objectType") == "SubStatement":
        raise refuse(place, "nested")
    _object(value, place)


def _activity(value: Any, place: str) -> None:
    found = shapes.thing(value, place, known=("objectType", "id", "definition"), needed=("id",))
    if found.get("objectType", "Activity") != "Activity":
        raise refuse(f"{place}.objectType", "unknown_value")
    shapes.each(found, place, {"id": shapes.iri, "definition": _definition})


def _definition(value: Any, place: str) -> None:
    known = ("name", "description", "type", "moreInfo", "extensions", "interactionType", *INTERACTION)
    found = shapes.thing(value, place, known=known)
    shapes.each(
        found,
        place,
        {
            "name": shapes.languages,
            "description": shapes.languages,
            "type": shapes.iri,
            "moreInfo": shapes.iri,
            "extensions": shapes.extensions,
            "interactionType": shapes.one_of(*COMPONENTS),
            "correctResponsesPattern": _texts,
        }
        | dict.fromkeys(INTERACTION[1:], _choices),
    )
    allowed = COMPONENTS.get(found.get("interactionType", ""), ())
    for key in INTERACTION:
        is_fit = "interactionType" in found and (key == INTERACTION[0] or key in allowed)
        if key in found and not is_fit:
            raise refuse(f"{place}.{key}", "wrong_interaction")


def _texts(value: Any, place: str) -> None:
    for number, one in enumerate(shapes.items(value, place)):
        shapes.text(one, f"{place}[{number}]")


def _choices(value: Any, place: str) -> None:
    seen = set()
    for number, one in enumerate(shapes.items(value, place)):
        here = f"{place}[{number}]"
        choice = shapes.thing(one, here, known=("id", "description"), needed=("id",))
        shapes.each(choice, here, {"id": shapes.text, "description": shapes.languages})
        if choice["id"] in seen:
            raise refuse(f"{here}.id", "twice")
        seen.add(choice["id"])


def _reference(value: Any, place: str) -> None:
    found = shapes.thing(value, place, known=("objectType", "id"), needed=("objectType", "id"))
    shapes.each(found, place, {"objectType": shapes.one_of("StatementRef"), "id": shapes.uuid})


def _sub_statement(value: Any, place: str) -> None:
    known = ("objectType", "actor", "verb", "object", "result", "context", "timestamp")
    found = shapes.thing(value, place, known=known, needed=("actor", "verb", "object"))
    _inner_object(found["object"], f"{place}.object")
    body(found, place)


def _result(value: Any, place: str) -> None:
    known = ("score", "success", "completion", "response", "duration", "extensions")
    found = shapes.thing(value, place, known=known)
    checks: dict[str, Check] = {
        "score": _score,
        "success": shapes.boolean,
        "completion": shapes.boolean,
        "response": shapes.text,
        "duration": shapes.duration,
        "extensions": shapes.extensions,
    }
    shapes.each(found, place, checks)


def _score(value: Any, place: str) -> None:
    score = shapes.thing(value, place, known=("scaled", "raw", "min", "max"))
    shapes.each(score, place, dict.fromkeys(("scaled", "raw", "min", "max"), shapes.number))
    if not -1 <= score.get("scaled", 0) <= 1:
        raise refuse(f"{place}.scaled", "out_of_range")
    if "min" in score and "max" in score and score["min"] >= score["max"]:
        raise refuse(f"{place}.max", "out_of_range")
    raw = score.get("raw")
    if raw is not None and not score.get("min", raw) <= raw <= score.get("max", raw):
        raise refuse(f"{place}.raw", "out_of_range")


def _context(value: Any, place: str) -> None:
    checks: dict[str, Check] = {
        "registration": shapes.uuid,
        "instructor": actor,
        "team": _group,
        "contextActivities": _context_activities,
        "revision": shapes.text,
        "platform": shapes.text,
        "language": shapes.tag,
        "statement": _reference,
        "extensions": shapes.extensions,
    }
    shapes.each(shapes.thing(value, place, known=checks), place, checks)


def _group(value: Any, place: str) -> None:
    actor(value, place)
    if value.get("objectType") != "Group":
        raise refuse(place, "not_a_group")


def _context_activities(value: Any, place: str) -> None:
    known = ("parent", "grouping", "category", "other")
    for key, given in shapes.thing(value, place, known=known).items():
        for number, one in enumerate(given if isinstance(given, list) else [given]):
            _activity(one, f"{place}.{key}[{number}]")


def listed(content: Mapping[str, Any]) -> dict[str, Any]:
    """With its context's activities as lists: one of them alone may be sent without."""
    found = dict(content)
    if found["object"].get("objectType") == "SubStatement":
        found["object"] = listed(found["object"])
    context = found.get("context", {})
    if "contextActivities" in context:
        given = context["contextActivities"].items()
        activities = {key: one if isinstance(one, list) else [one] for key, one in given}
        found["context"] = context | {"contextActivities": activities}
    return found


OBJECTS: Final[dict[str, Check]] = {
    "Activity": _activity,
    "Agent": _agent,
    "Group": _group,
    "StatementRef": _reference,
    "SubStatement": _sub_statement,
}
