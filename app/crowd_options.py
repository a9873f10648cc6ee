"""The options of `ejazo simulate` that only a crowd has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from app import processes
from app.crowd import LASTS_S, Order
from simulators.crowd.driver import RATE, Habits
from simulators.crowd.memory import MOST_IN_MESSAGE
from simulators.link import Manners

OPTIONS: Final = (
    click.option("--connections", type=click.IntRange(1), help="A crowd, over so many MQTT connections."),
    click.option(
        "--batch", type=click.IntRange(1, MOST_IN_MESSAGE), help="Fixes a message. [crowd; default: 1]"
    ),
    click.option("--breaking", type=click.FloatRange(0, 1), help="Share that breaks a condition. [crowd]"),
    click.option("--storm", metavar="EVERY_S:SHARE", help="Tear down a share of the connections. [crowd]"),
    click.option("--offline", metavar="SHARE:SECONDS", help="Such a share has no network once. [crowd]"),
    click.option("--returns", is_flag=True, default=None, help="What --ago measured is in memory. [crowd]"),
    click.option("--rate", type=click.FloatRange(1), help="Messages a second at most, catching up. [crowd]"),
    click.option("--summary", type=click.Path(path_type=Path, dir_okay=False), help="JSON. [crowd]"),
    click.option("--watch-pids", metavar="NAME=PID,…", help="Whose CPU is shown. [crowd; default: found]"),
)
NAMES: Final = (
    "connections",
    "batch",
    "breaking",
    "storm",
    "offline",
    "returns",
    "rate",
    "summary",
    "watch_pids",
)

Command = Callable[..., None]


def all_of_them(command: Command) -> Command:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def none_of_them(asked: dict[str, Any]) -> dict[str, Any]:
    """What a play is asked; a crowd's options are refused there."""
    given = [name for name in NAMES if asked[name] is not None]
    if given:
        raise click.UsageError(f"--{given[0].replace('_', '-')} is for crowds: it needs --connections")
    return {name: value for name, value in asked.items() if name not in NAMES}


def order(manners: Manners, asked: dict[str, Any]) -> Order:
    if asked["scenario"] or asked["stage"]:
        raise click.UsageError("a crowd has no scenes: --scenario and --stage are for plays")
    if asked["attack"]:
        raise click.UsageError("a crowd has no hostile broker: --attack is for plays")
    return Order(
        devices=asked["devices"],
        connections=asked["connections"],
        interval_s=asked["interval_s"],
        seed=asked["seed"],
        habits=Habits(
            format=asked["format"],
            manners=manners,
            storm=_pair(asked["storm"]),
            offline=_pair(asked["offline"]),
            returns=bool(asked["returns"]),
            rate=asked["rate"] or RATE,
            seed=asked["seed"],
        ),
        duration_s=asked["duration_s"] or LASTS_S,
        ago_s=asked["ago_s"],
        batch=asked["batch"] or 1,
        breaking=asked["breaking"] or 0.0,
        clock_error_s=asked["clock_error_s"],
        ledger=asked["ledger"],
        sealing=asked["sealing"],
        summary=asked["summary"],
        pids=_pids(asked["watch_pids"]),
    )


def _pair(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    first, _, second = text.partition(":")
    try:
        return float(first), float(second)
    except ValueError:
        raise click.UsageError(f"{text} is not two numbers with a colon between them") from None


def _pids(text: str | None) -> dict[str, int]:
    try:
        return processes.named(text) if text else {}
    except ValueError:
        raise click.UsageError(f"{text} is not a list like ingest=4711,broker=4712") from None
