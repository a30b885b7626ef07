"""Measures builds: from nothing, after an edit, with nothing changed, of another project with the same dependencies.

    python3 tests/bench/builds.py [--rpack PATH] [--python PATH] [--runs N] [--peers pyinstaller,cx_freeze,nuitka|none] [--large]

What is measured, and how, says the README beside this file. The result is printed as Markdown.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import environments
import machine
import packers
from packers import PEERS, Build
from processes import clean_environment, run_tool
from report import Row, megabytes, milliseconds, print_report, seconds
from rounds import side_by_side
from run import EXAMPLE, REPOSITORY, RPACK, build_rpack, existing_file, peer_names, rounds, say

# A file that changed just now may change again without looking different, so rpack reads it again, and so do others.
SECONDS_TO_SETTLE = 0.3

LARGE = ["pandas", "scipy", "matplotlib", "scikit-learn"]
LARGE_PROGRAM = """import matplotlib.pyplot, pandas, scipy.optimize, sklearn.linear_model
print(pandas.DataFrame({"a": [1, 2]}).sum())
"""


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    rpack = options.rpack or build_rpack()
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        work = Path(name).resolve()
        measure(work, rpack, options)
    return 0


def measure(work: Path, rpack: Path, options: argparse.Namespace) -> None:
    """Measures everything in the folder `work`, and prints the report."""
    say("Making the environments")
    requirements = LARGE if options.large else environments.dependencies(EXAMPLE)
    python = environments.make(options.python, work / "plain", requirements)
    installed = environments.packages(python)
    pinned = [f"{name}=={version}" for name, version in installed.items()]
    packages = [package for peer in options.peers for package in PEERS[peer].packages]
    python_of_peers = environments.make(options.python, work / "peers", pinned + packages) if packages else python
    source = LARGE_PROGRAM if options.large else (EXAMPLE / "main.py").read_text()

    projects = {}
    for name in [RPACK, *options.peers]:
        projects[name] = [write_program(work / name / project, source) for project in ("one", "other")]
    prepare = {RPACK: lambda program, folder: packers.rpack(rpack, python, program, folder)}
    for peer in options.peers:
        prepare[peer] = lambda program, folder, peer=peer: again(PEERS[peer].prepare(python_of_peers, program, folder))
    builds = {
        name: [prepare[name](program, work / name / f"made-{number}") for number, program in enumerate(programs)]
        for name, programs in projects.items()
    }
    # rpack's projects share one cache, as a user's do.
    for build in builds[RPACK]:
        build.variables["RPACK_CACHE_DIR"] = str(work / RPACK / "cache")

    say(f"Measuring builds, {options.runs} rounds")
    results: dict[str, dict[str, list[float]]] = {}
    kinds = {"cold": cold, "nothing changed": unchanged, "after an edit": edited, "another project": other_project}
    for kind, act in kinds.items():
        contenders = {
            name: lambda name=name, act=act: act(work / name, builds[name], projects[name], work) for name in builds
        }
        results[kind] = side_by_side(options.runs, contenders)
    smallest = [*builds[RPACK][0].command, "--optimize-size"]
    say("Measuring the smallest size")
    sizes = {name: [pair[0].size()] for name, pair in builds.items()}
    run_tool(smallest, clean_environment(work) | builds[RPACK][0].variables)
    smallest_sizes = {RPACK: [builds[RPACK][0].size()]}
    rows = [
        Row("cold: empty caches, environment installed", seconds, results["cold"]),
        Row("after an edit of one line", milliseconds, results["after an edit"]),
        Row("nothing changed", milliseconds, results["nothing changed"]),
        Row("another project with the same dependencies, first time", milliseconds, results["another project"]),
        Row("memory at the peak, cold", megabytes, {name: [peak(pair[0], work / name, work)] for name, pair in builds.items()}),
        Row("size", megabytes, sizes),
        Row("size, `--optimize-size`", megabytes, smallest_sizes),
    ]
    versions = installed | environments.packages(python_of_peers)
    circumstances = machine.facts(REPOSITORY) | {
        "versions": f"{environments.version(python)}, " + ", ".join(map(" ".join, sorted(versions.items()))),
        "rounds": str(options.runs),
    }
    print_report(list(builds), rows, circumstances)


def write_program(folder: Path, source: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(source)
    return folder / "main.py"


def again(build: Build) -> Build:
    """The same without the flag that makes a peer forget earlier builds."""
    return replace(build, command=[word for word in build.command if word != "--clean"])


def cold(place: Path, pair: list[Build], _programs: list[Path], work: Path) -> float:
    shutil.rmtree(place / "cache", ignore_errors=True)
    return pair[0].run(work)


def unchanged(_place: Path, pair: list[Build], _programs: list[Path], work: Path) -> float:
    repeat(pair[0], work)
    time.sleep(SECONDS_TO_SETTLE)
    repeat(pair[0], work)
    return repeat(pair[0], work)


def edited(_place: Path, pair: list[Build], programs: list[Path], work: Path) -> float:
    repeat(pair[0], work)
    with programs[0].open("a") as program:
        program.write(f"# {time.time()}\n")
    time.sleep(SECONDS_TO_SETTLE)
    return repeat(pair[0], work)


def other_project(_place: Path, pair: list[Build], programs: list[Path], work: Path) -> float:
    repeat(pair[0], work)
    # The other project has a main file of its own.
    with programs[1].open("a") as program:
        program.write(f"# {time.time()}\n")
    time.sleep(SECONDS_TO_SETTLE)
    return pair[1].run(work)


def repeat(build: Build, work: Path) -> float:
    """Packs with whatever earlier builds left, and returns the seconds that it took."""
    return run_tool(build.command, clean_environment(work) | build.variables)


def peak(build: Build, place: Path, work: Path) -> float:
    """Bytes of the largest process of a cold build."""
    shutil.rmtree(place / "cache", ignore_errors=True)
    shutil.rmtree(build.folder, ignore_errors=True)
    build.folder.mkdir(parents=True)
    question = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    command = [sys.executable, "-c", question, *build.command]
    environment = clean_environment(work) | build.variables
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return float(answer.stdout) * 1024


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rpack", type=existing_file, metavar="PATH", help="the rpack to measure [default: build it]")
    parser.add_argument("--python", type=existing_file, metavar="PATH", default=Path(sys.executable))
    parser.add_argument("--runs", type=rounds, default=5, metavar="N", help="rounds of each measure [default: 5]")
    parser.add_argument("--peers", type=peer_names, default="pyinstaller", metavar="NAMES")
    parser.add_argument("--large", action="store_true", help="measure a program with pandas, SciPy and Matplotlib")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
