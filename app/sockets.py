"""uvicorn's WebSocket protocol, which also lets a handler put frames on the wire itself (ADR-0020)."""

from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from dashboards.map.lines import WIRE

MOST_BYTES: Final = 65_536
"""Of a message from a browser: they only say where they look."""


class LineProtocol(WebSocketsSansIOProtocol):
    """The handler finds it in its scope's extensions, as `dashboards.map.lines.Wire`."""

    blocked_at: float | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast("dict[str, Any]", self.scope["extensions"])[WIRE] = self

    def pause_writing(self) -> None:
        super().pause_writing()
        self.blocked_at = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.blocked_at = None

    def put(self, frames: bytes) -> None:
        """Whole frames of a server, after the handshake and until the close frame; then nothing happens."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def abort(self) -> None:
        self.transport.abort()


SERVED: Final[dict[str, Any]] = {
    "ws": LineProtocol,
    "ws_max_size": MOST_BYTES,
    "ws_per_message_deflate": False,  # one frame for all: nothing is compressed anew for each socket
    "ws_ping_interval": 60.0,  # beats keep the connection busy; a ping only finds who is gone
    "backlog": 4096,  # after a restart everybody comes back at once
}
"""Options of uvicorn."""
