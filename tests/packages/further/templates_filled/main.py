"""Makes a project of a template that lies beside it, and the files that pre-commit carries for those who have none."""

import os
import tempfile
from pathlib import Path

import copier
from pre_commit.clientlib import load_config
from pre_commit.languages import python
from pre_commit.util import resource_text

folder = Path(tempfile.mkdtemp())
template = Path(__file__).parent / "template"
copier.run_copy(str(template), str(folder / "made"), data={"name": "demo"}, defaults=True, quiet=True)
for path in sorted((folder / "made").rglob("*")):
    if path.is_file():
        print(path.relative_to(folder), repr(path.read_text()))

os.chdir(folder)
hook = "{id: greet, name: greet, entry: echo, language: system}"
Path(".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n  - {hook}\n")
print(load_config(".pre-commit-config.yaml")["repos"][0]["hooks"][0]["entry"], python.ENVIRONMENT_DIR)
print(resource_text("empty_template_setup.py").splitlines()[0], resource_text("empty_template_go.mod").split()[0])
