# Compiles modules for rpack. Each request is a file name and a source, each after its length; each answer is a status, a
# length, and marshalled code or a message. It ends with its input. Only modules that are part of the interpreter are imported.
import gc
import marshal
import sys

gc.disable()
requests = sys.stdin.buffer
answers = sys.stdout.buffer


def receive():
    header = requests.read(4)
    if len(header) < 4:
        sys.exit()
    return requests.read(int.from_bytes(header, "little"))


while True:
    name = receive().decode()
    source = receive()
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
        status, answer = 0, marshal.dumps(code)
    except SyntaxError as error:
        status, answer = 1, f"{error.msg} (line {error.lineno})".encode("utf-8", "replace")
    except (ValueError, RecursionError, MemoryError) as error:
        status, answer = 1, f"{type(error).__name__}: {error}".encode("utf-8", "replace")
    answers.write(bytes([status]) + len(answer).to_bytes(4, "little"))
    answers.write(answer)
    answers.flush()
