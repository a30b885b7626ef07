"""Green threads with the standard library patched."""

from gevent import monkey

monkey.patch_all()

import socket
import time

import gevent
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from gevent.server import StreamServer

server = StreamServer(("127.0.0.1", 0), lambda connection, address: connection.sendall(b"hello"))
server.start()
with socket.create_connection(("127.0.0.1", server.server_port)) as connection:
    print(connection.recv(100))
print(Pool(2).map(lambda number: number * 2, range(4)))
print(type(gevent.get_hub().loop).__module__, gevent.get_hub().resolver.__class__.__module__)
started = []
gevent.joinall([gevent.spawn(lambda: (time.sleep(0), started.append(1))) for _ in range(3)])
print(len(started), WSGIServer.__name__)
