"""Facts of the interpreter and its machine."""
import importlib.machinery
import os
import sys

EXTENSION_SUFFIXES = importlib.machinery.EXTENSION_SUFFIXES
ALL_SUFFIXES = importlib.machinery.all_suffixes()
SOURCE_SUFFIXES = importlib.machinery.SOURCE_SUFFIXES
BYTECODE_SUFFIXES = importlib.machinery.BYTECODE_SUFFIXES

for _minor in range(5, sys.version_info[1] + 1):
    globals()[f"is_py3{_minor}"] = True
for _minor in range(sys.version_info[1] + 1, 20):
    globals()[f"is_py3{_minor}"] = False

is_64bits = sys.maxsize > 2**32
is_win = is_win_10 = is_win_11 = sys.platform == "win32"
is_cygwin = sys.platform == "cygwin"
is_darwin = sys.platform == "darwin"
is_linux = sys.platform.startswith("linux")
is_solar = sys.platform.startswith("sun")
is_aix = sys.platform.startswith("aix")
is_freebsd = sys.platform.startswith("freebsd")
is_openbsd = sys.platform.startswith("openbsd")
is_hpux = sys.platform.startswith("hp-ux")
is_unix = is_linux or is_solar or is_aix or is_freebsd or is_hpux or is_openbsd
is_musl = is_linux and "musl" in (getattr(sys.implementation, "_multiarch", "") or "")
is_termux = False
is_nogil = bool("t" in getattr(sys, "abiflags", ""))
architecture = "64bit" if is_64bits else "32bit"
machine = os.uname().machine if hasattr(os, "uname") else None

base_prefix = os.path.abspath(sys.base_prefix)
is_venv = is_virtualenv = base_prefix != os.path.abspath(sys.prefix)
is_conda = os.path.isdir(os.path.join(base_prefix, "conda-meta"))
is_pure_conda = os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
python_executable = sys.executable


def __getattr__(name):
    # It takes longer to import than most hooks take to run, and few ask for it.
    if name == "importlib_metadata":
        import importlib.metadata

        return importlib.metadata
    raise AttributeError(f"module 'PyInstaller.compat' has no attribute '{name}'", name=name, obj=sys.modules[__name__])


def system():
    return os.uname().sysname


def getenv(name, default=None):
    return os.environ.get(name, default)


def setenv(name, value):
    os.environ[name] = value


def unsetenv(name):
    os.environ.pop(name, None)
