"""A made-up city of supervised people: the same seed gives the same people, places, orders and devices.

More people than live in one city live in others just like it (`nation`)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import hypot, pi
from random import Random

from core.model import DeviceId, OrderId, PersonId
from core.times import to_us
from geofence.model import Terms
from inmates.model import Order, OrderKind, Person
from simulators import conditions, days, names, nation, places
from simulators.days import Day, Habit
from simulators.places import Zone
from simulators.plane import Spot

HABITS = {
    OrderKind.HOUSE_ARREST: (Habit.HOMEBOUND,),
    OrderKind.RESTRICTION_OF_LIBERTY: (Habit.WORKER, Habit.COURIER, Habit.STUDENT, Habit.COURIER),
    OrderKind.ADMINISTRATIVE_SUPERVISION: (Habit.WORKER, Habit.COURIER, Habit.COURIER),
}
KINDS = (
    *(OrderKind.RESTRICTION_OF_LIBERTY,) * 6,
    *(OrderKind.ADMINISTRATIVE_SUPERVISION,) * 3,
    OrderKind.HOUSE_ARREST,
)
HOMES_WITHIN_M = 6_800.0


@dataclass(frozen=True, slots=True)
class Device:
    id: DeviceId
    serial: str


@dataclass(frozen=True, slots=True)
class Officer:
    login: str
    password: str
    role: str
    shown_as: str
    sees_one_in: int
    """Every n-th person is in the caseload; 0: none of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is cheap to make up of a person; from `random` follow the day and the rest, in this order."""

    kind: OrderKind
    habit: Habit
    home: Spot
    work: Spot
    leaves_s: int
    random: Random


@dataclass(frozen=True, slots=True, eq=False)
class Resident:
    """One person under supervision, with all that is made up about them."""

    person: Person
    order: Order
    device: Device
    habit: Habit
    day: Day
    zones: tuple[Zone, ...]
    """Their own zones; shared ones stand in the world."""
    terms: Terms
    """What the order demands. `ConditionId` = person * 100 + the condition's number in the order."""
    is_actor: bool = False
    """On the stage of a demonstration."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    seed: int
    zones: tuple[Zone, ...]
    residents: tuple[Resident, ...]
    officers: tuple[Officer, ...]


OFFICERS = (  # of a demonstration, printed when it starts
    Officer("officer", "officer-demo", "officer", "Namuna Inspektor", 1),
    Officer("officer2", "officer2-demo", "officer", "Misol Inspektor", 5),
    Officer("administrator", "administrator-demo", "administrator", "Sinov Administrator", 0),
)


def world(people: int, seed: int, now: datetime) -> World:
    """`now` places birthdays and orders only: walks and zones do not depend on it."""
    made = list(cities(people, seed, now))
    zones = tuple(zone for city in made for zone in city.zones)
    return World(seed, zones, tuple(r for city in made for r in city.residents), OFFICERS)


def cities(people: int, seed: int, now: datetime) -> Iterator[World]:
    """The same one city after the other: nobody needs the memory for a nation at once."""
    first = _city(min(people, nation.CITY), seed, now)
    yield first
    for number in range(1, -(-people // nation.CITY)):
        here = islice(first.residents, people - number * nation.CITY)
        residents = tuple(_moved(resident, number, seed=seed, today=now.date()) for resident in here)
        yield World(seed, nation.shared(first.zones, number), residents, ())


def _city(people: int, seed: int, now: datetime) -> World:
    city, forbidden = places.city(), shared(seed)
    residents = tuple(
        resident(i, seed, today=now.date(), city=city, forbidden=forbidden) for i in range(1, people + 1)
    )
    return World(seed, (city, *forbidden), residents, OFFICERS)


def shared(seed: int) -> tuple[Zone, ...]:
    """The forbidden zones of the city."""
    return places.forbidden(Random(f"{seed}/zones"))


def sketch(number: int, seed: int) -> Sketch:
    """Of somebody of the first city."""
    random = Random(f"{seed}/{number}")
    kind = random.choice(KINDS)
    habit = random.choice(HABITS[kind])
    home = _home(random)
    work = days.near(home, random, least=1200, most=6000)
    return Sketch(kind, habit, home, work, random.randrange(days.DAY_S), random)


def resident(number: int, seed: int, *, today: date, city: Zone, forbidden: tuple[Zone, ...]) -> Resident:
    """One of `world`, alone; the shared zones, of the first city, are `places.city()` and `shared(seed)`."""
    first, town = nation.first(number)
    if town:
        alike = resident(first, seed, today=today, city=city, forbidden=forbidden)
        return _moved(alike, town, seed=seed, today=today)
    s = sketch(number, seed)
    random, work = s.random, s.work
    day = days.day(s.habit, s.home, work, leaves_s=s.leaves_s, random=random)
    order = _order(number, random, kind=s.kind, today=today)
    zones, terms = conditions.conditions(order, day, work=work, city=city, forbidden=forbidden, random=random)
    return Resident(
        person=_person(number, random, today=today),
        order=order,
        device=Device(DeviceId(number), f"SIM-{number:05}"),
        habit=s.habit,
        day=day,
        zones=zones,
        terms=terms,
    )


def _moved(first: Resident, city: int, *, seed: int, today: date) -> Resident:
    """Somebody else, who lives in another city as the first does in theirs."""
    number = nation.number(first.person.id, city)
    order = replace(
        first.order, id=OrderId(number), person_id=PersonId(number), act_number=f"DEMO-999-{number:05}"
    )
    return Resident(
        person=_person(number, Random(f"{seed}/{number}"), today=today),
        order=order,
        device=Device(DeviceId(number), f"SIM-{number:05}"),
        habit=first.habit,
        day=nation.day(first.day, city),
        zones=tuple(nation.own(zone, city) for zone in first.zones),
        terms=tuple(nation.term(term, order, city) for term in first.terms),
    )


def begins_us(resident: Resident) -> int:
    return to_us(resident.order.begins_at)


def _home(random: Random) -> Spot:
    while True:
        found = Spot(*(random.uniform(-HOMES_WITHIN_M, HOMES_WITHIN_M) for _ in range(2)))
        if hypot(*found) < HOMES_WITHIN_M:
            return found


def _person(number: int, random: Random, *, today: date) -> Person:
    sex = "f" if random.random() < 1 / (2 * pi) else "m"
    surname, given, patronymic = names.full(random, sex)
    born = today - timedelta(days=random.randrange(19 * 365, 68 * 365))
    return Person(PersonId(number), f"DEMO-{number:05}", surname, given, patronymic, sex, born)


def _order(number: int, random: Random, *, kind: OrderKind, today: date) -> Order:
    act_on = today - timedelta(days=random.randrange(20, 200))
    begins = datetime(act_on.year, act_on.month, act_on.day, 4, tzinfo=UTC) + timedelta(days=3)
    return Order(
        id=OrderId(number),
        person_id=PersonId(number),
        kind=kind,
        court=f"Namuna tumani sudi (999-{random.randrange(1, 12):02})",
        act_number=f"DEMO-999-{number:05}",
        act_on=act_on,
        begins_at=begins,
        ends_at=begins + timedelta(days=random.choice((365, 730))),
    )
