"""What the figures were made on and with."""

import os
import platform
import subprocess
from pathlib import Path


def facts(repository: Path) -> dict[str, str]:
    """The machine, and the sources that were measured."""
    return {
        "commit": commit(repository),
        "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "C library": " ".join(platform.libc_ver()),
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def commit(repository: Path) -> str:
    """The commit that is checked out, and whether the files differ from it."""
    git = ["git", "-C", str(repository)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode != 0:
        return "no commit"
    changes = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + (" with changes" if changes.stdout else "")
