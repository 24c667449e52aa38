"""The files of tests that take longest, longest first: where several workers share the tests, nobody waits for one at the end.

Only the order hangs on it. After a change, `--durations=0` says how it is now.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
FILES = (
    "console/test_masking.py",
    "chain/test_ordering_exceptions.py",
    "back/test_workforce_orders.py",
    "chain/test_ordering_retired.py",
    "front/test_online.py",
    "chain/test_ordering.py",
    "selfcare/test_web.py",
    "console/test_desk_actions.py",
    "chain/test_ordering_lifting.py",
    "back/test_workforce_dispatch.py",
    "console/test_field.py",
    "front/test_channels.py",
    "network/test_inventory.py",
    "console/test_customers_screens.py",
    "console/test_packs_calculator.py",
    "console/test_audits.py",
    "console/test_my_work.py",
    "chain/test_ordering_agreeing.py",
    "ground/test_commitments.py",
    "console/test_letters.py",
    "ground/test_work.py",
    "chain/test_ordering_trials.py",
    "console/test_places_screens.py",
    "console/test_desk_order.py",
    "chain/test_ordering_demo.py",
    "back/test_workforce_demo.py",
    "stories/test_orders_down.py",
    "host/test_backup.py",
    "host/test_cluster.py",
    "host/test_up.py",
    "network/test_activation_radius.py",
    "console/test_browser.py",
    "console/test_desk_keyboard.py",
    "console/test_selfcare_browser.py",
    "ground/test_catalog.py",
    "console/test_flows_screens.py",
    "console/test_audits_mapping.py",
    "console/test_offers_screens.py",
    "console/test_posts_screens.py",
)


def place(path: Path) -> int:
    """Where a file of tests stands; all that are not named come together, at the end."""
    name = path.relative_to(TESTS).as_posix()
    return FILES.index(name) if name in FILES else len(FILES)
