"""What is allowed in a calendar but is probably not meant."""

from __future__ import annotations

from collections.abc import Iterator

from kapok.kernel.hours.calendar import DAYS, Calendar
from kapok.kernel.hours.typed import MIDNIGHT, Windows, write_closing, write_time
from kapok.kernel.text import Text

_MINUTE = 60

_SHORT_DAY = Text(
    zh="{field} 止于 {time}，午夜前的最后一段不算工作时间。若指到一天结束，请写 24:00。",
    en="{field} ends at {time}: what is left until midnight is not working time. Write 24:00 if the end of the day is meant.",
)
_RUNS_INTO = Text(
    zh="{field} 的夜班到次日 {time}，与次日 {opens} 开始的时段重叠；重叠部分只算一次。",
    en="{field} runs until {time} of the next day, into the window that opens there at {opens}; the overlap counts once.",
)


def warnings(calendar: Calendar) -> tuple[Text, ...]:
    """A sentence for each doubtful window, naming its field and the remedy."""
    fields = {f"week.{name}": windows for name, windows in zip(DAYS, calendar.week, strict=True)}
    fields |= {f"special.{day.isoformat()}": windows for day, windows in calendar.dated.items()}
    fields |= {f"special.{month:02}-{day:02}": windows for (month, day), windows in calendar.yearly.items()}
    short = [found for field, windows in fields.items() for found in _short_days(field, windows)]
    return (*short, *_overlapping_nights(calendar))


def _short_days(field: str, windows: Windows) -> Iterator[Text]:
    for _, closes in windows:
        if MIDNIGHT - _MINUTE <= closes < MIDNIGHT:
            yield _SHORT_DAY.format(field=field, time=write_time(closes))


def _overlapping_nights(calendar: Calendar) -> Iterator[Text]:
    for n, windows in enumerate(calendar.week):
        morrow = calendar.week[(n + 1) % len(DAYS)]
        if windows and morrow and windows[-1][1] - MIDNIGHT > morrow[0][0]:
            closes, opens = write_closing(windows[-1][1]), write_time(morrow[0][0])
            yield _RUNS_INTO.format(field=f"week.{DAYS[n]}", time=closes, opens=opens)
