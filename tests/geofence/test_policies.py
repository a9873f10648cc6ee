"""Policies are data: complete, reasoned, and the right one for each moment."""

import re
from dataclasses import fields, replace
from math import exp, inf

import pytest

from geofence import policies
from geofence.policies import ErrorModel, Policies, Policy
from geofence.rules import walk
from scene import PERSON, POLICY, a_fix, a_term, at, words

TEXT = "valid_from = 2026-01-01T00:00:00+05:00\n" + "".join(
    f'[{f.name}]\nvalue = {"1" if f.name != "error_model" else repr("normal")}\nunit = "m"\nwhy = "x"\n'
    for f in fields(Policy)
    if f.name not in {"id", "valid_from_us"}
)


def test_every_policy_can_be_read_and_they_follow_each_other() -> None:
    since = [p.valid_from_us for p in policies.known()]
    assert since == sorted(set(since))
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", p.id) for p in policies.known())


def test_what_is_sure_can_be_reached_and_hardly_more() -> None:
    for policy in policies.known():
        assert policy.sure / (1.0 - policy.sure) < exp(policy.most_log_odds)


def test_what_was_added_later_decides_as_before_where_a_file_does_not_name_it() -> None:
    first = policies.known()[0]
    assert first.error_model is ErrorModel.NORMAL
    assert (first.poor_m, first.stale_s) == (inf, inf)
    factors = (first.network_bursts, first.repeated_bursts, first.jump_weight, first.stale_weight)
    assert factors == (1.0,) * 4


def test_the_policy_of_a_moment() -> None:
    assert policies.valid_at(POLICY.valid_from_us) is POLICY
    assert policies.valid_at(0) is policies.known()[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("valid_from = 2026-01-01T00:00:00+05:00", "valid_from = 2026-01-01T00:00:00"),
        ("[sure]", "[surely]"),
        ('[sure]\nvalue = 1\nunit = "m"\nwhy = "x"', '[sure]\nvalue = 1\nunit = "m"\nwhy = " "'),
        ('[sure]\nvalue = 1\nunit = "m"', "[sure]\nvalue = 1"),
        ("[sure]\nvalue = 1", "[sure]\nvalue = 0"),
        ("[sure]\nvalue = 1", "[sure]\nvalue = nan"),
        ("[sure]\nvalue = 1", "[sure]\nvalue = true"),
        ("[evidence_fixes]\nvalue = 1", "[evidence_fixes]\nvalue = 1.5"),
        ("value = 'normal'", "value = 'guess'"),
    ],
)
def test_a_policy_with_a_hole_decides_about_nobody(before: str, after: str) -> None:
    assert policies.read("whole", TEXT).sure == 1.0
    assert before in TEXT
    with pytest.raises(policies.BadPolicy):
        policies.read("holed", TEXT.replace(before, after))


def test_each_step_of_a_fold_is_decided_by_the_policy_of_its_moment() -> None:
    """Credulous until the tenth minute, then in need of more than there is."""
    early = replace(POLICY, id="early", sure=0.9)
    late = replace(POLICY, id="late", valid_from_us=at(10), sure=1 - 1e-9)
    walked = [a_fix(i, 0.0 if i < 5 or i >= 12 else 400.0) for i in range(40)]
    _, changes = walk.walk(walk.fresh(PERSON), walked, (a_term(),), policies=Policies((early, late)))
    assert [(words([c]), c.evidence["policy"]) for c in changes] == [("inclusion_left!", "early")]
    _, changes = walk.walk(walk.fresh(PERSON), walked, (a_term(),), policies=Policies((early,)))
    assert words(changes) == "inclusion_left! inclusion_left."


@pytest.mark.parametrize(("field", "value"), [("evidence_fixes", 9), ("crossing_sigmas", 100.0)])
def test_what_the_engine_cannot_keep_to_is_refused(field: str, value: float) -> None:
    draft = f'[{field}]\nvalue = {value}\nunit = "x"\nwhy = "x"\n'
    with pytest.raises(policies.BadPolicy):
        policies.amended(policies.known()[-1], "draft", draft)
