"""The settings of Kapok, but that a worker is taken for dead after a second of silence."""

from kapok.config.settings import *  # noqa: F403 - all of them

STALLED_WORKER_SECONDS = 1
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": 0.25,
    "stalled_worker_timeout": STALLED_WORKER_SECONDS,
    "delete_jobs": "successful",
}
