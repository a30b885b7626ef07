"""Migrations that lie in the program's folder, found by a configuration file."""
from pathlib import Path
from alembic import command
from alembic.config import Config
import logging, sys, tempfile
here = Path(__file__).parent
config = Config(str(here / "alembic.ini"), stdout=sys.stdout)
with tempfile.TemporaryDirectory() as folder:
    config.set_main_option("script_location", str(here / "migrations"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{folder}/x.db")
    command.upgrade(config, "head")
    command.current(config)
    command.history(config)
