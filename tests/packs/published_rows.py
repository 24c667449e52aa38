"""The rows of the published rule collection for the jurisdictions that packs are shipped for: every name, and how well it was seen.

Where a row is stated as several promises, or under another name, `STATED_AS` says as which.
"""

from __future__ import annotations

_SEEN = {
    ("China", "mirror_of_text"): """
        CN-TR-INSTALL CN-TR-FAULT-URBAN CN-TR-FAULT-RURAL CN-TR-RESUME CN-TR-DUNNING-SUSPEND
        CN-TR-DUNNING-TERMINATE CN-36-A1-BILLING-ERROR CN-36-A1-SMS-DELAY CN-36-A1-SMSC-RESPONSE CN-3G-RESUME
        CN-3G-CHANGE CN-3G-REPAIR CN-3G-NUMBER-CHANGE CN-3G-CONNECT CN-3G-PDD CN-36-A3-DIAL-OPEN
        CN-36-A3-DIAL-CHANGE CN-36-A3-DIAL-REPAIR CN-36-A3-DIAL-QOS CN-2000-PAGING CN-1996-INSTALL
        CN-1996-REPAIR CN-1996-DATA
    """,
    ("China", "official_page"): """
        CN-36-COMPLAINT CN-APP-ADMISSIBLE CN-APP-DECIDE CN-APP-CLOSE CN-APP-TIMEBAR-BILL CN-APP-TIMEBAR-OTHER
    """,
    ("China", "secondary"): """
        CN-36-PLANNED-OUTAGE CN-36-SERVICE-WITHDRAWAL CN-IAS-OPEN-URBAN CN-IAS-OPEN-RURAL CN-IAS-INDICATORS
    """,
    ("China", "recalled_unverified"): """
        CN-36-PLANNED-OUTAGE-REPORT CN-36-SUSPEND-NOTICE CN-36-MAJOR-FAULT-DATA CN-36-DISPUTE-RECORDS
        CN-36-A1-INSTALL-URBAN CN-36-A1-INSTALL-RURAL CN-36-A1-RESUME CN-36-A1-CHANGE CN-36-A1-REPAIR-URBAN
        CN-36-A1-REPAIR-RURAL CN-36-A1-NUMBER-CHANGE-1 CN-36-A1-NUMBER-CHANGE-2 CN-36-A1-NUMBER-CHANGE-3
        CN-36-A1-NUMBER-FREEZE CN-36-A1-ANSWER CN-36-A1-ANSWER-HUMAN CN-36-A2-MOBILE CN-APP-FORWARD
        CN-APP-OPERATOR-REPLY
    """,
    ("China", "press"): """
        CN-36-CDR-RETENTION CN-3G-ANSWER CN-3G-VIDEO-MMS CN-IAS-AUTH CN-IAS-REMINDERS CN-OPS-SPECIAL-ORAL
        CN-OPS-SPECIAL-WRITTEN CN-OPS-MAJOR-ORAL CN-OPS-MAJOR-WRITTEN CN-OPS-GENERAL
    """,
    ("China", "not_obtained"): """
        CN-36-A3-LEASED-ADSL CN-36-A4-A9
    """,
    ("United Kingdom", "operator_page"): """
        GB-AC-DELAYED-REPAIR GB-AC-DELAYED-START GB-QOS-FAD GB-QOS-SML1 GB-BTB-STANDARD GB-BTB-PROMPT
        GB-BTB-TOTAL GB-BTB-CRITICAL GB-BTB-4G
    """,
    ("United Kingdom", "secondary"): """
        GB-AC-MISSED-APPOINTMENT
    """,
    ("United Kingdom", "press"): """
        GB-ADR-OLD GB-ADR-NEW GB-QOS-ETHERNET GB-OR-SLG-FAD-2013
    """,
    ("India", "official_page"): """
        IN-24-CLOSE IN-24-REFUND IN-24-BILLING IN-24-CREDIT IN-24-FAULT-REBATE IN-APPEAL
    """,
    ("India", "press"): """
        IN-24-SIG-OUTAGE IN-24-BB-PROVISION IN-ANSWER IN-BILLING-2014 IN-24-DISINCENTIVE
    """,
    ("India", "mirror_of_text"): """
        IN-09-REPAIR IN-09-REBATE IN-09-SHIFT IN-09-REFUND
    """,
    ("India", "not_obtained"): """
        IN-24-WIRELINE-TABLE
    """,
    ("Australia", "official_page"): """
        AU-CSG-CONNECT-INPLACE AU-CSG-CONNECT-URBAN AU-CSG-CONNECT-MAJOR-RURAL AU-CSG-CONNECT-MINOR-RURAL
        AU-CSG-CONNECT-REMOTE AU-CSG-CONNECT-NOINFRA AU-CSG-REPAIR-URBAN AU-CSG-REPAIR-RURAL
        AU-CSG-REPAIR-REMOTE AU-CSG-REPAIR-NOVISIT AU-CSG-SHORTER-PROMISE AU-CSG-APPOINTMENT AU-CSG-1998
        AU-CCH-ACK AU-CCH-RESOLVE
    """,
    ("Australia", "secondary"): """
        AU-CSG-CUTOFF
    """,
    ("Australia", "recalled_unverified"): """
        AU-CSG-DAMAGES
    """,
    ("Australia", "operator_page"): """
        AU-CSG-EXEMPT
    """,
    ("Australia", "press"): """
        AU-NBN-2018 AU-NBN-ACCC-DRAFT AU-NBN-WBA4-OFFER
    """,
    ("Australia", "not_obtained"): """
        AU-NBN-LEVELS
    """,
    ("Europe", "official_page"): """
        EU-PORT-ACTIVATE EU-PORT-LOSS IE-APPT-WINDOW IE-APPT-MISSED PT-US-TARGETS PT-LLU-REPAIR
    """,
    ("Europe", "mirror_of_text"): """
        DE-58-INFO DE-58-OUTAGE IT-347-3 IT-347-4 IT-347-7 IT-347-10 IT-347-12
    """,
    ("Europe", "secondary"): """
        DE-58-APPOINTMENT DE-59-SWITCH
    """,
    ("Europe", "recalled_unverified"): """
        IT-347-6
    """,
    ("Europe", "press"): """
        ES-899-15 ES-899-16
    """,
}
ROWS: dict[str, str] = {row: level for (_, level), rows in _SEEN.items() for row in rows.split()}
"""The name of each row, and its evidence."""

STATED_AS: dict[str, tuple[str, ...]] = {
    "CN-36-A2-MOBILE": (
        "CN-36-A2-RESUME",
        "CN-36-A2-CHANGE",
        "CN-36-A2-REPAIR",
        "CN-36-A2-NUMBER-CHANGE-1",
        "CN-36-A2-NUMBER-CHANGE-2",
        "CN-36-A2-NUMBER-CHANGE-3",
        "CN-36-A2-QUALITY",
    ),
    "CN-3G-NUMBER-CHANGE": (
        "CN-3G-NUMBER-CHANGE-1",
        "CN-3G-NUMBER-CHANGE-2",
        "CN-3G-NUMBER-CHANGE-3",
    ),
    "CN-1996-REPAIR": (
        "CN-1996-REPAIR-OTHER",
        "CN-1996-REPAIR-CABLE",
    ),
    "CN-1996-DATA": (
        "CN-1996-DATA-INSTALL-LEASED",
        "CN-1996-DATA-INSTALL-DIAL",
        "CN-1996-DATA-REPAIR-EXCHANGE",
        "CN-1996-DATA-REPAIR-LINE",
        "CN-1996-DATA-REPAIR-LINE-KEY",
    ),
    "GB-ADR-OLD": ("GB-ADR",),
    "GB-ADR-NEW": ("GB-ADR",),
    "IN-09-REBATE": ("IN-09-REPAIR",),
    "AU-NBN-2018": (
        "AU-NBN-2018-CONNECTION",
        "AU-NBN-2018-FAULT",
        "AU-NBN-2018-APPOINTMENT",
    ),
    "PT-US-TARGETS": (
        "PT-US-PQS1",
        "PT-US-PQS2",
        "PT-US-PQS3-ACCESS",
        "PT-US-PQS3-OTHER",
        "PT-US-PQS4",
        "PT-US-ACHIEVED-2008",
    ),
}
"""Rows whose name in the packs is not their own."""
