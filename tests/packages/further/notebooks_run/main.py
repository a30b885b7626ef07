"""A notebook whose cells a kernel runs, which is a process of its own."""

import os
import tempfile

folder = tempfile.TemporaryDirectory()
os.environ.update(IPYTHONDIR=folder.name, JUPYTER_RUNTIME_DIR=folder.name, JUPYTER_DATA_DIR=folder.name)
import nbformat
from nbclient import NotebookClient

cells = ["import statistics\nprint(statistics.mean([1, 2, 6]))", "x = 6 * 7\nx"]
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
NotebookClient(book, timeout=120, kernel_name="python3").execute()
print(book.cells[0].outputs[0]["text"].strip(), book.cells[1].outputs[0]["data"]["text/plain"])
