"""What is owed for a breach, and the sum in words, in both languages.

Every unit (a date, a started hour, an occurrence) earns its amount; the sum is exact, then capped, then reduced by what was already
granted, and rounded once to whole minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from kapok.kernel.money import Money
from kapok.kernel.promises import facts as known
from kapok.kernel.promises.accrual import AwardKey, award_key
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.compensation import Compensation
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Judgement
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.units import Run, runs
from kapok.kernel.promises.worth import NotKnown, Purse
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class Award:
    """What is owed for one breach."""

    money: Money | None = None
    """None where nothing is owed in money, or a fact that the sum needs is not known (`missing`)."""
    extension_days: int = 0
    """By how many days the validity of a prepaid service is extended."""
    right: Text | None = None
    """What else the customer may do."""
    right_until: date | None = None
    """The last day on which, where the right ends."""
    pay_by: date | None = None
    """The last day on which it must be paid or credited."""
    lines: tuple[Text, ...]
    """The steps of the sum."""
    missing: str | None = None
    """The fact or rate that is not known."""

    @property
    def text(self) -> Text:
        """The reckoning in words."""
        return Text(
            zh="；".join(line.zh for line in self.lines) + "。", en="; ".join(line.en for line in self.lines) + "."
        )


def award(judgement: Judgement, facts: Facts, pack: Pack, until: datetime) -> Award | None:
    """What is owed for a judgement as of `until`; None if nothing is."""
    key = award_key(judgement, facts, pack, until)
    return None if key is None else reckon(key, pack)


def reckon(key: AwardKey, pack: Pack) -> Award | None:
    """What is owed for a key of `award_key`; None if it comes to nothing. Equal keys give equal awards."""
    promise = next(row for row in pack.by_code[key.promise] if row.effective.from_ == key.effective_from)
    compensation = promise.compensation[key.compensation]
    reckoned = _Sum(key, compensation, promise, Purse(pack, dict(key.facts)))
    owed = reckoned.extension() if key.extends else reckoned.money()
    right, clock = compensation.right, Clock(promise, pack)
    if right is not None and right.after_missed is None:
        owed = Award(
            money=owed.money,
            extension_days=owed.extension_days,
            missing=owed.missing,
            lines=(*owed.lines, right.text),
            right=right.text,
            right_until=_until(key, right.notice_within, clock),
        )
    nothing = not (owed.right or owed.missing or owed.extension_days or (owed.money and owed.money.minor))
    return None if nothing else _with_pay_by(owed, _until(key, compensation.pay_within, clock))


def _with_pay_by(owed: Award, day: date | None) -> Award:
    if day is None:
        return owed
    line = Text(zh=f"应于 {day} 前支付或入账", en=f"to be paid or credited by {day}")
    return Award(**{**vars(owed), "pay_by": day, "lines": (*owed.lines, line)})


def _until(key: AwardKey, within: Allowance | None, clock: Clock) -> date | None:
    return None if within is None or key.settled is None else clock.days_after(key.settled, within)


class _Sum:
    """The sum of one award, line by line."""

    def __init__(self, key: AwardKey, compensation: Compensation, promise: Promise, purse: Purse) -> None:
        self.key, self.compensation, self.promise, self.purse = key, compensation, promise, purse
        self.lines: list[Text] = []

    def extension(self) -> Award:
        """The units as days by which the validity is extended."""
        counted = runs(self.key, self.compensation, self.promise, self.purse)
        days = -int(-sum((run.count for run in counted), Fraction(0)) // 1)
        self.lines += [run.text for run in counted]
        self.lines.append(
            Text(zh=f"有效期延长 {days} 天", en=f"validity extended by {days} day{'' if days == 1 else 's'}")
        )
        return Award(extension_days=days, lines=tuple(self.lines))

    def money(self) -> Award:
        """The units as money."""
        compensation = self.compensation
        if compensation.amount is None and not compensation.tiers and compensation.ladder is None:
            return Award(lines=())
        try:
            total = self._total()
        except NotKnown as fact:
            self._say_missing(fact.name)
            return Award(missing=fact.name, lines=tuple(self.lines))
        money = self.purse.money(total, compensation.rounding)
        if len(self.lines) > 1:
            self.lines.append(Text(zh="合计 {money}", en="in all {money}").format(money=money.text))
        return Award(money=money, lines=tuple(self.lines))

    def _total(self) -> Fraction:
        total = Fraction(0)
        for run in runs(self.key, self.compensation, self.promise, self.purse):
            total += self._run(run)
        return self._less(self._capped(total))

    def _run(self, run: Run) -> Fraction:
        """The sum of one run, and its line."""
        words = self.purse.words(run.amount, run.first)
        single = Text(zh=f"{run.text.zh}：{words.zh}", en=f"{run.text.en}: {words.en}")
        try:
            total = self.purse.worth(run.amount, run.first) * run.count
        except NotKnown:
            self.lines.append(single)
            raise
        shown = self._shown(total)
        several = Text(zh="{run}，每单位 {words}，计 {shown}", en="{run} at {words} = {shown}")
        self.lines.append(single if run.count == 1 else several.format(run=run.text, words=words, shown=shown))
        return total

    def _capped(self, total: Fraction) -> Fraction:
        cap = self.compensation.cap
        if cap is None or cap.amount is None:
            return total
        most = self.purse.worth(cap.amount, self.key.last)
        if total > most:
            self.lines.append(Text(zh="以 {most}为限", en="capped at {most}").format(most=self._shown(most)))
        return min(total, most)

    def _less(self, total: Fraction) -> Fraction:
        """What was already granted is deducted; where nothing is known of it, nothing is."""
        granted = known.number(self.purse.facts.get(self.compensation.set_off or "", ""))
        if not granted or not total:
            return total
        shown = self._shown(Fraction(granted))
        self.lines.append(Text(zh="扣除已减免的 {shown}", en="less {shown} already granted").format(shown=shown))
        return max(total - Fraction(granted), Fraction(0))

    def _say_missing(self, name: str) -> None:
        fact = self.purse.pack.declared.get(name)
        title = fact.title if fact else Text(zh=name, en=name)
        self.lines.append(
            Text(zh=f"缺少“{title.zh}”，无法计算金额", en=f"the {title.en} is not known, so no sum can be stated")
        )

    def _shown(self, total: Fraction) -> Text:
        return self.purse.money(total, self.compensation.rounding).text


def chronic(promise: Promise, pack: Pack, judged: Sequence[Judgement]) -> list[Award]:
    """The rights that a promise gives after breaches in several consecutive months; one award for each run that reaches it.

    A judgement counts for the month that its opening ends: a month measured on the 1st at 00:00 is the month before.
    """
    clock = Clock(promise, pack)
    missed = {
        clock.last_day(row.opened_at).replace(day=1) for row in judged if row.breached and row.opened_at is not None
    }
    found = []
    for compensation in promise.compensation:
        right = compensation.right
        if right is not None and right.after_missed is not None:
            found += [
                _chronic_award(right.text, right.notice_within, end, clock) for end in _ends(missed, right.after_missed)
            ]
    return found


def _ends(missed: set[date], needed: int) -> list[date]:
    """The last day of each month with which a run of missed months first reaches the needed length."""
    ends, length = [], 0
    for month in sorted(missed):
        before = (month - timedelta(days=1)).replace(day=1)
        length = length + 1 if before in missed else 1
        if length == needed:
            ends.append((month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return ends


def _chronic_award(text: Text, within: Allowance | None, end: date, clock: Clock) -> Award:
    last = None if within is None else clock.days_after(end, within)
    lines = [text] if last is None else [text, Text(zh=f"须于 {last} 前提出", en=f"notice by {last}")]
    return Award(right=text, right_until=last, lines=tuple(lines))
