"""Files that must not be half written: secrets made once, texts replaced whole."""

import os
import secrets
from pathlib import Path

from community.errors import ConfigurationError


def make_once(path: Path, content: bytes) -> bytes:
    """Returns what the file holds; writes `content` if there is none yet.

    Of several processes that start at the same time one writes, the others read.

    Raises:
        ConfigurationError: The file can neither be read nor written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.is_file():
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            try:
                os.link(partial, path)  # fails where another process was quicker
            except FileExistsError:
                pass
            finally:
                partial.unlink()
        return path.read_bytes()
    except OSError as err:
        raise ConfigurationError(f"{path}: cannot be read or written: {err}") from err


def secret_text(path: Path) -> str:
    """Returns a random secret that is kept in a file."""
    return make_once(path, secrets.token_hex(32).encode()).decode().strip()


def replace_text(path: Path, text: str) -> None:
    """Replaces a file: readers see the old text or the new one, never a part."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
