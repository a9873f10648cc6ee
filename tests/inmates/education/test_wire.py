"""Which statements xAPI 1.0.3 allows and which it does not, one rule a row."""

from typing import Any
from uuid import uuid4

import pytest

from core import clock
from core.errors import Refusal
from inmates.education.statements import wire
from inmates.education.statements.shapes import BadStatement

ACTOR = {"mbox": "mailto:a@example.test"}
VERB = {"id": "http://adlnet.gov/expapi/verbs/answered"}
THING = {"id": "https://a.test/1"}
GOOD = {"actor": ACTOR, "verb": VERB, "object": THING}
GROUP = {"objectType": "Group", "member": [ACTOR]}
CHOICE = {"interactionType": "choice", "choices": [{"id": "a"}], "correctResponsesPattern": ["a"]}
SUB = {"objectType": "SubStatement"} | GOOD


def parse(**given: Any) -> Any:
    return wire.parse(GOOD | given, now=clock.now())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id": str(uuid4()).upper()},
        {"version": "1.0.3"},
        {"timestamp": "2026-11-27T05:00:00.1234567+05:00"},
        {"timestamp": "2026-11-27T05:00:00"},
        {"actor": {"mbox_sha1sum": "a" * 40}},
        {"actor": {"openid": "https://a.test/me"}},
        {"actor": {"account": {"homePage": "https://a.test", "name": "1"}, "name": "A"}},
        {"actor": GROUP},
        {"actor": GROUP | ACTOR},
        {"object": THING | {"definition": CHOICE | {"name": {"uz-Latn": "a"}, "type": "a:b"}}},
        {"object": {"objectType": "Agent"} | ACTOR},
        {"object": {"objectType": "StatementRef", "id": str(uuid4())}},
        {"object": SUB},
        {"result": {"score": {"scaled": -1, "raw": 5, "min": 0, "max": 10}, "duration": "PT1H2M3.5S"}},
        {"result": {"success": True, "completion": False, "response": "", "extensions": {"a:b": None}}},
        {"context": {"registration": str(uuid4()), "team": GROUP, "instructor": ACTOR, "language": "uz"}},
        {"context": {"contextActivities": {"other": [THING], "parent": THING}, "platform": "x"}},
        {"context": {"statement": {"objectType": "StatementRef", "id": str(uuid4())}}},
    ],
)
def test_what_the_standard_allows_is_taken(given: dict[str, Any]) -> None:
    assert parse(**given).verb == VERB["id"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"Actor": ACTOR}, "statement.Actor"),
        ({"actor": None}, "statement.actor"),
        ({"actor": {}}, "statement.actor"),
        ({"actor": ACTOR | {"openid": "https://a.test"}}, "statement.actor"),
        ({"actor": ACTOR | {"member": []}}, "statement.actor.member"),
        ({"actor": {"objectType": "Group"}}, "statement.actor.member"),
        ({"actor": {"objectType": "Group", "member": [GROUP]}}, "statement.actor.member[0]"),
        ({"actor": {"mbox": "a@b.c"}}, "statement.actor.mbox"),
        ({"actor": {"mbox_sha1sum": "g" * 40}}, "statement.actor.mbox_sha1sum"),
        ({"actor": {"account": {"name": "x"}}}, "statement.actor.account.homePage"),
        ({"actor": {"account": {"homePage": "a:b", "name": 1}}}, "statement.actor.account.name"),
        ({"verb": {}}, "statement.verb.id"),
        ({"verb": {"id": "answered"}}, "statement.verb.id"),
        ({"verb": VERB | {"display": {"not a tag": "x"}}}, "statement.verb.display.not a tag"),
        ({"verb": VERB | {"display": "x"}}, "statement.verb.display"),
        ({"object": []}, "statement.object"),
        ({"object": {"objectType": "Thing"}}, "statement.object.objectType"),
        ({"object": {"objectType": ["Agent"]}}, "statement.object.objectType"),
        ({"object": ACTOR}, "statement.object.mbox"),
        ({"object": {"objectType": "StatementRef", "id": "1"}}, "statement.object.id"),
        ({"object": SUB | {"object": SUB}}, "statement.object.object"),
        ({"object": SUB | {"id": str(uuid4())}}, "statement.object.id"),
        ({"object": THING | {"definition": {"choices": []}}}, "statement.object.definition.choices"),
        ({"object": THING | {"definition": CHOICE | {"scale": []}}}, "statement.object.definition.scale"),
        (
            {"object": THING | {"definition": CHOICE | {"choices": [{"id": "a"}] * 2}}},
            "statement.object.definition.choices[1].id",
        ),
        (
            {"object": THING | {"definition": {"extensions": {"x": 1}}}},
            "statement.object.definition.extensions.x",
        ),
        ({"result": {"score": {"scaled": 1.1}}}, "statement.result.score.scaled"),
        ({"result": {"score": {"scaled": "1"}}}, "statement.result.score.scaled"),
        ({"result": {"score": {"min": 2, "max": 1}}}, "statement.result.score.max"),
        ({"result": {"score": {"raw": 3, "max": 1}}}, "statement.result.score.raw"),
        ({"result": {"success": "yes"}}, "statement.result.success"),
        ({"result": {"duration": "1 hour"}}, "statement.result.duration"),
        ({"result": {"duration": "P"}}, "statement.result.duration"),
        ({"result": {"response": None}}, "statement.result.response"),
        ({"context": {"registration": "1"}}, "statement.context.registration"),
        ({"context": {"team": ACTOR}}, "statement.context.team"),
        ({"context": {"contextActivities": {"x": []}}}, "statement.context.contextActivities.x"),
        (
            {"context": {"platform": "x"}, "object": {"objectType": "Agent"} | ACTOR},
            "statement.context.platform",
        ),
        ({"id": "1"}, "statement.id"),
        ({"version": "0.95"}, "statement.version"),
        ({"timestamp": "2026-11-27"}, "statement.timestamp"),
        ({"timestamp": "2026-11-27T05:00:00-00:00"}, "statement.timestamp"),
        ({"timestamp": "2026-13-27T05:00:00Z"}, "statement.timestamp"),
        ({"authority": {}}, "statement.authority"),
    ],
)
def test_what_breaks_a_rule_is_refused_where_it_breaks(given: dict[str, Any], place: str) -> None:
    with pytest.raises(BadStatement) as refused:
        parse(**given)
    assert refused.value.values["place"] == place


@pytest.mark.parametrize("missing", ["actor", "verb", "object"])
def test_a_statement_says_who_did_what_to_what(missing: str) -> None:
    with pytest.raises(BadStatement):
        wire.parse({key: value for key, value in GOOD.items() if key != missing}, now=clock.now())


def test_attachments_are_refused_clearly() -> None:
    with pytest.raises(Refusal) as refused:
        parse(attachments=[])
    assert (refused.value.code, refused.value.status) == ("xapi_no_attachments", 400)


def test_an_actor_is_who_identifies_it_whatever_else_is_said() -> None:
    named = parse(actor=ACTOR | {"name": "A", "objectType": "Agent"})
    assert named.actor == parse().actor != parse(actor={"mbox": "mailto:b@example.test"}).actor
