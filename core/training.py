"""What a training platform refuses, and what its neighbours are refused (ADR-0046)."""

from typing import ClassVar

from core.errors import NotAllowed, Refusal


class WrongSort(Refusal):
    """Settings and database disagree on whether people are made up."""

    code: ClassVar[str] = "training_database"
    status: ClassVar[int] = 503


class MadeUpOnly(NotAllowed):
    """A trigger of the database says so."""

    code: ClassVar[str] = "training_made_up"


class PublishesNothing(NotAllowed):
    code: ClassVar[str] = "training_publishes_nothing"


class Unmarked(NotAllowed):
    """What cannot carry the mark does not leave."""

    code: ClassVar[str] = "training_unmarked"
