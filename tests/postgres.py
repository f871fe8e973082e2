"""Starts a private PostgreSQL where its server programs are installed."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVICE_USER = "postgres"


def programs() -> Path | None:
    """Returns the folder of `initdb` and `postgres`, newest version first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [folder for folder in folders if (folder / "initdb").is_file()]
    if not found:
        on_path = shutil.which("initdb")
        return Path(on_path).parent if on_path else None
    if os.getuid() == 0 and not _has_user():
        return None
    return found[0]


def _has_user() -> bool:
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return False
    return True


@contextmanager
def private_postgres() -> Iterator[str]:
    """Yields the address of a server of its own, without a TCP port."""
    folder = Path(f"/tmp/yxl-pg-{secrets.token_hex(4)}")
    folder.mkdir(mode=0o700)
    prefix: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, SERVICE_USER)
        prefix = ["setpriv", f"--reuid={SERVICE_USER}", "--clear-groups"]
    bin_folder = programs()
    assert bin_folder is not None
    data = folder / "data"
    init = [
        *prefix,
        str(bin_folder / "initdb"),
        "-D",
        str(data),
        "-A",
        "trust",
        "-U",
        "yxl",
    ]
    subprocess.run(init, check=True, capture_output=True, cwd=folder, timeout=60)
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    control = [*prefix, str(bin_folder / "pg_ctl"), "-D", str(data), "-w"]
    start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, capture_output=True, cwd=folder, timeout=60)
    try:
        yield f"postgresql://yxl@/postgres?host={folder}"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, cwd=folder, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
