"""Tables, Markdown, colours and tracebacks."""

import io

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

console = Console(file=io.StringIO(), width=60, force_terminal=True, color_system="truecolor")
table = Table(title="Títle 文字")
table.add_column("name")
table.add_column("size", justify="right")
table.add_row("one :smile:", "1")
console.print(table)
console.print(Markdown("# head\n\n- item `code`\n\n```python\nx = 1\n```"))
console.print(Syntax("def f(): pass", "python"))
console.print(Panel("[bold red]panel[/]"))
tree = Tree("root")
tree.add("leaf")
console.print(tree)
for _ in track([1], console=console):
    pass
import hashlib

text = console.file.getvalue()
print(len(text.splitlines()) > 20, "😄" in text, hashlib.sha256(text.split("Working")[0].encode()).hexdigest()[:16])
