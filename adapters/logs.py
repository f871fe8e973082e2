"""Structured logs without personal data: events with key-values, one JSON a line."""

import logging
import sys

import structlog


def configure_logs(process: str, level: str = "INFO") -> None:
    """Sets up structlog and the standard library's logging for one process."""
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(levelname)s %(name)s %(message)s"
    )
    for noisy in ("rasa", "rasa_sdk", "aiohttp.access", "matplotlib", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Our forms read what was said themselves; rasa_sdk warns of that at each message.
    logging.getLogger("rasa_sdk.forms").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(level)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)
