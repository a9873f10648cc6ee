"""The text of a proposed document: a sentence of the catalogues with the facts put in."""

from collections.abc import Callable

from inmates.model import Person
from inmates.supervision.model import Held, Measure


def written(measure: Measure, order: Held, *, person: Person, say: Callable[..., str]) -> str:
    return say(
        f"supervision.draft.{measure.measure}",
        person=f"{person.surname} {person.given_name} {person.patronymic}".strip(),
        number=person.number,
        act=order.act_number,
        on=order.act_on,
        court=order.court,
        at=measure.violation.at,
        what=say(f"supervision.violation.{measure.violation.kind}"),
    )
