"""Who is who: the roster's staff, and persons who have only an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.sql.accounts import Account
from adapters.sql.staff import LiveRoster
from community.errors import RecordError
from community.staff import Role, Roster, Staff
from community.tiers import Tier


class Directory:
    """Finds staff by id or by WeCom account."""

    def __init__(self, live: LiveRoster) -> None:
        """Takes files and run-time changes of the roster."""
        self._live = live
        self._roster = Roster()

    async def refresh(self, now: datetime) -> None:
        """Looks whether duty, leave or the files have changed.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        self._roster = await self._live.current(now)

    def forget(self) -> None:
        """Makes the next `refresh` read the changes again, after one was made."""
        self._live.forget()

    @property
    def roster(self) -> Roster:
        """The roster as it was at the last `refresh`."""
        return self._roster

    def staff(self, staff_id: str, account: Account | None) -> Staff | None:
        """Returns a member of staff; the roster comes before an account's profile."""
        member = self.roster.staff.get(staff_id)
        if member is not None:
            return member
        if account is None or account.profile is None:
            return None
        return staff_of_profile(staff_id, account.profile)

    def name(self, owner: str) -> str:
        """Returns how pages call a person or a duty desk."""
        member = self.roster.staff.get(owner)
        if member is not None:
            return member.name
        _, _, unit = owner.partition("desk:")
        known = self.roster.units.get(unit)
        if known is not None:
            return f"{known.name}值班台"
        return "值班台" if unit else owner

    def unit_name(self, unit: str | None) -> str:
        """Returns the name of a grid, community, street or the county."""
        roster = self.roster
        wanted = unit or ""
        if wanted in roster.grids:
            return roster.grids[wanted].name
        known = roster.units.get(wanted)
        return known.name if known is not None else wanted


def staff_of_profile(staff_id: str, profile: Mapping[str, Any]) -> Staff:
    """Reads an account's profile.

    Raises:
        RecordError: It does not have the shape that `python -m desk staff add` writes.
    """
    try:
        return Staff(
            id=staff_id,
            name=profile["name"],
            tier=Tier(profile["tier"]),
            unit=profile["unit"],
            community=profile.get("community"),
            wecom_userid=profile.get("wecom_userid", ""),
            roles=frozenset(Role(role) for role in profile["roles"]),
        )
    except (KeyError, ValueError) as err:
        raise RecordError(f"account {staff_id}: profile is malformed: {err}") from err


def profile_of(
    name: str, tier: Tier, unit: str, community: str | None, roles: frozenset[Role]
) -> dict[str, Any]:
    """Builds the profile of somebody outside the roster."""
    return {
        "name": name,
        "tier": tier.value,
        "unit": unit,
        "community": community,
        "roles": sorted(role.value for role in roles),
    }
