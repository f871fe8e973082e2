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

from adapters.content_repository import with_own_content
from adapters.model_archives import find_model
from adapters.redis_keys import RedisKeys
from adapters.redis_server import server_command, wait_for_redis
from adapters.roster_files import RosterFiles
from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from community.errors import CommunityError, ConfigurationError
from launcher.backup import backup, restore
from launcher.content import content_command, prepare_content
from launcher.secrets_files import KEPT
from launcher.site import Site, has_process, write_names
from launcher.supervisor import Child, Supervisor, python

READY_TIMEOUT_S = 90.0
DEMO_TIMEOUT_S = 300.0


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


def worker_is_ready(settings: Settings, is_alive: Callable[[], bool]) -> bool:
    """Waits until a worker has announced itself; loading the model takes a while."""
    pattern = RedisKeys(settings.redis_prefix).worker("*")
    deadline = monotonic() + READY_TIMEOUT_S
    while monotonic() < deadline and is_alive():
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


def run(without: frozenset[str] = frozenset()) -> None:
    """Starts Redis (unless REDIS_URL is set) and the system's processes.

    Args:
        without: Names of processes that another machine runs.

    Raises:
        ConfigurationError: Something is missing; the message says what to do.
    """
    os.chdir(ROOT)
    state = Settings.from_env().state_dir
    lock = lock_state(state)
    prepare_content(os.environ, state, ROOT, say)
    site = Site.from_env(os.environ, state)
    settings = Settings.from_env(site.env)
    if "worker" not in without:
        find_model(settings.model_path, settings.learning)
    children = []
    if "REDIS_URL" not in os.environ:
        children.append(
            Child(
                "redis",
                server_command(state / "redis"),
                ready=lambda: wait_for_redis(settings.redis_url),
            )
        )
    say("数据库：检查表结构")
    upgrade(settings.database_url)
    children += [
        child
        for child in site.children(settings, wait_until_ready)
        if child.name not in without
    ]
    if site.is_simulated:
        roster = RosterFiles(settings.content_dir).roster()
        write_names(Path(site.env["SIMULATOR_NAMES"]), roster)
    guidance = prepare_demo(site)
    supervisor = Supervisor(children, site.env, say)
    say("启动进程：" + "、".join(child.name for child in children))
    try:
        supervisor.start()
        if "worker" not in without:
            say("等对话进程读完模型……")
            if not worker_is_ready(settings, lambda: supervisor.is_alive("worker")):
                say("对话进程还没好，消息先存着，它好了就答；原因看上面的日志")
        for line in site.addresses(settings):
            say(line)
        push_menu(site)
        sys.stdout.write(guidance)
        say("已启动，按 Ctrl-C 停止")
        supervisor.run()
    finally:
        supervisor.stop()
        del lock
    say("已停止")


def kept_files(settings: Settings) -> dict[str, Path]:
    """Returns what a backup holds beside Redis, SQL, blobs, catalogue and models."""
    return {name: settings.state_dir / name for name in KEPT}


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


def prepare_demo(site: Site) -> str:
    """Fills the fictitious world, where no real account is near; returns what to try.

    It comes before the processes, so that nobody is told of a past that never was.
    """
    if not (site.is_simulated and has_process("desk")):
        return ""
    say("演示：准备编出来的工作人员和工单（第一次要一会儿）")
    # Without it one can still look at everything that residents see.
    done = subprocess.run(  # noqa: S603 - our own command
        python("desk", "demo"),
        env=site.env,
        check=False,
        timeout=DEMO_TIMEOUT_S,
        stdout=subprocess.PIPE,
    )
    return done.stdout.decode()


def with_own_redis(action: Callable[[Settings], int]) -> int:
    """Runs an action with the embedded Redis, starting it if nothing runs."""
    os.chdir(ROOT)
    settings = Settings.from_env()
    own_env = with_own_content(os.environ, settings.state_dir)
    settings = Settings.from_env(own_env)
    own = None
    if "REDIS_URL" not in os.environ:
        try:
            wait_for_redis(settings.redis_url, timeout_s=0.5)
        except ConfigurationError:
            command = server_command(settings.state_dir / "redis")
            own = subprocess.Popen(command)  # noqa: S603 - ours
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
    commands.add_parser("run", help="start everything").add_argument(
        "--without",
        default="",
        metavar="NAME,…",
        help="processes that another machine runs: dispatcher, desk, …",
    )
    commands.add_parser("content", help="prepare the community's own content, once")
    commands.add_parser("backup", help="save all state").add_argument("file", type=Path)
    commands.add_parser("restore", help="bring it back").add_argument("file", type=Path)
    arguments = parser.parse_args()
    try:
        if arguments.command == "backup":
            n_files = with_own_redis(
                lambda s: backup(s, arguments.file.absolute(), kept_files(s))
            )
            say(f"已备份 {n_files} 个文件到 {arguments.file}")
        elif arguments.command == "restore":
            lock = lock_state(Settings.from_env().state_dir)
            n_files = with_own_redis(
                lambda s: restore(s, arguments.file.absolute(), kept_files(s))
            )
            say(f"已从 {arguments.file} 恢复 {n_files} 个文件")
            del lock
        elif arguments.command == "content":
            state = Settings.from_env().state_dir
            return content_command(os.environ, state, ROOT, say)
        else:
            run(frozenset(getattr(arguments, "without", "").split(",")))
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
