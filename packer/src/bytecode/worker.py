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
    for answer in (reason, marshal.dumps(code)):
        answers.write(len(answer).to_bytes(4, "little"))
        answers.write(answer)
    answers.flush()
