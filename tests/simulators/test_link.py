"""A bad link doubles, delays and babbles; it never swallows."""

from simulators.link import GOOD, MOST_DELAY_US, Link, Manners, Parcel

PARCELS = [Parcel(i, f"em/v1/SIM-{i:05}/up", str(i).encode()) for i in range(400)]


def through(manners: Manners) -> list[Parcel]:
    link = Link(manners, 3)
    out: list[Parcel] = []
    for now_us, parcel in enumerate(PARCELS):
        out += link.send(parcel, now_us=now_us * 10_000)
        out += link.due(now_us * 10_000)
    return out + link.due(len(PARCELS) * 10_000 + MOST_DELAY_US)


def test_a_good_link_changes_nothing() -> None:
    assert through(GOOD) == PARCELS


def test_repeats_come_again() -> None:
    got = through(Manners(repeats=0.5))
    assert set(got) == set(PARCELS)
    assert 500 < len(got) < 700


def test_shuffles_are_overtaken_and_still_arrive() -> None:
    got = through(Manners(shuffles=0.5))
    assert got != PARCELS
    assert sorted(got) == PARCELS


def test_garbage_comes_besides() -> None:
    got = through(Manners(garbage=0.5))
    assert set(PARCELS) <= set(got)
    assert len(got) > 500
