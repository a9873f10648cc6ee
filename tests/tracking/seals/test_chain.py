"""The chain of sealed messages: a bad link raises nothing, a hostile broker is seen, no fix is lost."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import DeviceId
from tracking import wire
from tracking.directory import Device, Directory
from tracking.model import PAST, UP, Message, Reason
from tracking.seals import opening, rules
from tracking.seals.chains import Chains
from tracking.seals.model import Break, Broken, Secret, Way, device_of, line_of
from tracking.seals.opening import Lock, Opened
from tracking.seals.wire import Sealer, begun

KEYS = {1: b"1" * 32, 2: b"2" * 32}
MINE, OTHER, PHONE = UP.format("EM-1"), UP.format("EM-2"), UP.format("EM-3")
MINE_PAST = PAST.format("EM-1")
SECOND_US = 1_000_000
BEGINS_US = 1_794_000_000 * SECOND_US
FOREVER = 2**62
SECRETS = {n: Secret(n, begun(key), FOREVER) for n, key in KEYS.items()}
RING = {
    MINE: Lock(line_of(DeviceId(1), Way.UP), SECRETS, is_required=True),
    MINE_PAST: Lock(line_of(DeviceId(1), Way.PAST), SECRETS, is_required=True),
    OTHER: Lock(line_of(DeviceId(2), Way.UP), {1: Secret(1, begun(b"o" * 32), FOREVER)}, is_required=False),
}
DIRECTORY = Directory.of([Device(DeviceId(n), f"EM-{n}", "ejazo") for n in (1, 2, 3)], [])
WINDOW = rules.POLICY.window


def report(number: int) -> bytes:
    return b'{"v":1,"sequence":%d,"taken_us":%d,"lon":69.2,"lat":41.3}' % (number, BEGINS_US + number)


@dataclass
class Platform:
    """What the worker keeps; forgotten and read again from what is saved, as after a crash."""

    chains: Chains = field(default_factory=Chains)
    saved: dict = field(default_factory=dict)
    links: list = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    at_us: int = BEGINS_US

    def hear(self, *payloads: bytes, topic: str = MINE) -> Opened:
        return self.take([(topic, payload) for payload in payloads])

    def take(self, said: list[tuple[str, bytes]]) -> Opened:
        self.at_us += SECOND_US
        messages = [Message(topic, payload, self.at_us) for topic, payload in said]
        opened = opening.opened(messages, RING, self.chains)
        news = opened.news
        self.links.append(news.links)
        for line, key in news.others:
            current = int(self.chains.tops(np.array([line]))[0][0])
            if 0 < current < key:
                self.saved[line, current] = self.chains[line, current]
        self.saved |= news.others
        self.chains.take(news.links, news.others)
        self.broken += opened.broken
        self.bodies += [message.payload for message in opened.messages]
        self.reasons += [one.reason for one in opened.rejected]
        return opened

    def crash(self) -> None:
        self.chains = Chains()
        for (line, key), chain in sorted(self.saved.items()):
            self.chains.put(line, key, chain)
        self.chains.read(np.concatenate(self.links))

    def wait(self) -> None:
        """Until nothing is late any more."""
        for name in list(self.chains.rest):
            chain, holes = rules.overdue(self.chains[name], until_us=self.at_us)
            self.broken += [Broken(*name, Break.MISSING, self.at_us, a, b, count=b - a + 1) for a, b in holes]
            self.saved[name] = chain
            self.chains.put(*name, chain)

    @property
    def kinds(self) -> set[Break]:
        return {one.kind for one in self.broken}


def sealed(count: int, key: int = 1, way: Way = Way.UP) -> list[bytes]:
    sealer = Sealer(key, KEYS[key], way=way)
    return [sealer.seal(report(n)) for n in range(1, count + 1)]


@settings(max_examples=30)
@given(st.data())
def test_a_bad_link_breaks_nothing_and_loses_nothing(data: st.DataObject) -> None:
    """Shuffled within the window, doubled, in any batches, with crashes, under one key and then another; what
    is of the past comes however late."""
    present = sealed(data.draw(st.integers(1, 30))) + sealed(data.draw(st.integers(0, 30)), key=2)
    sent = [(MINE, one) for one in present]
    past = [(MINE_PAST, one) for one in sealed(data.draw(st.integers(0, 20)), way=Way.PAST)]
    delays = data.draw(st.lists(st.integers(0, WINDOW - 2), min_size=len(sent), max_size=len(sent)))
    came = [one for _, one in sorted(zip([n + d for n, d in enumerate(delays)], sent, strict=True))]
    for at in sorted(data.draw(st.lists(st.integers(0, len(came) - 1), max_size=5)), reverse=True):
        came.insert(at + 1, came[at])
    at = data.draw(st.integers(0, len(came)))
    came[at:at] = past
    sent += past
    platform = Platform()
    while came:
        size = data.draw(st.integers(1, 9))
        platform.take(came[:size])
        came = came[size:]
        if data.draw(st.booleans()):
            platform.crash()
    platform.wait()
    assert platform.broken == []
    assert set(platform.bodies) == {one[16:-16] for _, one in sent}
    assert not platform.reasons


@settings(max_examples=30)
@given(st.data())
def test_what_is_cut_is_missing_and_nothing_else_is(data: st.DataObject) -> None:
    sent = sealed(40)
    cut = data.draw(st.sets(st.integers(1, 39), min_size=1, max_size=12))
    left = [one for n, one in enumerate(sent, 1) if n not in cut]
    platform = Platform()
    for at in range(0, len(left), 4):
        platform.hear(*data.draw(st.permutations(left[at : at + 4])))
        platform.crash()
    platform.wait()
    assert platform.kinds == {Break.MISSING}
    assert {n for one in platform.broken for n in range(one.first or 0, (one.last or 0) + 1)} == cut
    assert len(platform.bodies) == len(left)
    before = len(platform.broken)
    platform.hear(sent[min(cut) - 1])
    assert [one.kind for one in platform.broken[before:]] == [Break.REORDERED]
    assert len(platform.bodies) == len(left) + 1


@settings(max_examples=30)
@given(st.data())
def test_one_bit_is_enough(data: st.DataObject) -> None:
    one = sealed(3)[data.draw(st.integers(0, 2))]
    bit = data.draw(st.integers(8 * 3, 8 * len(one) - 1))
    wrong = bytearray(one)
    wrong[bit // 8] ^= 1 << bit % 8
    platform = Platform()
    opened = platform.hear(bytes(wrong))
    assert not opened.messages
    assert platform.kinds <= {Break.FORGED, Break.UNKNOWN_KEY}
    assert len(platform.broken) == 1
    assert opened.rejected[0].raw == bytes(wrong)
    assert opened.rejected[0].sequence is None


def test_an_old_message_again_is_a_replay_and_no_sign_of_life() -> None:
    sent, platform = sealed(WINDOW + 2), Platform()
    platform.hear(*sent)
    opened = platform.hear(sent[1])
    assert [(one.kind, one.first) for one in platform.broken] == [(Break.REPLAYED, 2)]
    decoded = opened.applied(wire.decode(opened.messages, DIRECTORY))
    assert decoded.spoke.tolist() == [1]
    assert decoded.spoke_us.tolist() == [0]
    soon = platform.hear(sent[-1])
    assert soon.news.mute
    assert len(platform.broken) == 1
    fresh = Sealer(1, KEYS[1], len(sent), int.from_bytes(sent[-1][-16:-8], "little")).seal(report(900))
    again = platform.hear(sent[0], fresh)
    assert not again.news.mute


def test_many_overtook_it() -> None:
    sent, platform = sealed(WINDOW + 3), Platform()
    platform.hear(*sent[1:])
    platform.hear(sent[0])
    assert [(one.kind, one.first) for one in platform.broken] == [(Break.REORDERED, 1)]
    assert len(platform.bodies) == len(sent)


def test_two_that_have_one_key_are_seen_whoever_is_first() -> None:
    sent, clone = sealed(3), Sealer(1, KEYS[1])
    for _ in range(2):
        clone.seal(b"another life")
    for order in ((*sent, clone.seal(report(9))), (clone.seal(report(10)), *sent)):
        platform = Platform()
        for one in order:
            platform.hear(one)
        assert platform.kinds == {Break.FORKED}
        assert len(platform.bodies) == len(order)


def test_what_is_asked_of_whom() -> None:
    plain, platform = report(1), Platform()
    assert not platform.hear(plain).messages
    assert platform.hear(plain, topic=OTHER).messages
    assert platform.hear(plain, topic=PHONE).messages
    keyless = wire.decode(platform.hear(sealed(1)[0], topic=PHONE).messages, DIRECTORY)
    assert [one.reason for one in keyless.rejected] == [Reason.UNREADABLE]
    assert not platform.hear(sealed(1)[0], topic=OTHER).messages
    assert platform.reasons == [Reason.UNSEALED, Reason.BAD_TAG]
    told = [(device_of(one.line), one.kind) for one in platform.broken]
    assert told == [(1, Break.UNSEALED), (2, Break.FORGED)]


def test_nothing_comes_by_the_other_way() -> None:
    platform = Platform()
    assert not platform.hear(report(1), topic=MINE_PAST).messages
    assert not platform.hear(sealed(1)[0], topic=MINE_PAST).messages
    assert not platform.hear(sealed(1, way=Way.PAST)[0]).messages
    assert platform.reasons == [Reason.UNSEALED, Reason.BAD_TAG, Reason.BAD_TAG]
    assert platform.hear(sealed(1, way=Way.PAST)[0], topic=MINE_PAST).messages
    assert len(platform.broken) == 3


def test_a_key_that_has_ended_opens_nothing() -> None:
    ring = {
        MINE: Lock(line_of(DeviceId(1), Way.UP), {1: Secret(1, begun(KEYS[1]), BEGINS_US)}, is_required=True)
    }
    opened = opening.opened([Message(MINE, sealed(1)[0], BEGINS_US)], ring, Chains())
    assert [one.reason for one in opened.rejected] == [Reason.UNKNOWN_KEY]


def test_who_is_all_holes_loses_the_oldest_on_record() -> None:
    sent, platform = sealed(2 * rules.POLICY.most_spans + 6), Platform()
    for one in sent[1::2]:
        platform.hear(one)
    assert platform.kinds == {Break.MISSING}
    assert len(platform.chains[line_of(DeviceId(1), Way.UP), 1]) == rules.POLICY.most_spans
