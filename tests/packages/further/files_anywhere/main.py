"""File systems by the names of their protocols."""

import fsspec, s3fs, asyncio
with fsspec.open("memory://x.txt", "w") as file:
    file.write("hello")
print(fsspec.open("memory://x.txt", "r").open().read(), fsspec.filesystem("file").protocol, type(fsspec.filesystem("s3", anon=True)).__name__)
print(type(fsspec.filesystem("zip", fo=fsspec.open("memory://x.zip", "wb").open().name, mode="w") if False else fsspec.filesystem("http")).__name__)
