"""Documentation by extensions, themes and builders that are named in `conf.py`."""

import io, tempfile
from pathlib import Path
from sphinx.application import Sphinx
source = Path(__file__).parent / "docs"
with tempfile.TemporaryDirectory() as folder:
    for builder in ["html", "text", "latex"]:
        app = Sphinx(str(source), str(source), f"{folder}/{builder}", f"{folder}/tree", builder, status=None, warning=io.StringIO())
        app.build()
        files = sorted(path.relative_to(folder).as_posix() for path in Path(folder, builder).rglob("*") if path.suffix in {".html", ".txt", ".tex", ".css"})
        print(builder, app.statuscode, files[:6])
    print(Path(folder, "text/index.txt").read_text())
