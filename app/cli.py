"""The commands of ./ejazo: each lives in its own module of `app` and is imported only when it is called."""

from importlib import import_module

import click

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


class Lazy(click.Group):
    """A group that reads a command's module when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """E-jazo: monitoring, records and appeals of a penitentiary and probation service."""
