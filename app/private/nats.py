"""A private NATS cluster on the loopback: MQTT for the same devices, behind it a replicated stream.

What a device publishes as `em/v1/X/up` reaches the workers as `p/<shard>/em/v1/X/up`: the server itself
counts the shard out of the serial (`tracking.sharding`), and every node keeps a copy in files (ADR-0022)."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from app.private import broker, place, process
from app.private.broker import HOST, PLATFORM, free_port
from app.private.process import ServiceError

START_S: Final = 60
KNOCK_S: Final = 6.0
"""The first client of a cluster waits until the streams of MQTT are made on all nodes."""
STREAMS: Final = frozenset({"$MQTT_msgs", "$MQTT_sess", "$MQTT_rmsgs"})
"""What the server keeps for MQTT: messages for persistent sessions, the sessions, what is retained."""
UNSPEAKABLE: Final = frozenset(". */>")
"""What NATS takes for its own grammar: it disconnects whoever publishes to such a topic."""
WAYS: Final = ("p.*.em.v1.*.up", "p.*.em.v1.*.past")
"""By which reports of any device come."""
# max_ack_pending counts for each subscription, and those of one session may not sum up to more than 65,535.
# ack_wait: what the worker has not committed by then is sent again; with 60 s the last ones come late.
SETTINGS: Final = """\
server_name: {name}
listen: "{host}:{port}"
http: "{host}:{watch}"
max_payload: 262144
jetstream {{
  store_dir: "{home}"
  max_memory_store: 256MB
  max_file_store: 4GB
}}
mqtt {{
  listen: "{host}:{mqtt}"
  ack_wait: "10s"
  max_ack_pending: 10000
  stream_replicas: {replicas}
  consumer_replicas: {replicas}
}}
accounts {{
  ejazo {{
    jetstream: enabled
    mappings: {{
      "em.v1.*.up": "p.{{{{partition({shards},1)}}}}.em.v1.{{{{wildcard(1)}}}}.up"
      "em.v1.*.past": "p.{{{{partition({shards},1)}}}}.em.v1.{{{{wildcard(1)}}}}.past"
      "owntracks.*.*": "p.{{{{partition({shards},1,2)}}}}.owntracks.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}"
      # Who names a shard himself is put into the right one.
      "p.*.em.v1.*.up": "p.{{{{partition({shards},2)}}}}.em.v1.{{{{wildcard(2)}}}}.up"
      "p.*.em.v1.*.past": "p.{{{{partition({shards},2)}}}}.em.v1.{{{{wildcard(2)}}}}.past"
      "p.*.owntracks.*.*":
        "p.{{{{partition({shards},2,3)}}}}.owntracks.{{{{wildcard(2)}}}}.{{{{wildcard(3)}}}}"
    }}
    include users.conf
  }}
}}
"""
CLUSTER: Final = """\
cluster {{
  name: ejazo
  listen: "{host}:{route}"
  authorization {{ user: node, password: "{word}" }}
  routes: [{routes}]
}}
"""


def program() -> Path | None:
    found = shutil.which("nats-server", path=os.pathsep.join(map(str, place.programs())))
    return Path(found) if found else None


def user(name: str, word: str) -> str:
    """One line of the list of users. The rights are those of `broker.ACCESS`, after the server's mapping."""
    own = [f"p.*.em.v1.{name}.up", f"p.*.em.v1.{name}.past"]
    may_say, may_hear = [*own, f"p.*.owntracks.{name}.*"], [f"em.v1.{name}.down"]
    if name == "gateway":
        may_say, may_hear = [*WAYS, "p.*.owntracks.>"], ["em.v1.*.down"]
    elif name == "ingest":
        may_say, may_hear = ["em.v1.*.down"], [*WAYS, "p.*.owntracks.*.*"]
    may_hear.append("$MQTT.sub.>")  # by which the server hands over what comes with QoS 1
    rights = {"publish": may_say, "subscribe": may_hear}
    return json.dumps({"user": name, "password": word, "permissions": rights})


class Stream(NamedTuple):
    """A node's copy of a stream: the number of its last message, and whether this node leads it."""

    last: int
    is_led: bool


class Node:
    """One server: its folder, its ports, its process."""

    def __init__(self, home: Path, found: Path) -> None:
        self.home, self.program, self.owner = home, found, process.owner()
        self.log = home / "nats.log"
        self.port, self.mqtt, self.route, self.watch = (free_port() for _ in range(4))
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """As its settings say; `Nats` has written them."""
        with self.log.open("ab") as log:
            self.child = process.launch(
                [self.program, "-c", self.home / "nats.conf"],
                log,
                who=self.owner,
                env=place.environment(self.program),
                at_parents_end=signal.SIGTERM,
            )

    def kill(self) -> None:
        """As the kernel would: no goodbye."""
        process.end(self.child, signal.SIGKILL)

    def stop(self) -> None:
        process.end(self.child, signal.SIGTERM)

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def streams(self) -> dict[str, Stream]:
        """What it holds by its own word; nothing while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.watch}/jsz?streams=1", timeout=2) as said:
                accounts = json.load(said).get("account_details") or []
        except OSError:
            return {}
        told = [stream for account in accounts for stream in account.get("stream_detail") or []]
        return {one["name"]: Stream(one["state"]["last_seq"], self._leads(one)) for one in told}

    def _leads(self, stream: Mapping[str, Any]) -> bool:
        return bool(stream["cluster"].get("leader") == self.home.name)


class Nats:
    """One node, or several that keep a copy each. Passwords follow from one secret in `home`."""

    def __init__(self, home: Path, *, nodes: int = 3, shards: int = 4) -> None:
        found = program()
        if found is None:
            raise ServiceError("nats-server is not installed: ./ejazo test installs it")
        self.home, self.shards, self.owner = home, shards, process.owner()
        self.nodes = [Node(home / f"node-{n}", found) for n in range(nodes)]
        self._secret = b""
        self._users = list(PLATFORM)

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(node.mqtt for node in self.nodes)

    def url(self, name: str) -> str:
        """The address of all nodes with the credentials of `ingest`, `gateway` or a device."""
        self.enrol(name)
        nodes = ",".join(f"{HOST}:{port}" for port in self.ports)
        return f"mqtt://{name}:{self.password(name)}@{nodes}"

    def password(self, name: str) -> str:
        return broker.password(self._secret, name)

    def enrol(self, *users: str) -> None:
        """Give devices their passwords; returns when every node knows them."""
        if unfit := [name for name in users if UNSPEAKABLE & set(name)]:
            raise ServiceError(f"NATS cannot carry such a serial: {unfit[0]}")
        fresh = [name for name in users if name not in self._users]
        if not fresh:
            return
        self._users += fresh
        for node in self.nodes:
            self._write(node)
            if node.child is not None and node.is_running():
                node.child.send_signal(signal.SIGHUP)
        self._wait(fresh[-1])

    def start(self) -> Self:
        process.folder(self.home, self.owner)
        self._secret = self._keep_secret()
        for node in self.nodes:
            process.folder(node.home, self.owner)
            self._write(node)
            node.start()
        try:
            self._wait(PLATFORM[0])
        except ServiceError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def is_whole(self) -> bool:
        """Each stream has a leader, and every node all that the leader held a moment ago. The nodes'
        own health check can wait for ever for a consumer that went with a killed node (2.9.10)."""
        seen = [one for node in self.nodes for one in node.streams().items()]
        led = {name: stream.last for name, stream in seen if stream.is_led}
        if not set(led) >= STREAMS:
            return False
        held = [node.streams() for node in self.nodes]
        return all(name in one and one[name].last >= last for one in held for name, last in led.items())

    def await_whole(self) -> None:
        """Before that, the loss of another node stops the cluster."""
        self._until(self.is_whole)

    def _wait(self, name: str) -> None:
        word = self.password(name)
        for port in self.ports:
            self._until(partial(broker.admits, port, name, word, patience_s=KNOCK_S))
        self.await_whole()

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_S
        while not is_so():
            silent = next((node for node in self.nodes if not node.is_running()), self.nodes[0])
            if not silent.is_running() or time.monotonic() > deadline:
                raise ServiceError(f"the nodes do not answer; {silent.log} ends:\n{process.tail(silent.log)}")
            time.sleep(0.05)

    def _write(self, node: Node) -> None:
        lines = "".join(f"  {user(name, self.password(name))}\n" for name in self._users)
        process.keep(node.home / "users.conf", f"users: [\n{lines}]\n", self.owner)
        process.keep(node.home / "nats.conf", self.settings(node), self.owner)

    def settings(self, node: Node) -> str:
        """What stands in the node's nats.conf."""
        alone, word = len(self.nodes) == 1, self.password("node")
        others = [f'"nats-route://node:{word}@{HOST}:{n.route}"' for n in self.nodes if n is not node]
        own = SETTINGS.format(
            name=node.home.name,
            host=HOST,
            port=node.port,  # nobody speaks the protocol of NATS with us
            home=node.home,
            watch=node.watch,
            mqtt=node.mqtt,
            replicas=len(self.nodes),
            shards=self.shards,
        )
        shared = CLUSTER.format(host=HOST, route=node.route, word=word, routes=", ".join(others))
        return own if alone else own + shared

    def _keep_secret(self) -> bytes:
        path = self.home / "secret"
        if not path.exists():
            process.keep(path, secrets.token_hex(32), self.owner)
        return bytes.fromhex(path.read_text("ascii"))
