"""ejazo api: the HTTP API, the officers' screens and their live sockets, in one process."""

import click
import uvicorn

from app import http, settings, sockets


@click.command()
def command() -> None:
    """Serve the API and the screens."""
    loaded = settings.load()
    uvicorn.run(
        http.application(loaded),
        host=loaded.http_host,
        port=loaded.http_port,
        access_log=False,  # paths name people
        server_header=False,
        **sockets.SERVED,
    )
