import sys
from pathlib import Path

print(Path(__file__).name, Path(sys.argv[0]).name, sys.argv[1:], getattr(sys, "frozen", False))
