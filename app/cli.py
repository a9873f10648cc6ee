"""The commands of ./ejazo: each lives in its own module of `app` and is imported only when it is called."""

import click

from app.lazy import Lazy

COMMANDS = {
    "demo": "app.demo",
    "training": "app.training.command",
    "rehearse": "app.training.director",
    "check": "app.check",
    "doctor": "app.doctor",
    "shell": "app.shell",
    "migrate": "app.migrate",
    "user": "app.user",
    "texts": "app.texts",
    "factors": "app.factors",
    "device": "app.device",
    "seed": "app.seed",
    "import": "app.imports",
    "simulate": "app.simulate",
    "compare": "app.compare",
    "replay": "app.replay",
    "recall": "app.recall",
    "evidence": "app.evidence",
    "chaos": "app.chaos.command",
    "archive": "app.archive",
    "backup": "app.backup",
    "restore": "app.restore",
    "keys": "app.keys",
    "ledger": "app.ledger",
    "verify": "app.verify",
    "box": "app.box",
    "open-part": "app.open_part",
    "explain": "app.explain",
    "replay-traces": "app.replay_traces",
    "bench": "app.bench",
    "api": "app.api",
    "ingest": "app.ingest",
    "watch": "app.watch",
}


HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(cls=Lazy, modules=COMMANDS, context_settings=HELP)
def main() -> None:
    """E-jazo: monitoring, records and appeals of a penitentiary and probation service."""
