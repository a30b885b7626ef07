"""Makes a virtual environment and runs its interpreter, which is the program itself, by another name."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

if len(sys.argv) > 1:
    raise SystemExit("the program was started again")
with tempfile.TemporaryDirectory() as folder:
    environment = Path(folder, "environment")
    venv.create(environment)
    print({"python", "python3", "activate"} <= {path.name for path in (environment / "bin").iterdir()})
    library = next(environment.glob("lib/python3*/site-packages"))
    (library / "installed.py").write_text("import fractions\nNUMBER = fractions.Fraction(1, 2)\n")
    script = "import sys, installed; print(installed.NUMBER, sys.prefix == sys.argv[1], sys.prefix != sys.base_prefix)"
    for name in ["python", "python3"]:
        command = [environment / "bin" / name, "-c", script, environment]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        print(name, done.returncode, done.stdout.strip(), done.stderr.strip())
