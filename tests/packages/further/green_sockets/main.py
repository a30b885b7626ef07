"""A server and its client in one thread, over modules of the standard library that are imported once more."""

import warnings

warnings.simplefilter("ignore")

import eventlet

eventlet.monkey_patch()

import time
import urllib.request

from eventlet import wsgi
from eventlet.green import subprocess

pool = eventlet.GreenPool(4)
print(sorted(pool.imap(lambda x: (time.sleep(0.01), x * x)[1], range(5))))
server = eventlet.listen(("127.0.0.1", 0))


def answer(environ, start_response):
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


eventlet.spawn(wsgi.server, server, answer, log_output=False)
print(urllib.request.urlopen("http://127.0.0.1:%d/path" % server.getsockname()[1]).read())
print(subprocess.check_output(["echo", "x"]))
