"""A private MQTT broker on the loopback with passwords and an access list: the topic is the identity."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from app.private import place, process
from app.private.process import ServiceError

HOST = "127.0.0.1"
START_S = 20
NICE = -10
PLATFORM = ("ingest", "gateway")
ACCESS = """\
# The worker reads what devices say and answers them.
user ingest
topic read em/v1/+/up
topic read em/v1/+/past
topic read owntracks/+/+
topic write em/v1/+/down

# A gateway speaks for many devices: simulators, recorded traces, a vendor's server.
user gateway
topic write em/v1/+/up
topic write em/v1/+/past
topic write owntracks/#
topic read em/v1/+/down

# A device speaks for itself alone.
pattern write em/v1/%u/up
pattern write em/v1/%u/past
pattern read em/v1/%u/down
pattern write owntracks/%u/+
"""
# No per_listener_settings: persistent sessions lose messages with it. Not max_queued_messages 0: it
# disconnects every publisher whom the access list denies. max_queued_messages and max_queued_bytes: with the
# defaults a subscriber that acknowledges late loses messages after a second. Not max_inflight_messages 0: a
# worker that falls behind by a million would have them all in its socket, twice the memory. What is beyond
# the queue is dropped, and devices send it again, as they do with what a kill takes: that is why it is saved
# each minute only, for it is written whole each time. No memory_limit: a broker that has reached it cannot
# hand out what would free its memory, and never recovers (ADR-0050); the queues bound it.
SETTINGS = """\
listener {port} {host}
allow_anonymous false
password_file {home}/passwords
acl_file {home}/access
persistence true
persistence_location {home}/
autosave_interval 60
max_inflight_messages 20000
max_queued_messages 300000
max_queued_bytes 134217728
max_packet_size 262144
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""


# Devices of the network: TLS 1.3 only, a certificate of our authority is the identity, and the list of the
# revoked is asked. SIGHUP reads certificates and list anew.
TLS_LISTENER = """\
listener {port} {host}
tls_version tlsv1.3
cafile {folder}/ca.pem
crlfile {folder}/crl.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
require_certificate true
use_identity_as_username true
use_username_as_clientid true
"""


def program() -> Path | None:
    found = shutil.which("mosquitto", path=os.pathsep.join(map(str, place.programs())))
    return Path(found) if found else None


def free_port(wanted: int = 0) -> int:
    """`wanted` if it is free, else one that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceError("this machine has no free port")


def hashed(password: str) -> str:
    """Mosquitto's own form: PBKDF2 of SHA-512, so that no password passes through a command line."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password(secret: bytes, user: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret, user.encode(), "sha256"))[:24].decode()


def admits(port: int, user: str, word: str, *, patience_s: float = 2, host: str = HOST) -> bool:
    """Knock as an MQTT 3.1.1 client and read the answer."""
    fields = (part.encode() for part in (user, word))
    body = b"\0\4MQTT\4\xc2\0\5\0\0" + b"".join(len(p).to_bytes(2, "big") + p for p in fields)
    try:
        with socket.create_connection((host, port), timeout=patience_s) as line:
            line.sendall(b"\x10" + bytes([len(body)]) + body)
            return line.recv(4) == b"\x20\x02\0\0"
    except OSError:
        return False


class Broker:
    """Passwords follow from one secret in `home` and outlive a restart. `start` may be called again."""

    def __init__(self, home: Path, port: int = 0, *, authority: Path | None = None, host: str = HOST) -> None:
        """`authority`: a folder with ca.pem, crl.pem, broker.pem and broker.key opens a second door.
        `host`: the loopback, save in a drill with networks of its own."""
        found = program()
        if found is None:
            raise ServiceError("Mosquitto is not installed: run ./ejazo doctor")
        self.program, self.home, self.port, self.host = found, home, port, host
        self.authority, self.tls_port = authority, 0
        self.log = home / "broker.log"
        self.owner = process.owner()
        self.child: subprocess.Popen[bytes] | None = None
        self._secret = b""

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it is reached: as a cluster answers the same question."""
        return (self.port,)

    def url(self, user: str) -> str:
        """The address with the credentials of `ingest`, `gateway` or a device (known from now on)."""
        self.enrol(user)
        return f"mqtt://{user}:{self.password(user)}@{self.host}:{self.port}"

    def password(self, user: str) -> str:
        return password(self._secret, user)

    def enrol(self, *users: str) -> None:
        """Give devices their passwords; returns when the broker knows them."""
        known = self._known()
        fresh = {user: hashed(self.password(user)) for user in users if user not in known}
        if not fresh:
            return
        self._write("passwords", "".join(f"{user}:{line}\n" for user, line in (known | fresh).items()))
        if self.is_running() and self.child is not None:
            self.child.send_signal(signal.SIGHUP)
            self._wait_for(next(reversed(fresh)))

    def start(self) -> Self:
        process.folder(self.home, self.owner)
        self._secret = self._keep_secret()
        self._write("access", ACCESS)
        self.enrol(*PLATFORM)
        if self.port:  # its clients know it: another one would be no help
            self._listen()
            return self
        for attempts_left in reversed(range(3)):
            self.port = free_port()
            try:
                self._listen()
                break
            except ServiceError:  # somebody took the port meanwhile
                if not attempts_left:
                    raise
        return self

    def _listen(self) -> None:
        said = SETTINGS.format(port=self.port, host=self.host, home=self.home)
        if self.authority is not None:
            self.tls_port = self.tls_port or free_port()
            said += TLS_LISTENER.format(port=self.tls_port, host=self.host, folder=self.authority)
        self._write("settings", said)
        with self.log.open("ab") as log:
            self.child = process.launch(
                [self.program, "-c", self.home / "settings"],
                log,
                who=self.owner,
                env=place.environment(self.program),
                at_parents_end=signal.SIGTERM,
            )
        self._prefer()
        try:
            self._wait_for(PLATFORM[0])
        except ServiceError:
            self.stop()
            raise

    def _prefer(self) -> None:
        """Everybody waits for it: on a busy machine it reads its clients in turn, and the worker's
        acknowledgements would come too late among them. Only root may."""
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, self.child.pid if self.child else 0, NICE)

    def stop(self) -> None:
        process.end(self.child, signal.SIGTERM)

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def admits(self, user: str, password: str) -> bool:
        return admits(self.port, user, password, host=self.host)

    def _wait_for(self, user: str) -> None:
        deadline = time.monotonic() + START_S
        while self.is_running() and time.monotonic() < deadline:
            if self.admits(user, self.password(user)):
                return
            time.sleep(0.01)
        raise ServiceError(f"the broker does not answer; {self.log} ends:\n{process.tail(self.log)}")

    def _known(self) -> dict[str, str]:
        try:
            lines = (self.home / "passwords").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return {user: rest for user, _, rest in (line.partition(":") for line in lines)}

    def _keep_secret(self) -> bytes:
        path = self.home / "secret"
        if not path.exists():
            (self.home / "passwords").unlink(missing_ok=True)
            self._write("secret", secrets.token_hex(32))
        return bytes.fromhex(path.read_text("ascii"))

    def _write(self, name: str, text: str) -> None:
        process.keep(self.home / name, text, self.owner)
