"""Runs child processes, and shows that they get what the parent was started with and nothing else."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path


def shell(script: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, **options)


print(shell("echo out; echo err >&2; exit 3"))
print(shell("cat", input="given\n").stdout, end="")
print(shell("pwd -P", cwd="/").stdout, end="")
print("killed", shell("kill -KILL $$").returncode)
print(shell("echo $ONLY", env={"ONLY": "one"}).stdout, end="")
print("system", os.waitstatus_to_exitcode(os.system("exit 4")))
print("spawned", os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1]))

# The shell adds variables of its own, so the environment is read from the kernel, as it was handed over.
environment = Path("/proc/self/environ").read_bytes()
child = subprocess.run(["cat", "/proc/self/environ"], capture_output=True).stdout
print("same environment", sorted(environment.split(b"\0")) == sorted(child.split(b"\0")))
for name in sorted(os.environ):
    if name.startswith(("LD_", "PYTHON", "TRIED")) or "RPACK" in name or "MEI" in name:
        print(name, os.environ[name])
print("descriptors", shell("ls /proc/self/fd", close_fds=False).stdout.split()[:-1])

with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
    print(process.communicate(b"through a pipe")[0])
with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as process:
    process.send_signal(signal.SIGTERM)
    print("signalled", process.wait())

sys.stdout.flush()
forked = os.fork()
if forked == 0:
    print("in the forked process")
    sys.exit(8)
print("forked", os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]))


async def main() -> None:
    command = ["/bin/sh", "-c", "read line; echo got $line; exit 2"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    output, _ = await process.communicate(b"asyncio\n")
    print(output, process.returncode)


asyncio.run(main())
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as error:
    print(error)
