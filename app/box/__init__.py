"""ejazo box: the offline machine of who empties a sealed box. The only code here that can open a letter."""

from app.box.command import command

__all__ = ["command"]
