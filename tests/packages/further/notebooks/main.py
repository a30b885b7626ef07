"""Notebooks, by templates that lie below the interpreter's prefix."""

import nbformat
from nbconvert import HTMLExporter, MarkdownExporter
from nbformat import v4
book = v4.new_notebook(cells=[v4.new_markdown_cell("# Title $x^2$"), v4.new_code_cell("print(1)")])
nbformat.validate(book)
page, _ = HTMLExporter(template_name="classic").from_notebook_node(book)
print("Title" in page, len(page) > 10000, MarkdownExporter().from_notebook_node(book)[0].strip().splitlines()[0])
