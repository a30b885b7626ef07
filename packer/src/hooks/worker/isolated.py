"""Calls of functions that must not leave anything behind: a copy of this process runs them."""
import functools
import os

from _rpack import watching


def call(function, *arguments, **named):
    import pickle

    reading, writing = os.pipe()
    child = watching.copy()
    if child == 0:
        try:
            with os.fdopen(writing, "wb") as pipe:
                outcome = _outcome(function, arguments, named)
                pipe.write(pickle.dumps((outcome, watching.taken())))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if not answer:
        watching.lose("a process that ended")
        raise RuntimeError(f"the isolated function {function.__name__!r} ended its process ({describe(status)})")
    outcome, seen = pickle.loads(answer)
    watching.add(seen)
    succeeded, value = pickle.loads(outcome)
    if succeeded:
        return value
    raise value


def decorate(function):
    @functools.wraps(function)
    def isolated(*arguments, **named):
        return call(function, *arguments, **named)

    return isolated


class Python:
    """A context in which functions are called; each call has a process of its own."""

    def __init__(self, strict_mode=None):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def call(self, function, *arguments, **named):
        return call(function, *arguments, **named)


def describe(status):
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"status {code}"


def _outcome(function, arguments, named):
    import pickle

    try:
        return pickle.dumps((True, function(*arguments, **named)))
    except BaseException as error:
        try:
            text = pickle.dumps((False, error))
            # Some exceptions cannot be made again from what they give away.
            pickle.loads(text)
            return text
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
