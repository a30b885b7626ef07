"""Migrations that lie in a folder of the program and are run as files."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import StaticPool

folder = Path(__file__).parent
engine = create_engine("sqlite://", poolclass=StaticPool)
config = Config(str(folder / "alembic.ini"))
config.set_main_option("script_location", str(folder / "migrations"))
config.attributes["engine"] = engine
command.upgrade(config, "head")
print(sorted(inspect(engine).get_table_names()), [column["name"] for column in inspect(engine).get_columns("note")])
print([script.revision for script in ScriptDirectory.from_config(config).walk_revisions()])
