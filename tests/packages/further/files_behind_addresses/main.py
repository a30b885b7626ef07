"""File systems behind addresses, opened by what distributions offer through `pkg_resources`."""

import tempfile

from fs import copy, open_fs
from fs.opener import registry

memory = open_fs("mem://")
memory.makedirs("deep/er")
memory.writetext("deep/er/a.txt", "hello")
place = tempfile.mkdtemp()
for address in [f"zip://{place}/x.zip", f"tar://{place}/x.tar"]:
    with open_fs(address, create=True) as archive:
        copy.copy_fs(memory, archive)
    with open_fs(address) as archive:
        print(sorted(archive.walk.files()), archive.readtext("deep/er/a.txt"))
print(sorted(registry.protocols))
