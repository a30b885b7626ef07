"""A linter, which reads the sources of what the code imports that it is given."""

import io
import os
import pathlib
import tempfile

import astroid
from pylint.lint import Run
from pylint.reporters.text import TextReporter

node = astroid.extract_node("import json\njson.dumps #@\n")
for inferred in node.infer():
    print(inferred.qname(), [argument.name for argument in inferred.args.args])
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    lines = ['"""doc"""', "import os", "import json", "", "", "def f(x):", '    """d"""', "    return json.dumps(x, nope=1)"]
    lines += ["", "", "print(f(1).uper(), json.nothing)"]
    pathlib.Path("checked.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = io.StringIO()
    Run(["--disable=all", "--enable=unused-import,no-member,E", "checked.py"], reporter=TextReporter(out), exit=False)
print("\n".join(line for line in out.getvalue().splitlines() if line.startswith("checked.py")))
