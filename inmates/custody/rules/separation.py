"""Who may be placed where: the separation rules of the day (JIK 58) and the room that is left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NewType

from core.errors import Conflict, Invalid
from core.model import PersonId
from core.statutes import RuleSet
from inmates.custody.model import InstitutionId, Mark, percent
from inmates.custody.rules.movements import age

PlaceId = NewType("PlaceId", int)
STATUTE: Final = "separation"
CAPACITY: Final = "capacity"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of an institution, or a cell of a unit."""

    id: PlaceId
    institution_id: InstitutionId
    unit_id: PlaceId | None
    """None: it is a unit itself."""
    name: str
    capacity: int

    @property
    def unit(self) -> PlaceId:
        return self.unit_id or self.id


@dataclass(frozen=True, slots=True)
class Occupancy:
    place: Place
    people: int
    """With those in its cells."""

    @property
    def percent(self) -> int | None:
        return percent(self.people, self.place.capacity)


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides beside whom somebody may sleep."""

    person_id: PersonId
    sex: str
    born_on: date
    marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class Neighbour:
    traits: Traits
    place_id: PlaceId


class MustBeApart(Conflict):
    """No reason helps: the law allows no exception."""

    code = "must_be_apart"


class ReasonNeeded(Invalid):
    """The law allows an exception; somebody has to say why."""

    code = "placement_reason_missing"


class ElsewherePlaced(Conflict):
    """The place belongs to an institution on whose roll the person is not."""

    code = "place_elsewhere"


def traits_of(who: Traits, rules: RuleSet, *, on: date) -> dict[str, object]:
    """Rule by rule: two people of different values are kept apart."""
    minor = age(who.born_on, on) < rules.whole("minor.below_years")
    return {"sex": who.sex, "minor": minor} | {mark.value: mark in who.marks for mark in Mark}


def conflicts(
    who: Traits, place: Place, *, neighbours: Iterable[Neighbour], rules: RuleSet, on: date
) -> list[str]:
    """The rules that a placement would break, by their keys, in the order of the rules."""
    mine = traits_of(who, rules, on=on)
    within: dict[str, list[dict[str, object]]] = {"unit": [], "cell": []}
    for one in neighbours:
        if one.traits.person_id == who.person_id:
            continue
        theirs = traits_of(one.traits, rules, on=on)
        within["unit"].append(theirs)
        if one.place_id == place.id:
            within["cell"].append(theirs)
    return [
        key
        for key, value in mine.items()
        if any(other[key] != value for other in within[rules.text(f"{key}.within")])
    ]


def decide(broken: Sequence[str], *, reason: str, rules: RuleSet) -> None:
    """Refused where the law allows no exception; else only with a reason."""
    never = [key for key in broken if rules.text(f"{key}.override") != "yes"]
    if never:
        raise MustBeApart(rules=", ".join(never))
    if broken and not reason.strip():
        raise ReasonNeeded(rules=", ".join(broken))


def is_full(place: Place, neighbours: Collection[Neighbour], *, who: PersonId) -> bool:
    """Before this person comes: a cell by its own people, a unit by all of its people."""
    inside = [one for one in neighbours if place.unit_id is None or one.place_id == place.id]
    return sum(one.traits.person_id != who for one in inside) >= place.capacity


def occupancies(places: Sequence[Place], own: Mapping[PlaceId, int]) -> list[Occupancy]:
    """A unit counts those in its cells, too; places keep their order."""
    total = dict(own)
    for place in places:
        if place.unit_id is not None:
            total[place.unit_id] = total.get(place.unit_id, 0) + own.get(place.id, 0)
    return [Occupancy(place, total.get(place.id, 0)) for place in places]
