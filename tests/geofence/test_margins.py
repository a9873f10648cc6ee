"""Margins are data: complete, reasoned, and the right ones for each moment."""

import pytest

from geofence import relations

TEXT = 'valid_from = 2026-01-01T00:00:00+05:00\n[pace_mps]\nvalue = 2\nunit = "m/s"\nwhy = "x"\n'


def test_all_margins_can_be_read_and_they_follow_each_other() -> None:
    since = [m.valid_from_us for m in relations.known()]
    assert since == sorted(set(since))
    assert relations.valid_at(0) is relations.known()[0]
    assert relations.valid_at(since[-1]) is relations.known()[-1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("+05:00", ""),
        ("[pace_mps]", "[pace]"),
        ('why = "x"', 'why = " "'),
        ('unit = "m/s"\n', ""),
        ("value = 2", "value = 0"),
        ("value = 2", "value = inf"),
        ("value = 2", "value = nan"),
        ("value = 2", "value = true"),
    ],
)
def test_margins_with_a_hole_decide_about_nobody(before: str, after: str) -> None:
    assert relations.read("whole", TEXT).pace_mps == 2.0
    assert before in TEXT
    with pytest.raises(relations.BadMargin):
        relations.read("holed", TEXT.replace(before, after))
