"""Settings in layers of files."""

from pathlib import Path
from dynaconf import Dynaconf
settings = Dynaconf(settings_files=[str(Path(__file__).parent / "settings.toml"), str(Path(__file__).parent / "more.yaml")], environments=True)
print(settings.NAME, settings.DEPTH.inner, settings.MORE)
