"""Starts itself again as a plain `python` has it done: by its file, by its own `sys.argv`, and in place of itself."""

import os
import subprocess
import sys

STAGE = "STAGE_OF_STARTED_AGAIN"


def started(stage, *command):
    done = subprocess.run(command, env=os.environ | {STAGE: stage}, stdout=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stdout.strip()


stage = os.environ.get(STAGE)
if stage is None:
    os.environ[STAGE] = "in place"
    os.execv(sys.executable, [sys.executable] + sys.argv + ["again"])
if stage != "in place":
    print(stage, sys.argv[1:], __name__)
    raise SystemExit(4)
print(sys.argv[1:])
print(started("arguments", sys.executable, *sys.argv, "more"))
print(started("file", sys.executable, __file__, "by its file"))
print(started("name", sys.executable, os.path.abspath(sys.argv[0]), "-x"))
print(started("flags", sys.executable, "-u", "-W", "ignore", __file__, "--flag", "value"))
