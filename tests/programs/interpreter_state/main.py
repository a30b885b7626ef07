"""Prints the state of the interpreter that a program can come to depend upon."""

import __main__
import builtins
import gc
import os
import site
import subprocess
import sys
import threading

print("garbage collector", gc.isenabled(), gc.get_threshold(), gc.get_debug())
print("limits", sys.getrecursionlimit(), sys.getswitchinterval(), sys.maxsize)
print("hash", sys.flags.hash_randomization, sys.hash_info.algorithm)
for flag in ("bytes_warning", "dev_mode", "inspect", "interactive", "optimize", "quiet", "utf8_mode", "verbose"):
    print("flag", flag, getattr(sys.flags, flag))
print("debug", __debug__)
print("implementation", sys.implementation.name, sys.version_info >= (3, 10), sys.byteorder, sys.platform)
print("names of the standard library", len(sys.stdlib_module_names), "json" in sys.stdlib_module_names)
print("hooks", sys.displayhook is sys.__displayhook__, sys.excepthook is sys.__excepthook__)
print("tracing", sys.gettrace(), sys.getprofile())
print("prompts", hasattr(sys, "ps1"), hasattr(sys, "ps2"))
print("main", __main__ is sys.modules["__main__"], __name__, __builtins__ is builtins)
for name in ("__file__", "__loader__", "__package__", "__spec__"):
    print("name in main", name, name in vars(__main__))
for name in ("exit", "quit", "help", "copyright", "credits", "license"):
    print("builtin", name, type(getattr(builtins, name, None)).__name__)
print("text of a builtin", repr(copyright))
print("threads", threading.active_count(), threading.current_thread() is threading.main_thread())
print("native threads", len(os.listdir("/proc/self/task")))
# A packed program keeps descriptors of its own, far from the first ones, and no child inherits them.
print("next descriptors", os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY))
print("inherited by children", subprocess.check_output(["sh", "-c", "ls /proc/$$/fd"], close_fds=False).split())
print("process", os.getpgrp() == os.getpgid(os.getppid()), os.umask(0o22) == os.umask(0o22))
print("working folder", os.listdir())
# Where the packages of a user lie is known, whether or not they are looked at.
print("places of the user", isinstance(site.USER_BASE, str), isinstance(site.USER_SITE, str))
print("asked whether they are looked at", isinstance(site.ENABLE_USER_SITE, bool))
