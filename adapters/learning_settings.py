"""Settings of the learning loop: log, training data, models."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.environment import flag, integer
from adapters.kept_files import secret_text
from community.learning.entry import Pseudonyms


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """Every setting of the loop, see `.env.example`."""

    data_dir: Path
    """Training data, `nlu/` below it."""
    evaluation_dir: Path
    conversations_dir: Path
    """Written conversations that judge candidates; none are played without it."""
    gates_file: Path | None
    """Gates that differ from the release's; `None` for none."""
    log_days: int
    pseudonym_key: str
    """Empty: made once in `pseudonym_key_file`."""
    pseudonym_key_file: Path
    signing_key: Path
    trusted_keys: tuple[str, ...]
    """Public keys in hex; empty: the one beside the signing key."""
    models_bytes: int
    """Disk that models may take before old ones are removed."""
    gives_way: bool
    """Training and judging run only while nothing else wants a processor."""

    @classmethod
    def from_env(
        cls, source: Mapping[str, str], root: Path, state: Path
    ) -> "LearningSettings":
        """Reads the settings.

        Args:
            source: The environment.
            root: Folder of the program, with data and evaluation.
            state: Folder of keys made at the first run.

        Raises:
            ConfigurationError: A value is malformed; the message names the variable.
        """
        keys = source.get("MODEL_TRUSTED_KEYS", "").split(",")
        gates = source.get("GATES_FILE", "").strip()
        return cls(
            data_dir=Path(source.get("TRAINING_DATA_DIR", str(root / "data"))),
            evaluation_dir=Path(source.get("EVALUATION_DIR", str(root / "evaluation"))),
            conversations_dir=Path(
                source.get("CONVERSATIONS_DIR", str(root / "tests" / "conversations"))
            ),
            gates_file=Path(gates) if gates else None,
            log_days=integer(source, "LOG_DAYS", 180, low=1, high=3650),
            pseudonym_key=source.get("PSEUDONYM_KEY", ""),
            pseudonym_key_file=state / "pseudonym.key",
            signing_key=Path(
                source.get("MODEL_SIGNING_KEY", str(state / "model-signing.key"))
            ),
            trusted_keys=tuple(key.strip() for key in keys if key.strip()),
            models_bytes=integer(source, "MODELS_MB", 2_000, low=200, high=1_000_000)
            * 1_000_000,
            gives_way=flag(source, "TRAINING_GIVES_WAY", default=True),
        )

    def pseudonyms(self) -> Pseudonyms:
        """Returns the keyed hashes of this installation; makes the key if needed."""
        return Pseudonyms(self.pseudonym_key or secret_text(self.pseudonym_key_file))
