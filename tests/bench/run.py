"""Measures packed programs against plain Python and against the peers, side by side in one run.

    python3 tests/bench/run.py [--rpack PATH] [--python PATH] [--runs N] [--peers pyinstaller,cx_freeze,nuitka|none]

What is measured, and how, says the README beside this file. The result is printed as Markdown.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environments
import machine
import modules
import packers
from packers import PEERS, Build
from processes import clean_environment, run_to_exit, serving
from report import Row, megabytes, milliseconds, print_report, seconds
from rounds import Measures, after_warm_up, side_by_side

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "simple_plugin"
EXAMPLES = sorted(path.parent for path in (REPOSITORY / "examples").glob("*/main.py"))

PLAIN = "plain python"
RPACK = "rpack"

# Builds take seconds where starts take milliseconds, and memory varies less than time: fewer rounds are enough.
BUILD_RUNS = 3
MEMORY_RUNS = 5


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    rpack = options.rpack or build_rpack()
    # A socket's path may have no more than 107 bytes, so the folder's name is short.
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        work = Path(name).resolve()
        os.chdir(work)
        measure(work, rpack, options.python, options.runs, options.peers)
    return 0


def measure(work: Path, rpack: Path, base: Path, runs: int, peers: list[str]) -> None:
    """Measures everything in the folder `work`, and prints the report."""
    say("Making the environments")
    python = environments.make(base, work / "plain", environments.dependencies(EXAMPLE))
    installed = environments.packages(python)
    pinned = [f"{name}=={version}" for name, version in installed.items()]
    packages = [package for peer in peers for package in PEERS[peer].packages]
    python_of_peers = environments.make(base, work / "peers", pinned + packages)
    # Some examples need more than the first one, whose figures are to be those of its own environment.
    needed = sorted({requirement for example in EXAMPLES for requirement in environments.dependencies(example)})
    python_of_examples = environments.make(base, work / "all", pinned + needed)

    # A copy, because some peers write beside what they pack.
    plugin = shutil.copytree(EXAMPLE, work / "simple_plugin", ignore=shutil.ignore_patterns("__pycache__")) / "main.py"
    hello = work / "hello.py"
    hello.write_text('print("hi")\n')
    plugins = prepared(plugin, work / "plugin", rpack, python, peers, python_of_peers)
    greeters = prepared(hello, work / "greeter", rpack, python, peers, python_of_peers)
    # Some peers take minutes for one program, so these are for rpack alone.
    importer = modules.write(work / "modules")
    importers = prepared(importer, work / "importer", rpack, python, [], python_of_peers)
    examples = [
        prepared(example / "main.py", work / "examples" / example.name, rpack, python_of_examples, [], python_of_peers)
        for example in EXAMPLES
    ]
    for name, build in [pair for builds in [plugins, greeters, importers, *examples] for pair in builds.items()]:
        say(f"Packing with {name}")
        build.run(work)

    servers = {PLAIN: [str(python), str(plugin)]} | commands(plugins)
    programs = {PLAIN: [str(python), str(hello)]} | commands(greeters)
    import_programs = {PLAIN: [str(python), str(importer)]} | commands(importers)
    check_greetings(programs, work)
    check_greetings(import_programs, work)
    groups = {
        PLAIN: [[str(python_of_examples), str(example / "main.py")] for example in EXAMPLES],
        RPACK: [commands(builds)[RPACK] for builds in examples],
    }

    say(f"Measuring starts, {runs} rounds")
    # The first runs are taken in the same rounds, beside the second runs that they are compared with.
    first_run = {f"{RPACK}, first run": lambda: first_start(servers[RPACK], work)}
    starts = after_warm_up(runs, each(servers, lambda command: start(command, work)) | first_run)
    first_starts = {PLAIN: starts[PLAIN], RPACK: starts.pop(f"{RPACK}, first run")}
    exits = after_warm_up(runs, each(programs, lambda command: run_to_exit(command, clean_environment(work))))
    imports = after_warm_up(runs, each(import_programs, lambda command: run_to_exit(command, clean_environment(work))))
    say("Measuring memory")
    memory = after_warm_up(min(runs, MEMORY_RUNS), each(servers, lambda command: memory_used(command, work)))
    memory_together = after_warm_up(
        min(runs, MEMORY_RUNS), each(groups, lambda group: memory_used_together(group, work))
    )
    say("Measuring builds")
    sizes = {name: [build.size()] for name, build in plugins.items()}
    # Everything was packed once already, which warmed up what a build reads.
    builds = side_by_side(min(runs, BUILD_RUNS), each(plugins, lambda build: build.run(work)))

    rows = [
        Row("plugin: exec to socket accepting, second run", milliseconds, starts),
        Row("plugin: exec to socket accepting, first run ever", milliseconds, first_starts),
        Row('`print("hi")`: exec to exit', milliseconds, exits),
        Row(f"{modules.COUNT} modules of pure Python: exec to exit", milliseconds, imports),
        Row("plugin: cold build", seconds, builds),
        Row("plugin: size", megabytes, sizes),
        Row("plugin: memory while serving", megabytes, memory),
        Row(f"{len(EXAMPLES)} plugins together: memory while serving", megabytes, memory_together),
    ]
    versions = installed | environments.packages(python_of_peers)
    circumstances = machine.facts(REPOSITORY) | {
        "versions": f"{environments.version(python)}, " + ", ".join(map(" ".join, sorted(versions.items()))),
        "rounds": f"{runs}; builds {min(runs, BUILD_RUNS)}, memory {min(runs, MEMORY_RUNS)}",
    }
    print_report([PLAIN, *plugins], rows, circumstances)


def prepared(
    program: Path, folder: Path, rpack: Path, python: Path, peers: list[str], python_of_peers: Path
) -> dict[str, Build]:
    """How rpack and each peer packs a program."""
    builds = {RPACK: packers.rpack(rpack, python, program, folder / RPACK)}
    for peer in peers:
        builds[PEERS[peer].name] = PEERS[peer].prepare(python_of_peers, program, folder / peer)
    return builds


def commands(builds: dict[str, Build]) -> dict[str, list[str]]:
    return {name: [str(build.executable)] for name, build in builds.items()}


def each(subjects: dict[str, Any], measure_one: Callable[[Any], float]) -> Measures:
    return {name: lambda subject=subject: measure_one(subject) for name, subject in subjects.items()}


def start(command: list[str], work: Path) -> float:
    with serving(command, clean_environment(work), work) as server:
        return server.seconds


def first_start(command: list[str], work: Path) -> float:
    with tempfile.TemporaryDirectory(dir=work, prefix="cache") as cache:
        with serving(command, clean_environment(work) | {"RPACK_CACHE_DIR": cache}, work) as server:
            return server.seconds


def memory_used(command: list[str], work: Path) -> float:
    with serving(command, clean_environment(work), work) as server:
        return server.settled_memory()


def memory_used_together(group: list[list[str]], work: Path) -> float:
    with contextlib.ExitStack() as stack:
        environment = clean_environment(work)
        servers = [
            stack.enter_context(serving(command, environment, work, f"socket{number}"))
            for number, command in enumerate(group)
        ]
        return sum(server.settled_memory() for server in servers)


def check_greetings(programs: dict[str, list[str]], work: Path) -> None:
    """A program that does not do its work can be very fast."""
    for name, command in programs.items():
        result = subprocess.run(command, env=clean_environment(work), capture_output=True, check=False)
        if (result.returncode, result.stdout) != (0, b"hi\n"):
            sys.exit(f"{name} does not greet:\n{result.stderr.decode(errors='replace')}")


def build_rpack() -> Path:
    say("Building rpack")
    return packers.built_rpack(REPOSITORY)


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rpack", type=existing_file, metavar="PATH", help="the rpack to measure [default: build it]")
    parser.add_argument(
        "--python",
        type=existing_file,
        metavar="PATH",
        default=Path(sys.executable),
        help="the Python to measure with [default: the one that runs this]",
    )
    parser.add_argument("--runs", type=rounds, default=20, metavar="N", help="rounds of each measure [default: 20]")
    parser.add_argument(
        "--peers",
        type=peer_names,
        default="pyinstaller,cx_freeze",
        metavar="NAMES",
        help=f"`none`, or separated by commas some of {', '.join(PEERS)} [default: pyinstaller,cx_freeze]",
    )
    return parser.parse_args(arguments)


def existing_file(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is no file")
    return path


def rounds(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of rounds")
    return int(text)


def peer_names(text: str) -> list[str]:
    names = [] if text == "none" else text.split(",")
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(PEERS)}")
    return names


def say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
