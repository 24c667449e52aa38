"""What the customer is told of a stage, in words: the flow's own, else plain ones by what the stage does. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.ground.catalog.template import Stage
from kapok.kernel.text import Text

BY_EVENT: Mapping[str, Text] = {
    "order.confirmed": Text(zh="我们会请您确认办理结果。", en="We ask you whether it is as you wished."),
    "visit.appointed": Text(zh="我们与您约定上门时间。", en="We agree with you when we come."),
    "order.installed": Text(zh="我们在现场施工安装。", en="We do the work on site."),
    "visit.done": Text(zh="我们按约上门。", en="We come to you as agreed."),
    "customer.informed": Text(zh="我们会告知您办理情况。", en="We tell you how it stands."),
    "order.surveyed": Text(zh="我们核对您的要求能否办理。", en="We check that what you asked for can be done."),
}
"""By what its delivery tells; of several the first here."""

BY_STEP: Mapping[str, Text] = {
    "reserve": Text(zh="我们为您预留线路与设备。", en="We set line and equipment aside for you."),
    "assign": Text(zh="我们为您配好线路、号码或设备。", en="We assign line, number or equipment to you."),
    "activate": Text(zh="我们在网络中为您开通。", en="We switch your service on in the network."),
    "test": Text(zh="我们测试业务是否正常。", en="We test that your service works."),
    "modify": Text(zh="我们按您的要求更改业务。", en="We change your service as you asked."),
    "suspend": Text(zh="我们停用业务，号码与线路为您保留。", en="We suspend your service; it stays yours."),
    "resume": Text(zh="我们恢复您的业务。", en="We switch your service on again."),
    "release": Text(zh="我们拆除业务。", en="We disconnect your service."),
    "bill": Text(zh="我们按实际开通或拆除的日期计费。", en="We bill as of the day it began or ended."),
}
"""By what the system does of it."""

OTHERWISE = Text(zh="我们正在为您办理这一步。", en="This is a step that we take for you.")


def words_for(stage: Stage) -> Text:
    """What the customer is told happens at the stage."""
    if stage.told is not None:
        return stage.told
    by_event = (words for kind, words in BY_EVENT.items() if kind in stage.event)
    return next(by_event, BY_STEP.get(stage.runs, OTHERWISE))
