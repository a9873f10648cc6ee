"""Two wearers in the flat world of `scene`: their fixes, what their relation asks, and any life of both."""

from typing import Any

from hypothesis import strategies as st

from core.model import DeviceId, OrderId, PersonId
from geofence import policies, relations
from geofence.model import TakenOff
from geofence.policies import Policies
from geofence.relations.model import Basis, Relation, RelationId, RelationKind
from geofence.rules import walk
from scene import DEVICE, PERSON, a_fix, at
from tracking.model import Fix, Flag

OTHER = PersonId(8)
THEIRS = DeviceId(80)
BASIS = Basis(policies.in_force().at, relations.valid_at)
BASES = [Basis(Policies((policy,)).at, relations.valid_at) for policy in policies.known()]
"""One a policy, as if it had always held."""
LASTS_MIN = 60


def a_relation(kind: str = "keep_away", distance: float = 500.0, **more: Any) -> Relation:
    given = {
        "id": RelationId(3),
        "order": OrderId(1),
        "person": PERSON,
        "other": OTHER,
        "kind": RelationKind(kind),
        "distance_m": distance,
        "since_us": at(-1000),
    }
    return Relation(**(given | more))


def theirs(minutes: float = 0.0, x: float = 0.0, y: float = 0.0, **more: Any) -> Fix:
    """A fix of the other."""
    return a_fix(minutes, x, y, **({"device": THEIRS, "person": OTHER} | more))


SPOTS = st.sampled_from([0.0, 60.0, 400.0, 700.0, 5000.0])
"""Metres east of home."""
ACCURACIES = st.sampled_from([5.0, 10.0, 60.0, 800.0, None])
SPEEDS = st.sampled_from([None, 0.0, 1.0, 14.0])


@st.composite
def lives_of_two(draw: st.DrawFn) -> list[walk.Fact]:
    """What both reported, each fact once, in the order of the fold."""
    facts: dict[tuple[int, int], walk.Fact] = {}
    for _ in range(draw(st.integers(0, 40))):
        minute = draw(st.integers(0, LASTS_MIN * 4)) / 4
        whose = draw(st.sampled_from([(PERSON, DEVICE), (OTHER, THEIRS), (PERSON, DeviceId(71))]))
        person, device = whose
        fact: walk.Fact
        if draw(st.integers(0, 15)):
            flags = draw(st.sampled_from([Flag(0), Flag(0), Flag(0), Flag.MOCK]))
            more = {"person": person, "device": device, "flags": flags, "speed_mps": draw(SPEEDS)}
            fact = a_fix(minute, draw(SPOTS), draw(SPOTS), accuracy=draw(ACCURACIES), **more)
        else:
            fact = TakenOff(person, device, at(minute), is_bare=draw(st.booleans()))
        facts[device, fact.taken_us] = fact
    return sorted(facts.values(), key=walk.mark)


def bases() -> st.SearchStrategy[Basis]:
    """All policies in turn, or one for ever."""
    return st.sampled_from([BASIS, *BASES])


def relations_of_two() -> st.SearchStrategy[Relation]:
    until = st.sampled_from([None, at(20), at(LASTS_MIN + 5)])
    return st.builds(
        a_relation,
        st.sampled_from(RelationKind),
        st.sampled_from([50.0, 300.0, 500.0, 2000.0]),
        since_us=st.sampled_from([at(-10), at(12)]),
        until_us=until,
    )
