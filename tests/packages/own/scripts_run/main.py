"""Sources that are run by their names and paths."""

import runpy, os
from pathlib import Path
here = Path(__file__).resolve().parent
print(runpy.run_module("tools.report", run_name="__main__")["VALUE"])
print(runpy.run_path(str(here / "scripts" / "job.py"))["VALUE"])
namespace = {}
exec(compile((here / "rules.py").read_text(), "rules.py", "exec"), namespace)
print(namespace["rule"](3))
