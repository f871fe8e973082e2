"""Starts a private PostgreSQL where its server programs are installed."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def programs() -> Path | None:
    """Returns the folder of `initdb` and `postgres`: the system's, else PyPI's."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders += [Path(on_path).parent] if on_path else []
    package = find_spec("pgserver")
    if package is not None and package.origin is not None:
        folders.append(Path(package.origin).parent / "pginstall" / "bin")
    found = [folder for folder in folders if (folder / "initdb").is_file()]
    return found[0] if found else None


def _user() -> str:
    """The server refuses to run as root; returns who runs it then."""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("PostgreSQL: there is no user to run it as")


@contextmanager
def private_postgres() -> Iterator[str]:
    """Yields the address of a server of its own, without a TCP port."""
    folder = Path(f"/tmp/yxl-pg-{secrets.token_hex(4)}")
    folder.mkdir(mode=0o700)
    prefix: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        user = _user()
        shutil.chown(folder, user)
        prefix = ["setpriv", f"--reuid={user}", "--clear-groups"]
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
