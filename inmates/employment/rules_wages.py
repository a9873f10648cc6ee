"""From a month's facts to a payslip: wage, tax, what enforcement documents may take, what must stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import ceil, floor

from core.statutes import RuleSet
from inmates.employment.model import HandKind, Tariff, WritBasis, WritKind
from inmates.employment.wages import Debt, Facts, Held, Line, Payslip, Totals, Work

NEEDED = (
    "tax.income",
    "tax.social",
    "deduction.one",
    "deduction.several",
    "guarantee.custody",
    "guarantee.bhm",
    "priority.by_hand",
    "shift.longest_min",
    *(f"priority.{kind}" for kind in WritKind),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody may be paid of this wage, if there is room; whole so'm."""

    priority: int
    amount: int


def is_enough(rules: RuleSet) -> bool:
    """Whether every rule that any wage may need is known."""
    known = rules.rules.keys()
    return known >= set(NEEDED) and ("bhm" in known or not _has_floor(rules))


def payslip(facts: Facts, rules: RuleSet) -> Payslip:
    earned = [_earned(work) for work in facts.work]
    gross = sum(line.amount for line in earned)
    tax = _share("income_tax", gross, rules, rule="tax.income")
    after = gross - tax.amount
    claims = _asked(facts, after, rules=rules)
    bounds = _bounds(gross, after, claims=_count(claims), facts=facts, rules=rules)
    paid = split(claims, room=bounds[-1].amount)
    taken = _taken(facts, claims, paid=paid, rules=rules)
    kept = after - sum(paid)
    social = _share("social_tax", gross, rules, rule="tax.social")
    sums = (_sum("gross", gross), tax, _sum("after_tax", after))
    lines = (*earned, *sums, *bounds, *taken, _sum("kept", kept), social)
    return Payslip(gross, tax.amount, sum(paid), kept, social.amount, lines)


def room_left(facts: Facts, rules: RuleSet) -> int:
    """What could be held back besides everything that is asked already."""
    more = replace(facts, held=(*facts.held, Held(0, HandKind.OTHER, 1)))
    bound = next(line.amount for line in payslip(more, rules).lines if line.key == "room")
    return max(0, bound - payslip(facts, rules).deducted)


def halves_up(exact: Fraction) -> int:
    """To whole so'm, halves upwards."""
    return floor(exact + Fraction(1, 2))


def split(claims: Sequence[Asked], room: int) -> list[int]:
    """Who is paid what: higher priorities in full first, within one in proportion to the claims, with the
    largest remainders rounded up so that nothing is lost. Ties go to whoever was registered first."""
    paid = [0] * len(claims)
    order = sorted(range(len(claims)), key=lambda i: claims[i].priority)
    for _, group in groupby(order, key=lambda i: claims[i].priority):
        members = list(group)
        shares = proportional([claims[i].amount for i in members], room=room)
        for i, share in zip(members, shares, strict=True):
            paid[i] = share
        room -= sum(shares)
    return paid


def proportional(amounts: Sequence[int], room: int) -> list[int]:
    """The whole of each where there is room; never more than was asked for."""
    asked = sum(amounts)
    if asked <= room:
        return list(amounts)
    quotas = [Fraction(amount * room, asked) for amount in amounts]
    shares = [floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(amounts)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: room - sum(shares)]:
        shares[i] += 1
    return shares


def totals(slips: Iterable[Payslip]) -> Totals:
    every = list(slips)
    return Totals(
        people=len(every),
        gross=sum(slip.gross for slip in every),
        tax=sum(slip.tax for slip in every),
        deducted=sum(slip.deducted for slip in every),
        kept=sum(slip.kept for slip in every),
        social_tax=sum(slip.social_tax for slip in every),
    )


def _earned(work: Work) -> Line:
    if work.tariff is Tariff.PIECE:
        amount, basis = work.pieces * work.rate, work.pieces
    else:
        amount, basis = halves_up(Fraction(work.minutes * work.rate, 60)), work.minutes
    return Line(work.tariff.value, basis, str(work.rate), "", "", amount, about=work.placement_id)


def _share(key: str, basis: int, rules: RuleSet, *, rule: str) -> Line:
    law = rules.rule(rule)
    return Line(key, basis, law.value, law.article, law.source, halves_up(basis * Fraction(law.value)))


def _sum(key: str, amount: int) -> Line:
    return Line(key, amount, "", "", "", amount)


def _count(claims: Sequence[Asked]) -> int:
    return sum(1 for claim in claims if claim.amount > 0)


def _asked(facts: Facts, after: int, *, rules: RuleSet) -> list[Asked]:
    """Claims in the order of debts, then of what is held by hand. Shares are rounded as one running sum in
    the order of priority, so that a wage of one so'm more never leaves less."""
    priorities = [rules.whole(f"priority.{debt.kind}") for debt in facts.debts]
    amounts, exact = [0] * len(facts.debts), Fraction(0)
    for i in sorted(range(len(facts.debts)), key=lambda i: priorities[i]):
        before, exact = floor(exact), exact + _exact(facts.debts[i], after)
        amounts[i] = floor(exact) - before
    last = rules.whole("priority.by_hand")
    debts = [Asked(*pair) for pair in zip(priorities, amounts, strict=True)]
    return debts + [Asked(last, held.amount) for held in facts.held]


def _exact(debt: Debt, after: int) -> Fraction:
    """What this document asks of this month's wage; never more than is still owed."""
    if debt.basis is WritBasis.SHARE:
        asked = after * Fraction(debt.share)
    elif debt.basis is WritBasis.MONTHLY:
        asked = Fraction(max(0, (debt.monthly or 0) - debt.paid_in_month))
    else:
        asked = Fraction(max(0, (debt.total or 0) - debt.paid))
    left = asked if debt.total is None else Fraction(max(0, debt.total - debt.paid))
    return min(asked, left)


def _bounds(gross: int, after: int, *, claims: int, facts: Facts, rules: RuleSet) -> list[Line]:
    """The limits of the law, and last the one that decides: the smallest."""
    if claims == 0:
        return [_sum("room", 0)]
    bounds = [_limit(after, claims=claims, rules=rules)]
    if facts.in_custody:
        bounds += _guarantees(gross, after, rules=rules)
    room = max(0, min(bound.amount for bound in bounds))
    return [*bounds, _sum("room", room)]


def _limit(after: int, *, claims: int, rules: RuleSet) -> Line:
    """At most a share may be taken for one document; a share has to stay with several."""
    if claims == 1:
        law, key = rules.rule("deduction.one"), "limit_one"
        amount = floor(after * Fraction(law.value))
    else:
        law, key = rules.rule("deduction.several"), "limit_several"
        amount = after - ceil(after * Fraction(law.value))
    return Line(key, after, law.value, law.article, law.source, amount)


def _guarantees(gross: int, after: int, *, rules: RuleSet) -> list[Line]:
    """What has to come to the personal account, said as what may be taken besides it."""
    law = rules.rule("guarantee.custody")
    stays = ceil(gross * Fraction(law.value))
    share = Line("guarantee", gross, law.value, law.article, law.source, after - stays)
    if not _has_floor(rules):
        return [share]
    law = rules.rule("guarantee.bhm")
    base = rules.whole("bhm")
    floor_ = Line(
        "guarantee_bhm", base, law.value, law.article, law.source, after - ceil(base * Fraction(law.value))
    )
    return [share, floor_]


def _has_floor(rules: RuleSet) -> bool:
    return rules.fraction("guarantee.bhm") > 0


def _taken(facts: Facts, claims: Sequence[Asked], *, paid: Sequence[int], rules: RuleSet) -> list[Line]:
    """One line a claim: its basis is what was asked, its amount what there was room for."""
    lines = []
    for debt, claim, amount in zip(facts.debts, claims, paid, strict=False):
        law = rules.rule(f"priority.{debt.kind}")
        said = Line("writ", claim.amount, debt.share, law.article, law.source, amount)
        lines.append(replace(said, about=debt.writ_id, kind=debt.kind.value, number=debt.number))
    law = rules.rule("priority.by_hand")
    for held, amount in zip(facts.held, paid[len(facts.debts) :], strict=True):
        said = Line("by_hand", held.amount, "", law.article, law.source, amount)
        lines.append(replace(said, about=held.deduction_id, kind=held.kind.value))
    return lines
