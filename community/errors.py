"""Errors of the domain; every leaf says when it is raised."""


class CommunityError(Exception):
    """Root of all errors that this project raises on purpose."""


class CatalogError(CommunityError):
    """Raised when the catalogue cannot be used; lists every problem at once."""

    def __init__(self, problems: list[str]) -> None:
        """Keeps the problems, each `path: message`, for callers that print them."""
        super().__init__("\n".join(problems))
        self.problems = problems


class RecordError(CommunityError):
    """Raised when a stored or received record does not have its contract's shape."""


class StoreUnavailableError(CommunityError):
    """Raised when Redis or the database did not answer; the caller may try again."""


class LeaseLostError(CommunityError):
    """Raised when a worker commits under a lease that is no longer its own."""


class MailboxFullError(CommunityError):
    """Raised when a conversation has too many unanswered messages."""


class ConfigurationError(CommunityError):
    """Raised at start-up when a setting is missing, malformed or unsafe."""


class NotFoundError(CommunityError):
    """Raised when something with this number or id does not exist."""


class TransitionRefusedError(CommunityError):
    """Raised when a ticket's state or the actor's post does not allow an act."""


class ImplausibleMergeError(TransitionRefusedError):
    """Raised when two tickets can hardly be one thing; `differs` says in what."""

    def __init__(self, differs: str) -> None:
        """Keeps in what they differ: `item`, `place` or `time`."""
        super().__init__(f"merge: the tickets differ in {differs}")
        self.differs = differs


class ConflictError(CommunityError):
    """Raised when somebody else was first; `owner` is the staff id of who has it."""

    def __init__(self, owner: str) -> None:
        """Names who has it."""
        super().__init__(f"somebody else has it: {owner}")
        self.owner = owner


class RosterChangeRefusedError(CommunityError):
    """Raised when leave, duty or a deputy makes no sense; the text is for staff."""


class ModelRefusedError(CommunityError):
    """Raised when a model is unsigned, altered, incomplete or not known."""


class PromotionRefusedError(CommunityError):
    """Raised when a model may not serve; lists every reason."""

    def __init__(self, reasons: list[str]) -> None:
        """Keeps the reasons for callers that print them."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class AnnotationRefusedError(CommunityError):
    """Raised when a decision on a message may not be taken; lists every reason."""

    def __init__(self, reasons: list[str]) -> None:
        """Keeps the reasons for callers that print them."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class ContentRefusedError(CommunityError):
    """Raised when a change of the content may not go live; lists every reason."""

    def __init__(self, reasons: list[str]) -> None:
        """Keeps the reasons for callers that show them."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons
