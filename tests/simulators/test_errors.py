"""The error model: what an honest receiver claims is true, and neighbouring errors are alike."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulators.days import Sky
from simulators.errors import ORDINARY, PERFECT, Errors, Receiver

CALM = replace(ORDINARY, leaps_per_hour=0.0, understating=0.0, losses_per_hour=0.0)


def walk(receiver: Receiver, *, sky: Sky, steps: int = 400, dt_s: float = 30.0) -> NDArray[np.float64]:
    """(steps, devices, [error, accuracy, east])"""
    errors = Errors(300, 5, receiver=receiver)
    under = np.full(300, sky, dtype=np.uint8)
    seen = [errors.step(under, dt_s) for _ in range(steps)]
    return np.array([(np.hypot(s.east, s.north), s.accuracy_m, s.east) for s in seen]).transpose(0, 2, 1)


def test_two_thirds_lie_within_an_honest_accuracy() -> None:
    for sky in Sky:
        error, accuracy, _ = np.moveaxis(walk(CALM, sky=sky), 2, 0)
        assert 0.66 < (error <= accuracy).mean() < 0.70


def test_an_optimist_claims_more_than_it_holds() -> None:
    error, accuracy, _ = np.moveaxis(walk(replace(CALM, understating=1.0), sky=Sky.STREET), 2, 0)
    assert (error <= accuracy).mean() < 0.45


def test_errors_remember() -> None:
    east = walk(CALM, sky=Sky.OPEN, dt_s=1.0)[:, :, 2]
    near = np.corrcoef(east[:-1].ravel(), east[1:].ravel())[0, 1]
    far = np.corrcoef(east[:-390].ravel(), east[390:].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.25


def test_leaps_are_rare_far_and_short() -> None:
    leaping = replace(PERFECT, leaps_per_hour=6.0)
    error = walk(leaping, sky=Sky.OPEN)[:, :, 0]
    share = (error > 250).mean()
    assert 0.5 < share / (6 / 3600 * 30 * 2) < 1.5
    runs = np.diff(np.flatnonzero(error[:, 0] <= 250))
    assert runs.max() <= 7


def test_only_rooms_hide_the_sky() -> None:
    errors = Errors(200, 3, receiver=replace(ORDINARY, losses_per_hour=60.0))
    outside, inside = (np.full(200, sky, dtype=np.uint8) for sky in (Sky.OPEN, Sky.INDOORS))
    assert all(errors.step(outside, 10).located.all() for _ in range(20))
    assert not all(errors.step(inside, 10).located.all() for _ in range(20))


def test_the_same_seed_errs_the_same() -> None:
    a, b = (Errors(20, 9).step(np.zeros(20, np.uint8), 1.0) for _ in range(2))
    assert np.array_equal(a.east, b.east)
