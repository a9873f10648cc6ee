"""A group of commands whose modules are read when somebody asks for one of them."""

import gc
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Lazy(click.Group):
    """`modules` says where each command lives; there it is called `command`."""

    def __init__(self, *given: Any, modules: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        gc.disable()  # what is read stays: looking it through again and again is a quarter of a start
        command: click.Command = import_module(self.modules[cmd_name]).command
        gc.freeze()
        gc.enable()
        return command
