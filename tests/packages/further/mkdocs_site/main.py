"""A site by a theme, plugins and extensions that are named in a file."""

import logging, tempfile
from pathlib import Path
from mkdocs.commands.build import build
from mkdocs.config import load_config
logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as folder:
    config = load_config(str(Path(__file__).parent / "mkdocs.yml"), site_dir=folder)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    print(sorted(path.name for path in Path(folder).iterdir()))
    page = Path(folder, "index.html").read_text()
    print("<table" in page, "codehilite" in page or "<pre>" in page, "Shop" in page)
