"""The shell inside a program."""

import os
import tempfile

folder = tempfile.TemporaryDirectory()
os.environ["IPYTHONDIR"] = folder.name
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from traitlets.config import Config

shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
with capture_output() as captured:
    shell.run_cell("x = 6 * 7\nx", store_history=False)
    shell.run_cell("%who_ls", store_history=False)
    shell.run_cell("1 / 0", store_history=False)
print(shell.user_ns["x"], "ZeroDivisionError" in captured.stdout, "['x']" in captured.stdout)
print(shell.complete("zi")[1])
