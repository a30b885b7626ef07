"""Shakes hands over TLS, in memory, with a cipher that needs no certificate."""

import ssl
import socket
import threading


def anonymous(purpose: int) -> ssl.SSLContext:
    """A context for a test: no real one may use ciphers without authentication."""
    context = ssl.SSLContext(purpose)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH:@SECLEVEL=0")
    return context


def serve(connection: socket.socket) -> None:
    with anonymous(ssl.PROTOCOL_TLS_SERVER).wrap_socket(connection, server_side=True) as secured:
        secured.sendall(secured.recv(100).upper())


ours, theirs = socket.socketpair()
server = threading.Thread(target=serve, args=(theirs,))
server.start()
with anonymous(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(ours) as secured:
    secured.sendall(b"through tls")
    print(secured.recv(100), secured.version(), secured.cipher()[0])
server.join()

context = ssl.create_default_context()
print(context.verify_mode.name, context.check_hostname, context.minimum_version.name)
print(ssl.OPENSSL_VERSION.split()[0], ssl.HAS_TLSv1_3)

incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
client = context.wrap_bio(incoming, outgoing, server_hostname="example.org")
try:
    client.do_handshake()
except ssl.SSLWantReadError:
    print("greeting", outgoing.read(3).hex())
incoming.write(b"this is not tls at all")
try:
    client.do_handshake()
except ssl.SSLError as error:
    print(error.reason, error.library)

try:
    ssl.create_default_context(cadata="-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n")
except ssl.SSLError as error:
    print(type(error).__name__)
