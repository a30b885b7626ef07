# Compiles modules for rpack. Each request is a file name and a source, each after its length; each answer is the reason why
# the source cannot be compiled, empty where it can, and marshalled code, each after its length. It ends with its input. Only modules that are part of the interpreter are imported.
import gc
import marshal
import sys

gc.disable()
requests = sys.stdin.buffer
answers = sys.stdout.buffer
optimization = int(sys.argv[1])


def receive():
    header = requests.read(4)
    if len(header) < 4:
        sys.exit()
    return requests.read(int.from_bytes(header, "little"))


def with_shared_sets(code, seen):
    # Equal constant sets of a module are one object or several, depending on which texts in them the process had interned
    # before, because the constructor of code objects interns them in copies of sets. Here they are one, whichever they were: a
    # code object with a set that is there again is always made anew.
    constants = []
    is_again = False
    for constant in code.co_consts:
        if type(constant) is frozenset:
            key = tuple(sorted(marshal.dumps(member, 0) for member in constant))
            is_again |= key in seen
            constant = seen.setdefault(key, constant)
        elif type(constant) is type(code):
            inner = with_shared_sets(constant, seen)
            is_again |= inner is not constant
            constant = inner
        constants.append(constant)
    return code.replace(co_consts=tuple(constants)) if is_again else code


while True:
    name = receive().decode()
    source = receive()
    reason = b""
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=optimization)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Importing the module raises what importing its source would raise.
        arguments = error.args
        if isinstance(error, SyntaxError):
            arguments = (error.msg, (name, error.lineno, error.offset, error.text, error.end_lineno, error.end_offset))
            reason = f"{error.msg} (line {error.lineno})".encode("utf-8", "replace")
        else:
            reason = f"{type(error).__name__}: {error}".encode("utf-8", "replace")
        code = compile(f"raise {type(error).__name__}(*{arguments!r})", name, "exec", dont_inherit=True)
    code = with_shared_sets(code, {})
    for answer in (reason, marshal.dumps(code)):
        answers.write(len(answer).to_bytes(4, "little"))
        answers.write(answer)
    answers.flush()
