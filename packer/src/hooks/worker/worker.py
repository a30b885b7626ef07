# Runs PyInstaller's hooks for rpack, in one process for the whole build. The first line of its input names the modules that
# it offers to hooks, with their sources, and the search path; each further line is a request, and each is answered by one line,
# all of it JSON. While a request is being worked on, lines with a `question` go the other way. It ends with its input.
import importlib.machinery
import json
import os
import sys


def main():
    channel = Channel()
    start = channel.receive()
    sys.meta_path.insert(0, Offered(start["modules"]))
    sys.path[:] = start["search_path"]
    # What the hooks see of the channel.
    import _rpack.questions

    _rpack.questions.ask = channel.ask
    _rpack.questions.configuration = start["configuration"]
    from _rpack import running, watching

    watching.start()
    while True:
        channel.send(running.answer(channel.receive()))


class Channel:
    """Standard input and output, which hooks cannot reach: what they print goes nowhere."""

    def __init__(self):
        self.requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self.answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)

    def receive(self):
        line = self.requests.readline()
        if not line:
            sys.exit()
        return json.loads(line)

    def send(self, message):
        self.answers.write(json.dumps(message) + "\n")
        self.answers.flush()

    def ask(self, question, **details):
        self.send({"question": question, **details})
        return self.receive()


class Offered:
    """Finds and loads the modules that rpack offers in the place of PyInstaller, installed or not."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            is_package = any(other.startswith(name + ".") for other in self.sources)
            return importlib.machinery.ModuleSpec(name, self, is_package=is_package)
        if name.startswith("PyInstaller."):
            raise ModuleNotFoundError(f"rpack does not offer the module '{name}'", name=name)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = compile(self.sources[module.__name__], f"<rpack: {module.__name__}>", "exec", dont_inherit=True)
        exec(code, module.__dict__)


main()
