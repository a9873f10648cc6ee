"""Ends connections that were opened with a certificate before it was revoked.

At the door for certificates the client's name is the certificate's, so that whoever signs in under that name
takes the connection over: the broker closes the older one (MQTT 3.1.1, 3.1.4), and asks the list before it
lets the device in again."""

import socket
import ssl
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Final

from tracking.links import Session, packets

PATIENCE_S: Final = 5.0
ACCEPTED: Final = b"\x20\x02"


def end(url: str, serials: Iterable[str]) -> int:
    """After the broker has read the list anew; how many names were taken. OSError: it does not answer."""
    return sum(_take_over(Session.of(url, client_id=serial, topics=())) for serial in serials)


def _take_over(session: Session) -> bool:
    address = session.brokers[0]
    with ExitStack() as open_:
        line: socket.socket = open_.enter_context(socket.create_connection(address, timeout=PATIENCE_S))
        if session.is_tls:
            secure = ssl.create_default_context()
            line = open_.enter_context(secure.wrap_socket(line, server_hostname=address.host))
        hello = packets.connect(session.client_id, session.user, session.password, keepalive_s=5, keeps=False)
        line.sendall(hello)
        answer = line.recv(4)
        line.sendall(packets.DISCONNECT)
    return answer[:2] == ACCEPTED and answer[3] == 0
