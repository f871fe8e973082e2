"""What runs on this machine, with which settings, and where it is reached."""

import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.content_repository import with_own_content
from adapters.settings import Settings
from community.staff import Roster
from launcher.secrets_files import own_secrets, simulated_account, with_defaults
from launcher.supervisor import Child, python


@dataclass(frozen=True, slots=True)
class Site:
    """The environment of all processes on one machine."""

    env: dict[str, str]
    is_simulated: bool
    """There is no account, so the simulator stands in WeChat's place."""

    @classmethod
    def from_env(cls, env: Mapping[str, str], state: Path) -> "Site":
        """Completes an environment: secrets, addresses, the simulated account."""
        complete = with_defaults(env, own_secrets(state))
        complete = with_own_content(complete, state)
        # What libraries say to their developers is nothing to who starts this.
        complete = with_defaults(complete, {"PYTHONWARNINGS": "ignore"})
        gateway = _address(env, "GATEWAY", "8800")
        desk = _address(env, "DESK", "8801")
        complete = with_defaults(complete, {"DESK_URL": desk})
        is_simulated = not env.get("WECHAT_APPID") and has_process("simulator")
        if is_simulated:
            # The phones of the simulator are on this machine; real ones are not.
            here = {
                "PUBLIC_URL": gateway,
                "WEBHOOK_LOCAL": "1",
                "SIMULATOR_NAMES": str(state / "simulator-names.json"),
            }
            complete = with_defaults(complete, here)
            simulator = _address(env, "SIMULATOR", "8802")
            account = simulated_account(state, simulator)
            if env.get("WECOM_CORPID"):  # a real company stays itself
                account = {
                    name: value
                    for name, value in account.items()
                    if not name.startswith(("WECOM_", "DESK_"))
                }
            quiet = account.pop("QUIET_HOURS")
            complete = with_defaults(complete, account)
            complete.setdefault("QUIET_HOURS", quiet)
        return cls(complete, is_simulated)

    def children(
        self, settings: Settings, wait_until_ready: Callable[[str, str], None]
    ) -> list[Child]:
        """Returns the processes in the order in which they start.

        Args:
            settings: Read from this environment.
            wait_until_ready: Called with a name and an address to ask.
        """
        gateway = f"http://{settings.gateway_host}:{settings.gateway_port}"
        desk = f"http://{settings.desk_host}:{settings.desk_port}"
        port = settings.metrics_port
        known = {
            # First, because the others get their access tokens from it.
            "simulator": Child("simulator", python("simulator", "serve")),
            "worker": Child("worker", python("bot", "worker"), env=_metrics(port, 4)),
            "gateway": Child(
                "gateway",
                python("gateway", "serve"),
                env=_metrics(port, 0),
                ready=lambda: wait_until_ready("gateway", f"{gateway}/readyz"),
            ),
            "dispatcher": Child(
                "dispatcher", python("dispatcher"), env=_metrics(port, 1)
            ),
            "desk": Child(
                "desk",
                python("desk", "serve"),
                env=_metrics(port, 2),
                ready=lambda: wait_until_ready("desk", f"{desk}/readyz"),
            ),
            "training": Child(
                "training", python("training", "serve"), env=_metrics(port, 3)
            ),
        }
        if not self.is_simulated:
            del known["simulator"]
        return [
            child
            for name, child in known.items()
            if has_process({"worker": "bot"}.get(name, name))
        ]

    def addresses(self, settings: Settings) -> list[str]:
        """Returns what a newcomer may open in a browser, one line each."""
        lines = [
            f"居民网页聊天：http://{settings.gateway_host}:{settings.gateway_port}"
        ]
        if has_process("desk"):
            lines.append(
                f"工作台（网格员、街道、县里）：http://{settings.desk_host}:{settings.desk_port}"
            )
        if self.is_simulated:
            simulator = _address(self.env, "SIMULATOR", "8802")
            lines.append(f"模拟微信和企业微信（没有填 WECHAT_APPID）：{simulator}")
        return lines


def write_names(file: Path, roster: Roster) -> None:
    """Tells the simulator what staff are called: `[{userid, name}]`."""
    rows = [
        {"userid": member.wecom_userid, "name": member.name}
        for member in roster.staff.values()
        if member.wecom_userid
    ]
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    fresh.replace(file)


def has_process(package: str) -> bool:
    """Tells whether a package can be started."""
    return importlib.util.find_spec(f"{package}.__main__") is not None


def _address(env: Mapping[str, str], process: str, port: str) -> str:
    host = env.get(f"{process}_HOST") or "127.0.0.1"
    return f"http://{host}:{env.get(f'{process}_PORT') or port}"


def _metrics(port: int, nth: int) -> dict[str, str]:
    return {"METRICS_PORT": str(port + nth if port else 0)}
