"""What the network says of a line, as people read it: each measurement by its name, in words or with its unit. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.kernel.text import Text, joined
from kapok.network.activation.rules import LOSSES, PARAM_NAMES

MEASURES: Mapping[str, Text] = {
    "rx_dbm": Text(zh="光功率", en="light received"),
    "onu_state": Text(zh="光猫", en="ONU"),
    "port_state": Text(zh="端口", en="port"),
    "far_port_state": Text(zh="B端（远端）端口", en="port at the B end (far end)"),
    "profile": Text(zh="速率模板", en="profile"),
    "authentication": Text(zh="登录认证", en="authentication"),
    "registration": Text(zh="注册结果", en="registration"),
    "told": Text(zh="服务器答复", en="what the server said"),
    "loss": Text(zh="光损位置", en="where light is lost"),
    "down_mbps": Text(zh="下行速率", en="speed down"),
    "up_mbps": Text(zh="上行速率", en="speed up"),
    "ip": PARAM_NAMES["ip"],
    "ipv6_prefix": PARAM_NAMES["ipv6_prefix"],
    "sessions": Text(zh="在线会话", en="sessions open"),
    "disconnected": Text(zh="已断开会话", en="sessions ended"),
}
"""What is measured, by the names under which it stands in an outcome."""
MBPS = Text(zh="兆", en="Mbit/s")
UNITS: Mapping[str, Text] = {"rx_dbm": Text(zh="dBm", en="dBm"), "down_mbps": MBPS, "up_mbps": MBPS}
SAID: Mapping[str, Text] = {
    "active": Text(zh="已开通", en="active"),
    "suspended": Text(zh="已停机", en="suspended"),
    "half": Text(zh="未做完", en="half done"),
    "accepted": Text(zh="通过", en="accepted"),
    "rejected": Text(zh="被拒", en="rejected"),
    "no_answer": Text(zh="无应答", en="no answer"),
    "not_measured": Text(zh="未测", en="not measured"),
    **{loss.value: text for loss, text in LOSSES.items()},
}
"""The values that are words."""
NOTHING = Text(zh="–", en="–")


def reading(name: str, value: object) -> tuple[Text, Text]:
    """One measurement: what, and how much, with its unit."""
    word = "" if value is None else str(value)
    said = SAID.get(word) or (Text(zh=word, en=word) if word else NOTHING)
    unit = UNITS.get(name) if said is not NOTHING else None
    much = Text(zh=f"{said.zh} {unit.zh}", en=f"{said.en} {unit.en}") if unit else said
    return MEASURES.get(name, Text(zh=name, en=name)), much


def spoken(measured: Mapping[str, object]) -> Text:
    """All that was measured, in one line."""
    pairs = (reading(name, value) for name, value in measured.items())
    return joined(
        (Text(zh=f"{what.zh} {much.zh}", en=f"{what.en} {much.en}") for what, much in pairs), zh="；", en="; "
    )
