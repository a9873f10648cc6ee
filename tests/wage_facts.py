"""Facts of a month for tests of wages: a test states only what matters to it."""

from datetime import date
from typing import Any

from core import statutes
from inmates.employment.model import HandKind, Tariff, WritBasis, WritKind
from inmates.employment.wages import Debt, Facts, Held, Work

MONTH = date(2026, 10, 1)
LAW = statutes.load("wages").on(date(2026, 10, 31))


def hours(minutes: int, rate: int = 60) -> Work:
    return Work(1, Tariff.HOURLY, rate, minutes, 0, min(minutes, 480))


def wage(gross: int) -> Work:
    """Exactly so much, by pieces of one so'm."""
    return Work(1, Tariff.PIECE, 1, 60, gross, 60)


def debt(number: int, kind: WritKind = WritKind.OTHER, **values: Any) -> Debt:
    given = {"basis": WritBasis.SUM, "total": None, "monthly": None, "share": "", "paid": 0}
    return Debt(number, f"{number}-ij", kind, **(given | {"paid_in_month": 0} | values))


def owing(number: int, total: int, kind: WritKind = WritKind.OTHER, *, paid: int = 0) -> Debt:
    return debt(number, kind, total=total, paid=paid)


def alimony(number: int, share: str) -> Debt:
    return debt(number, WritKind.ALIMONY, basis=WritBasis.SHARE, share=share)


def monthly(number: int, amount: int, **values: Any) -> Debt:
    return debt(number, WritKind.ALIMONY, basis=WritBasis.MONTHLY, monthly=amount, **values)


def facts(work: Work, *debts: Debt, held: tuple[int, ...] = (), in_custody: bool = True) -> Facts:
    by_hand = tuple(Held(i, HandKind.UPKEEP, amount) for i, amount in enumerate(held, 1))
    return Facts(1, MONTH, in_custody, (work,), debts, by_hand)
