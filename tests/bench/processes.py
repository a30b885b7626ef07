"""Starting the processes that are measured, and stopping them."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Pause between two attempts to connect. It bounds the error of a start-up time, and is long enough to leave the
# processor to the program.
PAUSE = 0.0002

SECONDS_TO_START = 60
SECONDS_TO_STOP = 10


@dataclass(frozen=True)
class Server:
    """A program whose socket accepts connections."""

    pid: int
    seconds: float

    def settled_memory(self) -> float:
        """Bytes that all processes of the program use, once that number has stopped growing."""
        before = 0.0
        while True:
            now = group_memory(self.pid)
            if abs(now - before) <= now / 100:
                return now
            before = now
            time.sleep(0.05)


def clean_environment(folder: Path) -> dict[str, str]:
    """The environment of every measured command. Nothing of the caller's own is in it except for PATH, so that its
    PYTHON* variables change no figure, and caches and temporary files are below `folder`."""
    places = {"HOME": folder / "home", "TMPDIR": folder / "temporary", "RPACK_CACHE_DIR": folder / "cache"}
    for place in places.values():
        place.mkdir(exist_ok=True)
    variables = {name: str(place) for name, place in places.items()}
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | variables


@contextlib.contextmanager
def serving(
    command: list[str], environment: dict[str, str], folder: Path, socket_name: str = "socket"
) -> Iterator[Server]:
    """Starts a plugin as mcpd does, waits until its socket accepts a connection, and stops it in the end."""
    address = folder / socket_name
    address.unlink(missing_ok=True)
    errors = folder / "stderr"
    begin = time.perf_counter()
    pid = spawn([*command, "--address", str(address), "--network", "unix"], environment, errors)
    handle = os.pidfd_open(pid)
    try:
        while not accepts(address):
            # Waits for the end of the process, so that one which cannot start is seen at once.
            ended = select.select([handle], [], [], PAUSE)[0]
            if ended or time.perf_counter() - begin > SECONDS_TO_START:
                sys.exit(f"{command} does not serve:\n{errors.read_text(errors='replace')}")
        yield Server(pid, time.perf_counter() - begin)
    finally:
        stop(pid, handle)


def run_to_exit(command: list[str], environment: dict[str, str]) -> float:
    """Seconds from starting a program to its end."""
    begin = time.perf_counter()
    pid = spawn(command, environment, Path(os.devnull))
    status = os.waitpid(pid, 0)[1]
    elapsed = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{command} ended with status {os.waitstatus_to_exitcode(status)}")
    return elapsed


def run_tool(command: list[str], environment: dict[str, str]) -> float:
    """Runs a tool that must succeed, and shows what it said only if it does not. Returns the seconds it took. It runs where its
    temporary files are, because cx_Freeze writes into the folder that it is run in."""
    begin = time.perf_counter()
    result = subprocess.run(
        command,
        env=environment,
        cwd=environment.get("TMPDIR"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    elapsed = time.perf_counter() - begin
    if result.returncode != 0:
        sys.exit(f"{command} failed:\n{result.stdout.decode(errors='replace')}")
    return elapsed


def spawn(command: list[str], environment: dict[str, str], errors: Path) -> int:
    """Starts a process in a group of its own, in which its children can be found. posix_spawn(3) costs less, and varies
    less, than `subprocess.Popen`."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, str(errors), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    return os.posix_spawn(command[0], command, environment, file_actions=files, setpgroup=0)


def accepts(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            client.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True


def stop(pid: int, handle: int) -> None:
    """Ends a process as mcpd does, and with force what is left of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    select.select([handle], [], [], SECONDS_TO_STOP)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(handle)


def group_memory(group: int) -> float:
    """Proportional set size of a group of processes: what they share with each other is counted once."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        # A process may end while it is looked at.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            # The name, in parentheses, may contain anything; behind it stand state, parent and group.
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                lines = (process / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024.0
