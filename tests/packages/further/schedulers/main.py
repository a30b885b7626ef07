"""Stores, executors and jobs of a scheduler, named in texts."""

import threading
from apscheduler.schedulers.background import BackgroundScheduler
done = threading.Event()
scheduler = BackgroundScheduler({"apscheduler.jobstores.default": {"type": "sqlalchemy", "url": "sqlite://"}, "apscheduler.executors.default": {"class": "apscheduler.executors.pool:ThreadPoolExecutor", "max_workers": "2"}, "apscheduler.timezone": "Europe/Berlin"})
scheduler.start()
job = scheduler.add_job("work.daily:report", "cron", hour=3, id="x")
print(job.trigger, scheduler.get_job("x").func())
scheduler.shutdown()
