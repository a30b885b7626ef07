"""Tasks with a broker and a backend in memory; loader, pool and transport are named in texts."""

from celery import Celery, chain, group
from celery.contrib.testing.worker import start_worker

app = Celery("work", broker="memory://", backend="cache+memory://", include=["jobs.numbers"])
app.conf.update(task_always_eager=False, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
app.loader.import_default_modules()
print(sorted(name for name in app.tasks if not name.startswith("celery.")))
with start_worker(app, perform_ping_check=False, loglevel="CRITICAL", pool="solo"):
    add = app.tasks["jobs.numbers.add"]
    print(add.delay(2, 3).get(timeout=20))
    print(chain(add.s(1, 2), add.s(10)).apply_async().get(timeout=20))
