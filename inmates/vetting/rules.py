"""Whose word counts of whose access, and when a campaign is due. Pure."""

from datetime import date, datetime, timedelta

from core.errors import Conflict, Invalid
from core.roles import Role
from core.statutes import RuleSet
from inmates.vetting.model import Item, Manager, Saying, Verdict


class WordsMissing(Invalid):
    """Whoever ends somebody's access says why."""

    code = "vetting_words_missing"


class Said(Conflict):
    """Somebody has said something of it since: whoever corrects names what they replace."""

    code = "vetting_said"


class Ended(Conflict):
    """What was ended is given anew, not un-ended."""

    code = "vetting_ended"


class Running(Conflict):
    """One campaign at a time: the last one is not answered yet."""

    code = "vetting_running"


def may_say(manager: Manager, item: Item) -> bool:
    """Never of oneself. Of administrators oversight; of people of an institution its head, who is no head
    there, and an administrator for the head and for those who have none."""
    if item.user == manager.user:
        return False
    if item.role == Role.ADMINISTRATOR:
        return manager.role == Role.OVERSIGHT
    if manager.role == Role.ADMINISTRATOR:
        return True
    is_theirs = manager.role == Role.UNIT_HEAD and item.institution_id in manager.houses
    return is_theirs and item.role != Role.UNIT_HEAD


def check(before: Saying | None, *, verdict: Verdict, words: str, replaces: int | None) -> None:
    if verdict is Verdict.ENDED and not words:
        raise WordsMissing
    if (before.id if before else None) != replaces:
        raise Said
    if before is not None and before.verdict is Verdict.ENDED:
        raise Ended


def is_due(last: datetime | None, *, now: datetime, law: RuleSet) -> bool:
    return last is None or last + timedelta(days=law.whole("review.every_days")) <= now


def due_on(today: date, *, law: RuleSet) -> date:
    return today + timedelta(days=law.whole("review.answer_days"))
