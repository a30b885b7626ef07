"""Completion, which reads the sources of the standard library."""

import jedi

print([name.full_name for name in jedi.Script("import collections\ncollections.OrderedDict").infer(2, 14)])
print([completion.name for completion in jedi.Script("import json\njson.du").complete(2, 7)])
[definition] = jedi.Script("import textwrap\ntextwrap.dedent").goto(2, 12)
print(definition.name, definition.module_name)
