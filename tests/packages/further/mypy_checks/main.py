"""A checker that was compiled, with its own stubs."""

import tempfile
from pathlib import Path
from mypy import api
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "bad.py")
    file.write_text("import json\nx: int = 'a'\njson.dumps(1, indentation=3)\n")
    out, err, status = api.run([str(file), "--cache-dir=/dev/null", "--no-incremental", "--python-executable="] if False else [str(file), "--cache-dir=/dev/null", "--no-site-packages"])
    print(out.replace(folder, ""), err, status)
