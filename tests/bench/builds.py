"""Measures builds: from nothing, after an edit, with nothing changed, of another project with the same dependencies.

    python3 tests/bench/builds.py [--rpack PATH] [--python PATH] [--runs N] [--peers pyinstaller,cx_freeze,nuitka|none]
                                  [--measures cold,edit,unchanged,other,smallest] [--large]

What is measured, and how, says the README beside this file. The result is printed as Markdown.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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

    rows = []
    for name in options.measures:
        say(f"Measuring {name}, {options.runs} rounds")
        rows += MEASURES[name](Contenders(work, builds, projects), options.runs)
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


def repeat(build: Build, work: Path) -> float:
    """Packs with whatever earlier builds left, and returns the seconds that it took."""
    return run_tool(build.command, clean_environment(work) | build.variables)


@dataclass(frozen=True)
class Contenders:
    """The packers, each with two builds of two programs with the same dependencies."""

    work: Path
    builds: dict[str, tuple[Build, Build]]
    programs: dict[str, tuple[Path, Path]]

    def measure(self, runs: int, act: Callable[[str], float]) -> dict[str, list[float]]:
        return side_by_side(runs, {name: lambda name=name: act(name) for name in self.builds})

    def repeat(self, name: str, number: int = 0) -> float:
        """Packs with whatever earlier builds left, and returns the seconds that it took."""
        return repeat(self.builds[name][number], self.work)

    def edit(self, name: str, number: int = 0) -> None:
        """Changes one line of code."""
        with self.programs[name][number].open("a") as program:
            program.write(f"edited = {time.time()}\n")
        time.sleep(SECONDS_TO_SETTLE)

    def forget(self, name: str) -> None:
        """Empties every cache and folder of the packer."""
        build = self.builds[name][0]
        for folder in (self.work / name / "cache", build.folder):
            shutil.rmtree(folder, ignore_errors=True)
        build.folder.mkdir(parents=True)


def cold(contenders: Contenders, runs: int) -> list[Row]:
    peaks: dict[str, list[float]] = {name: [] for name in contenders.builds}

    def act(name: str) -> float:
        contenders.forget(name)
        build = contenders.builds[name][0]
        seconds, peak = seconds_and_peak(build.command, clean_environment(contenders.work) | build.variables)
        peaks[name].append(peak)
        return seconds

    results = contenders.measure(runs, act)
    sizes = {name: [pair[0].size()] for name, pair in contenders.builds.items()}
    return [
        Row("cold: empty caches, environment installed", seconds, results),
        Row("memory at the peak, cold", megabytes, peaks),
        Row("size", megabytes, sizes),
    ]


def edited(contenders: Contenders, runs: int) -> list[Row]:
    def act(name: str) -> float:
        contenders.repeat(name)
        contenders.edit(name)
        return contenders.repeat(name)

    return [Row("after an edit of one line", milliseconds, contenders.measure(runs, act))]


def unchanged(contenders: Contenders, runs: int) -> list[Row]:
    def act(name: str) -> float:
        contenders.repeat(name)
        time.sleep(SECONDS_TO_SETTLE)
        contenders.repeat(name)
        return contenders.repeat(name)

    return [Row("nothing changed", milliseconds, contenders.measure(runs, act))]


def other_project(contenders: Contenders, runs: int) -> list[Row]:
    def act(name: str) -> float:
        contenders.repeat(name)
        # The other project has a main file of its own, and was never built.
        contenders.edit(name, 1)
        other = contenders.builds[name][1]
        return other.run(contenders.work)

    title = "another project with the same dependencies, first time"
    return [Row(title, milliseconds, contenders.measure(runs, act))]


def smallest(contenders: Contenders, _runs: int) -> list[Row]:
    build = contenders.builds[RPACK][0]
    command = [*build.command, "--optimize-size"]
    run_tool(command, clean_environment(contenders.work) | build.variables)
    return [Row("size, `--optimize-size`", megabytes, {RPACK: [build.size()]})]


# In the order in which they are taken.
MEASURES = {"cold": cold, "edit": edited, "unchanged": unchanged, "other": other_project, "smallest": smallest}


def seconds_and_peak(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Runs a command, and returns how long it took and the bytes of its largest process."""
    # Of all children that a process ever had the peak is that of the largest, so each command gets a process of its own.
    question = (
        "import resource, subprocess, sys, time; begin = time.perf_counter();"
        "done = subprocess.run(sys.argv[1:], stdout=2); seconds = time.perf_counter() - begin;"
        "print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
    )
    asked = [sys.executable, "-c", question, *command]
    folder = environment["TMPDIR"]
    answer = subprocess.run(asked, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"{command} failed:\n{answer.stderr}")
    taken, kibibytes = answer.stdout.split()
    return float(taken), float(kibibytes) * 1024


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rpack", type=existing_file, metavar="PATH", help="the rpack to measure [default: build it]")
    parser.add_argument("--python", type=existing_file, metavar="PATH", default=Path(sys.executable))
    parser.add_argument("--runs", type=rounds, default=5, metavar="N", help="rounds of each measure [default: 5]")
    parser.add_argument("--peers", type=peer_names, default="pyinstaller", metavar="NAMES")
    parser.add_argument("--measures", type=measures, default=list(MEASURES), metavar="NAMES")
    parser.add_argument("--large", action="store_true", help="measure a program with pandas, SciPy and Matplotlib")
    return parser.parse_args(arguments)


def measures(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(MEASURES):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    return [name for name in MEASURES if name in names]


if __name__ == "__main__":
    sys.exit(main())
