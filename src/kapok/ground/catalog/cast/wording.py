"""The words that flows of the demonstration are written with. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kapok.kernel.text import Text

Document = dict[str, Any]


def words(zh: str, en: str) -> dict[str, str]:
    """Both languages as a document says them."""
    return {"zh": zh, "en": en}


def stage(code: str, title: Text, unit: str, budget: str, **more: Any) -> Document:
    """Work that one unit holds."""
    return {"kind": "stage", "code": code, "title": words(title.zh, title.en), "unit": unit, "budget": budget} | more


def on_site(code: str, title: Text, budget: str, *, skill: str = "fibre", **more: Any) -> Document:
    """Work at the customer's, held by a team of that ground with the skill."""
    made = stage(code, title, "", budget) | {"skill": skill} | more
    del made["unit"]
    return made


def billed(title: Text, told: Text) -> Document:
    """Billing is told, by the system; it comes last, when the customer has confirmed."""
    return stage("bill", title, "dispatch", "1 hour", told=words(told.zh, told.en), runs="bill", holds=False)


def gate(kind: str, code: str = "", title: Text | None = None) -> Document:
    """A node without work."""
    return {"kind": kind, "code": code or kind} | ({"title": words(title.zh, title.en)} if title else {})


def ways(*codes: str) -> list[Document]:
    """The ways from each node to the next."""
    return [{"from": one, "to": other} for one, other in pairwise(codes)]


def back(leaving: str, to: str, why: Text) -> Document:
    """A way back for rework."""
    return {"from": leaving, "to": to, "returns": words(why.zh, why.en)}


def served(code: str, *, reserve: int = 25) -> Document:
    """A promise of the operator's own pack, and the share of it that the stages may not use."""
    return {"pack": "guangzhou-pledges", "code": code} | ({"reserve": reserve} if reserve != 25 else {})


TESTED = words("测试记录", "test record")
CONFIRMED = words("客户确认", "the customer's confirmation")
PHOTO = words("现场照片", "photo of the site")

RENT = billed(
    Text(zh="起租计费", en="Rent is billed"),
    Text(zh="我们按竣工日期计费。", en="We bill as of the day it was completed."),
)
BILLED_ANEW = billed(
    Text(zh="变更计费", en="The change is billed"),
    Text(zh="我们按变更后的业务计费。", en="We bill what you have now."),
)
WE_TEST = words("我们测试您的业务是否正常。", "We test that your service works.")
WE_ASK = words("我们回访，请您确认是否满意。", "We call you back and ask whether it is as you wished.")
"""What customers are told of stages that most flows have."""
