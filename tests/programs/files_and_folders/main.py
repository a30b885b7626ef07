"""Works with files and folders of its own."""

import fcntl
import filecmp
import fnmatch
import glob
import mmap
import os
import selectors
import shutil
import socket
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "ä.txt").write_text("first\nsecond\n", encoding="utf-8")
    (folder / "a" / "b" / "link").symlink_to("../ä.txt")
    (folder / "script").write_bytes(b"#!/bin/sh\n")
    (folder / "script").chmod(0o755)

    for root, folders, files in sorted(os.walk(folder)):
        print(os.path.relpath(root, folder), folders, files)
    print(sorted(path.relative_to(folder).as_posix() for path in folder.glob("**/*")))
    print([os.path.basename(path) for path in glob.glob("**/*.txt", root_dir=folder, recursive=True)])
    print(oct((folder / "script").stat().st_mode), os.access(folder / "script", os.X_OK))
    link = folder / "a" / "b" / "link"
    print(link.resolve() == (folder / "a" / "ä.txt").resolve(), os.readlink(link))
    print(fnmatch.filter(["x.py", "y"], "*.py"))

    shutil.copytree(folder / "a", folder / "copy", symlinks=True)
    print(filecmp.dircmp(folder / "a", folder / "copy").left_only, shutil.which("script", path=name) is not None)
    archive = shutil.make_archive(str(folder / "packed"), "zip", folder / "a")
    shutil.unpack_archive(archive, folder / "unpacked")
    print(sorted(os.listdir(folder / "unpacked")), (folder / "unpacked" / "ä.txt").read_text(encoding="utf-8"))

    with open(folder / "script", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[0:2] = b"//"
        print(mapped.find(b"sh"), bytes(mapped[:2]))
    with open(folder / "lock", "w") as first, open(folder / "lock") as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        try:
            fcntl.flock(second, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            print("locked", error.errno)
    os.replace(folder / "lock", folder / "renamed")
    print((folder / "renamed").exists(), (folder / "lock").exists())

for wrong in ("/no/such/file", "/", "/proc/self/mem/x"):
    try:
        open(wrong)
    except OSError as error:
        print(type(error).__name__, error)

ours, theirs = socket.socketpair()
with selectors.DefaultSelector() as selector, ours, theirs:
    selector.register(ours, selectors.EVENT_READ, "data")
    theirs.send(b"x")
    print([key.data for key, _ in selector.select(timeout=5)])
