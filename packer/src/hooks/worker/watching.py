# Watches what hooks look at, so that a later build can tell whether they would say the same. Files that are opened and folders that
# are listed are audit events (PEP 578); what is only looked for is not, so the functions that look for it are replaced.
import functools
import os
import sys

# The functions that tell what there is at a path. `import` calls those of `posix`.
_LOOKING = ("stat", "lstat", "access", "readlink")
# The events whose first argument is a path that is read.
_READING = ("open", "os.listdir", "os.scandir", "ctypes.dlopen", "sqlite3.connect")
# Other programs and other machines may read anything.
_BEYOND = ("subprocess.Popen", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.forkpty", "socket.connect")

# What has been seen and was not taken yet.
_seen = {"looked_for": set(), "read": set(), "variables": set(), "beyond": set()}


def start():
    sys.addaudithook(_hear)
    replaced = {}
    for name in _LOOKING:
        original = getattr(os, name)
        replaced[id(original)] = _Noting(original)
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if id(value) in replaced:
                setattr(module, name, replaced[id(value)])
    for able in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
        able.update([replaced[id(function)] for function in able if id(function) in replaced])
    # In CPython 3.10 its classes hold the functions; the next import makes them anew.
    sys.modules.pop("pathlib", None)
    for variables in (os.environ, os.environb):
        variables.__class__ = _Variables


def taken():
    """What has been seen since this was asked last, as lists; a copy of the process gives its own to `add`."""
    lists = {kind: sorted(values) for kind, values in _seen.items()}
    for values in _seen.values():
        values.clear()
    return lists


def add(seen):
    for kind, values in seen.items():
        _seen[kind].update(values)


def lose(reason):
    """Says that something was looked at that is not known."""
    _seen["beyond"].add(reason)


def copy():
    """A copy of this process, whose answers say what it has seen: that it was made loses nothing."""
    has_forked = "os.fork" in _seen["beyond"]
    child = os.fork()
    if not has_forked:
        _seen["beyond"].discard("os.fork")
    return child


def _hear(event, arguments):
    if event in _READING:
        _note("read", arguments[0])
    elif event in _BEYOND:
        lose(event)


class _Noting:
    """Takes the place of a function. As the function itself, and unlike one in Python, it makes no method where a class holds it."""

    def __init__(self, function):
        functools.update_wrapper(self, function)

    def __call__(self, path, *arguments, **named):
        _note("looked_for", path)
        return self.__wrapped__(path, *arguments, **named)


def _note(kind, path):
    if path is None:
        path = "."
    if isinstance(path, int):
        return
    try:
        path = os.path.abspath(os.fsdecode(path))
    except (TypeError, ValueError, OSError):
        return  # No path: the function that was called says so.
    if not _is_text(path):
        return lose("a name that is not UTF-8")
    # Bytecode is only used where it is its source's, and the kernel's files change with every look.
    if "__pycache__" not in path and not path.startswith(("/dev/", "/proc/", "/sys/")):
        _seen[kind].add(path)


class _Variables(os._Environ):
    """The environment variables, of which those that are asked for are noted."""

    def __getitem__(self, name):
        if isinstance(name, (str, bytes)) and _is_text(os.fsdecode(name)):
            _seen["variables"].add(os.fsdecode(name))
        return super().__getitem__(name)

    def __iter__(self):
        lose("os.environ")
        return super().__iter__()


def _is_text(name):
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
