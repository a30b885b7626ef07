"""Prints what Python does with each signal, and what it hands on to a child process."""

import signal
import subprocess

for number in sorted(signal.valid_signals()):
    action = signal.getsignal(number)
    if action is not signal.SIG_DFL:
        name = number.name if isinstance(number, signal.Signals) else str(number)
        print(name, getattr(action, "name", None) or getattr(action, "__name__", action))
print("blocked", sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))

# Lines such as `SigIgn:	0000000000001000`: masks of the signals that the child ignores, blocks and has pending.
for restore in (True, False):
    command = ["/bin/sh", "-c", "grep -E '^(Sig|Shd)(Q|Pnd|Blk|Ign|Cgt)?:' /proc/self/status | grep -v SigQ"]
    print(subprocess.run(command, capture_output=True, text=True, restore_signals=restore).stdout, end="")
