"""Starts itself once more with its own arguments, which look like those of a python, as servers do when a source has changed;
and starts an interpreter too."""

import os
import subprocess
import sys

if os.environ.get("STARTED_AGAIN"):
    print("again", sys.argv[1:], flush=True)
    print(subprocess.run([sys.executable, "-m", "json.tool", "--compact"], input=b"[1]", capture_output=True).stdout)
else:
    print("first", sys.argv[1:], flush=True)
    command = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, __file__]
    done = subprocess.run(command + sys.argv[1:], env=os.environ | {"STARTED_AGAIN": "1"})
    print(done.returncode)
