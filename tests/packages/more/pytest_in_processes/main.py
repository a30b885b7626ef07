"""Tests in a package, their helpers and a plugin, whose asserts say what they compared; in this process and in others."""

import contextlib
import io
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def run(*arguments):
    output = io.StringIO()
    common = ["-q", "-p", "no:cacheprovider", "-p", "counting", "--rootdir", str(FOLDER), "-c", "/dev/null"]
    with contextlib.redirect_stdout(output):
        status = pytest.main([*common, *arguments, str(FOLDER / "checks")])
    text = output.getvalue()
    print(int(status), re.findall(r"\d+ (?:passed|failed)", text))
    print("\n".join(sorted(re.findall(r"^E  .*\S", text, re.MULTILINE))))


run("-n", "0")
run("-n", "2")
