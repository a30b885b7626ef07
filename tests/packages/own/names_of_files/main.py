"""Archives a folder in which two files have the same content, and asks whether they are one."""

import io
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

tree = Path(__file__).parent / "tree"
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as writing:
    writing.add(tree, "tree")
archive.seek(0)
with tarfile.open(fileobj=archive) as reading:
    print(sorted((member.name, member.type, member.size) for member in reading.getmembers()))

one, other = tree / "one.txt", tree / "below" / "other.txt"
print(one.samefile(other), os.path.samefile(one, tree / "below" / ".." / "one.txt"), one.stat().st_nlink)

with tempfile.TemporaryDirectory() as folder:
    copy = Path(shutil.copytree(tree, f"{folder}/copy"))
    print(sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*")))
    print(Path(shutil.make_archive(f"{folder}/packed", "gztar", tree)).name)
