"""Jobs on a schedule whose triggers are entry points; three ways to log."""

import logging.config
import sys
import threading
from pathlib import Path

import structlog
import yaml
from apscheduler.schedulers.background import BackgroundScheduler
from loguru import logger

logging.config.dictConfig(yaml.safe_load((Path(__file__).parent / "logging.yaml").read_text()))
logging.getLogger("apscheduler").setLevel(logging.ERROR)
logging.getLogger("shop").info("from %s", "logging")
logger.remove()
logger.add(sys.stdout, format="{level} {message}", colorize=False)
logger.warning("from {}", "loguru")
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer(sort_keys=True)], logger_factory=structlog.PrintLoggerFactory())
structlog.get_logger().info("from structlog", size=3)
done = threading.Event()
scheduler = BackgroundScheduler(timezone="UTC")
scheduler.add_job(done.set, "date")
scheduler.add_job(print, "cron", hour=3, args=["never"])
scheduler.add_job("jobs.daily:report", "interval", hours=24, id="daily")
scheduler.start()
print(done.wait(20), scheduler.get_job("daily").func())
scheduler.shutdown()
