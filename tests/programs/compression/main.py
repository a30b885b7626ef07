"""Compresses, archives and hashes."""

import base64
import binascii
import bz2
import gzip
import hashlib
import hmac
import io
import lzma
import tarfile
import zipfile
import zlib

data = b"the same text again and again; " * 400

for module in (zlib, gzip, bz2, lzma):
    packed = module.compress(data)
    print(module.__name__, len(packed) < 200, module.decompress(packed) == data)
print(zlib.crc32(data), zlib.adler32(data), binascii.crc_hqx(data, 0))
try:
    zlib.decompress(b"no stream")
except zlib.error as error:
    print(error)

for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("folder/ä.txt"), data, method)
    with zipfile.ZipFile(buffer) as archive:
        print("zip", method, archive.namelist(), archive.testzip(), archive.read("folder/ä.txt") == data)

for mode in ("", "gz", "bz2", "xz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{mode}") as archive:
        member = tarfile.TarInfo("folder/file")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as archive:
        print("tar", mode, archive.getnames(), archive.extractfile("folder/file").read() == data)

for name in sorted(hashlib.algorithms_guaranteed):
    digest = hashlib.new(name, data)
    print(name, digest.hexdigest(16) if digest.digest_size == 0 else digest.hexdigest()[:32])
print(hmac.new(b"key", data, "sha256").hexdigest(), hmac.compare_digest("a", "a"))
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex())
print(hashlib.scrypt(b"password", salt=b"salt", n=16, r=1, p=1).hex())
print(base64.b85encode(b"\x00\x01binary"), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b32encode(b"x"))
