"""What a drill needs of the machine, made for it and taken away again: a small disk, networks, a clock."""

import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

DISK: Final = 1_500_000_000
"""Room for the drill's database; nobody else loses any when it is full."""
SUBNET: Final = "10.213.77"
"""Of networks that no packet leaves."""
SHIFT: Final = Path(__file__).with_name("clock.c")


class CannotError(RuntimeError):
    """The machine does not allow it; the text says why."""


def run(*argv: str | Path) -> None:
    done = subprocess.run([*map(str, argv)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotError(f"{argv[0]}: {(done.stderr or done.stdout).strip()}")


def demand(*tools: str) -> None:
    if os.geteuid() != 0:
        raise CannotError("needs root")
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if absent:
        raise CannotError(f"needs {', '.join(absent)}")


class Volume:
    """An ext4 in a file, mounted where the database will lie."""

    def __init__(self, image: Path, at: Path) -> None:
        demand("mkfs.ext4", "mount", "umount")
        self.at, self.filler = at, at / "filler"
        at.mkdir(parents=True)
        with image.open("wb") as file:
            file.truncate(DISK)
        run("mkfs.ext4", "-q", "-m", "0", image)
        run("mount", "-o", "loop", image, at)

    def fill(self) -> None:
        """To the last block."""
        size = DISK
        with self.filler.open("ab") as file:
            while size >= 4096:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                except OSError:
                    size //= 2

    def empty(self) -> None:
        self.filler.unlink()

    def close(self) -> None:
        run("umount", self.at)


class Networks:
    """One network a name, each linked to this machine alone; the broker is reached at `host` from all."""

    def __init__(self, names: Sequence[str]) -> None:
        demand("ip", "nsenter")
        self.names, self.host = names, f"{SUBNET}.1"
        try:
            for number in range(len(names)):
                self._make(number)
        except CannotError:
            self.close()
            raise

    def inside(self, name: str) -> tuple[str, ...]:
        """What to put before a command."""
        return ("nsenter", f"--net=/run/netns/{self._space(name)}")

    def cut(self, name: str) -> None:
        """Nobody is told: packets are lost both ways."""
        run("ip", "-n", self._space(name), "link", "set", "up0", "down")

    def mend(self, name: str) -> None:
        space, near = self._space(name), f"{SUBNET}.{4 * self.names.index(name) + 1}"
        run("ip", "-n", space, "link", "set", "up0", "up")
        run("ip", "-n", space, "route", "replace", "default", "via", near)

    def close(self) -> None:
        for name in self.names:
            subprocess.run(["ip", "netns", "del", self._space(name)], capture_output=True, check=False)  # noqa: S603, S607

    def _make(self, number: int) -> None:
        name = self.names[number]
        space, near, far = self._space(name), f"ejz{os.getpid()}-{number}", 4 * number + 1
        run("ip", "netns", "add", space)
        run("ip", "link", "add", near, "type", "veth", "peer", "name", "up0", "netns", space)
        run("ip", "addr", "add", f"{SUBNET}.{far}/30", "dev", near)
        run("ip", "link", "set", near, "up")
        run("ip", "-n", space, "link", "set", "lo", "up")
        run("ip", "-n", space, "addr", "add", f"{SUBNET}.{far + 1}/30", "dev", "up0")
        self.mend(name)

    def _space(self, name: str) -> str:
        return f"ejazo-{os.getpid()}-{name}"


class Clock:
    """The wall clock of processes that were started with `variables`; monotonic time goes on."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise CannotError("needs a C compiler for the clock of the platform's processes")
        self.ahead, library = folder / "clock", folder / "clock.so"
        self.jump(0)
        run(compiler, "-shared", "-fPIC", "-O1", "-o", library, SHIFT, "-ldl")
        self.variables = {"LD_PRELOAD": str(library), "DRILL_CLOCK": str(self.ahead)}

    def jump(self, seconds: int) -> None:
        """In place: others have the file mapped."""
        with self.ahead.open("r+b" if self.ahead.exists() else "wb") as file:
            file.write(struct.pack("@l", seconds))
