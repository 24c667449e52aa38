"""What a broken commitment costs, as billing will read it: computed by the kernel, written as plain values."""

from __future__ import annotations

from typing import Any

from kapok.kernel.promises import Award, Judgement, Pack, award


def owing(judgement: Judgement, pack: Pack) -> dict[str, Any] | None:
    """What is owed for a settled breach; None if nothing is, or while it cannot be known because the clock has not stopped."""
    if judgement.closed_at is None:
        return None
    awarded = award(judgement, judgement.facts, pack, judgement.closed_at)
    return None if awarded is None else _plain(awarded, pack.currency)


def _plain(awarded: Award, currency: str) -> dict[str, Any]:
    return {
        "amount_minor": awarded.money.minor if awarded.money else 0,
        "currency": currency,
        "extension_days": awarded.extension_days,
        "pay_by": awarded.pay_by and awarded.pay_by.isoformat(),
        "missing": awarded.missing,
        "reckoning": {"zh": awarded.text.zh, "en": awarded.text.en},
    }
