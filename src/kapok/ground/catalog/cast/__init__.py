"""The flows of the demonstration's small operator. Pure data; the units are those of its people."""

from kapok.ground.catalog.cast.assurance import BUSINESS_REPAIR, KEY_ACCOUNT_FAULT, REPAIR, TOP_ACCOUNT_FAULT
from kapok.ground.catalog.cast.changing import CHANGES
from kapok.ground.catalog.cast.circuits import CIRCUITS
from kapok.ground.catalog.cast.opening import INSTALL, PAYPHONE, REPLY, SIM, WEBSITE

__all__ = ["FLOWS", "INSTALL", "KEY_ACCOUNT_FAULT", "REPAIR", "REPLY"]

FLOWS = (
    REPAIR, BUSINESS_REPAIR, KEY_ACCOUNT_FAULT, TOP_ACCOUNT_FAULT, INSTALL, REPLY, SIM, PAYPHONE, WEBSITE, *CIRCUITS, *CHANGES,
)  # fmt: skip
