"""ejazo api: the HTTP API, the officers' screens and their live sockets, in one process."""

import gc

import click
import uvicorn

from app import http, metrics, settings, sockets, traces
from app import log as logs
from app.training import agreed


@click.command()
def command() -> None:
    """Serve the API and the screens."""
    loaded = settings.load()
    logs.begin()
    agreed.at_start(loaded, waits=False)
    application = http.application(loaded)
    metrics.serve(loaded.metrics_port)
    traces.begin(loaded.traces_url, part="api")
    gc.collect()
    gc.freeze()  # what is made up to here stays: looking through it takes 100 ms, in the middle of an answer
    uvicorn.run(
        application,
        host=loaded.http_host,
        port=loaded.http_port,
        access_log=False,  # paths name people
        log_config=None,  # ours: a traceback of uvicorn quotes what the database quotes
        log_level="warning",  # below it uvicorn writes paths of sockets
        server_header=False,
        **sockets.SERVED,
    )
