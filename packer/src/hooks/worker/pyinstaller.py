"""What rpack offers to PyInstaller's hooks in the place of PyInstaller."""
import sys

__version__ = "6.22.0"
PLATFORM = f"{sys.platform}-64bit"
is_win = sys.platform == "win32"
