"""`python -m launcher [run|backup FILE|restore FILE]`: one machine, whole system."""

import argparse
import fcntl
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from redis import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from community.errors import CommunityError, ConfigurationError
from launcher.backup import backup, restore
from launcher.redis_server import server_command, wait_for_redis
from launcher.secrets_files import KEPT
from launcher.site import Site, has_process
from launcher.supervisor import Child, Supervisor, python

STATE = ROOT / ".local"
READY_TIMEOUT_S = 90.0
SINGLE_FILES = {name: STATE / name for name in KEPT}
"""Files beside Redis, SQL, blobs, catalogue and models that a backup must hold."""


def say(text: str) -> None:
    """Prints progress at once."""
    sys.stdout.write(f"› {text}\n")
    sys.stdout.flush()


def wait_until_ready(name: str, url: str) -> None:
    """Waits until a process answers that it is ready.

    Raises:
        ConfigurationError: It is not within `READY_TIMEOUT_S`.
    """
    deadline = monotonic() + READY_TIMEOUT_S
    while monotonic() < deadline:
        with (
            suppress(OSError),
            urllib.request.urlopen(  # noqa: S310 - our own address
                url, timeout=2
            ) as answer,
        ):
            if answer.status == 200:
                return
        sleep(0.1)
    raise ConfigurationError(
        f"the {name} at {url} did not get ready; is the port free?"
    )


def worker_is_ready(settings: Settings) -> bool:
    """Waits until a worker has announced itself; loading the model takes a while."""
    pattern = RedisKeys(settings.redis_prefix).worker("*")
    deadline = monotonic() + READY_TIMEOUT_S
    while monotonic() < deadline:
        with (
            suppress(RedisError, OSError),
            Redis.from_url(settings.redis_url, socket_timeout=5) as client,
        ):
            if next(client.scan_iter(match=pattern, count=1_000), None) is not None:
                return True
        sleep(0.2)
    return False


def lock_state(folder: Path) -> object:
    """Makes sure that only one system uses the state folder.

    Raises:
        ConfigurationError: Another one runs already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "launcher.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        raise ConfigurationError(f"already running with {folder}") from err
    return file


def run() -> None:
    """Starts Redis (unless REDIS_URL is set) and every process of the system."""
    os.chdir(ROOT)
    lock = lock_state(STATE)
    site = Site.from_env(os.environ, STATE)
    settings = Settings.from_env(site.env)
    children = []
    if "REDIS_URL" not in os.environ:
        children.append(
            Child(
                "redis",
                server_command(STATE / "redis"),
                ready=lambda: wait_for_redis(settings.redis_url),
            )
        )
    say("数据库：检查表结构")
    upgrade(settings.database_url)
    children += site.children(settings, wait_until_ready)
    supervisor = Supervisor(children, site.env, say)
    say("启动进程：" + "、".join(child.name for child in children))
    try:
        supervisor.start()
        say("等对话进程读完模型……")
        if not worker_is_ready(settings):
            say("对话进程还没好，消息先存着，它好了就答；原因看上面的日志")
        for line in site.addresses(settings):
            say(line)
        push_menu(site)
        show_demo_accounts(site)
        say("已启动，按 Ctrl-C 停止")
        supervisor.run()
    finally:
        supervisor.stop()
        del lock
    say("已停止")


def push_menu(site: Site) -> None:
    """Gives the simulated account its menu; a real one's is pushed by its operators."""
    if site.is_simulated:
        # Without it one can still write; why it failed is on stderr.
        subprocess.run(  # noqa: S603 - our own command
            python("adapters.wechat", "menu", "push"),
            env=site.env,
            check=False,
            timeout=60,
        )


def show_demo_accounts(site: Site) -> None:
    """Prints passwords for the fictitious staff, where no real account is near."""
    if site.is_simulated and has_process("desk"):
        # Without them one can still look at everything that residents see.
        subprocess.run(python("desk", "demo"), env=site.env, check=False, timeout=60)  # noqa: S603 - our own command


def with_own_redis(action: Callable[[Settings], int]) -> int:
    """Runs an action with the embedded Redis, starting it if nothing runs."""
    os.chdir(ROOT)
    settings = Settings.from_env()
    own = None
    if "REDIS_URL" not in os.environ:
        try:
            wait_for_redis(settings.redis_url, timeout_s=0.5)
        except ConfigurationError:
            own = subprocess.Popen(server_command(STATE / "redis"))  # noqa: S603 - ours
            wait_for_redis(settings.redis_url)
    try:
        return action(settings)
    finally:
        if own is not None:
            own.terminate()
            own.wait(20)


def main() -> int:
    """Runs the chosen command; errors of ours end with one clear line."""
    parser = argparse.ArgumentParser(prog="python -m launcher", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="start everything")
    commands.add_parser("backup", help="save all state").add_argument("file", type=Path)
    commands.add_parser("restore", help="bring it back").add_argument("file", type=Path)
    arguments = parser.parse_args()
    try:
        if arguments.command == "backup":
            n_files = with_own_redis(
                lambda s: backup(s, arguments.file.absolute(), SINGLE_FILES)
            )
            say(f"已备份 {n_files} 个文件到 {arguments.file}")
        elif arguments.command == "restore":
            lock = lock_state(STATE)
            n_files = with_own_redis(
                lambda s: restore(s, arguments.file.absolute(), SINGLE_FILES)
            )
            say(f"已从 {arguments.file} 恢复 {n_files} 个文件")
            del lock
        else:
            run()
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
