"""Starts `sys.executable` as what it is with plain Python: an interpreter."""

import asyncio
import os
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path

HERE = Path(__file__).parent


def said(*arguments, **settings):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, **settings)
    return done.returncode, done.stdout.strip()


async def computed():
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(6 * 7)", stdout=subprocess.PIPE)
    return (await process.communicate())[0]


if len(sys.argv) > 1:
    raise SystemExit("the program was started again")
print(said("-c", "import fractions; print(fractions.Fraction(3, 9))"))
print(said("-Wignore", "-u", "-m", "json.tool", "--compact", input='{"a": 1}'))
print(subprocess.run([sys.executable, "-m", "jobs.count", "3"], capture_output=True, text=True, cwd=HERE).stdout.strip())
print(said(str(HERE / "worker.py"), "7"))
print(said("-c", "raise SystemExit(3)"))
with tempfile.TemporaryDirectory() as folder:
    application = Path(folder, "application")
    application.mkdir()
    (application / "__main__.py").write_text("import sys\nprint(__name__, sys.argv[1:])\n")
    zipapp.create_archive(application)
    print(said(str(application), "of a folder"), said(str(application.with_suffix(".pyz")), "of a file"))
print(said("-", "word", input="import sys; print(sys.argv[1:])"))
print(said("-Ic", "print(__name__)"))
print(os.popen(f'"{sys.executable}" -c "print(1 + 1)"').read().strip())
shells = f"""sh -c '"{sys.executable}" -c "print(2 + 2)"; true'; true"""
print(os.popen(shells).read().strip())
print(said("-X", "dev", "-c", "import sys; print(sys.flags.dev_mode)"))
print(said("-V")[1].split()[0])
print(asyncio.run(computed()))
sys.stdout.flush()
os.execv(sys.executable, [sys.executable, "-c", "import fractions; print('in its place', fractions.Fraction(2, 4))"])
