"""The specifications that come along are published, published offers follow them, and what was published stays as it was."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import migrations

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def _entry(code, zh, en, **more):
    return {"code": code, "title": {"zh": zh, "en": en}} | more


def _stated(name, zh, en, **more):
    return {"name": name, "title": {"zh": zh, "en": en}} | more


def _number(name, zh, en, unit= "", **more):
    counted = {"unit": {"zh": unit, "en": unit}} if unit else {}
    return _stated(name, zh, en, type="number", **counted, **more)


def _choice(name, zh, en, **choices):
    words = [{"value": value, "title": {"zh": zh, "en": en}} for value, (zh, en) in choices.items()]
    return _stated(name, zh, en, choices=words)


DOWN = _number("down_mbps", "下行速率", "download", "Mbit/s")
UP = _number("up_mbps", "上行速率", "upload", "Mbit/s")
PROFILE = _stated("profile", "速率模板", "speed profile")
MINUTES = _number("minutes", "每月包含分钟", "minutes included a month", needed=False)
SPACE = _number("space_gb", "空间", "space", "GB")
PROTECTION = _choice(
    "protection", "保护方式", "protection", unprotected=("无保护", "unprotected"), protected=("有保护", "protected")
)
PAID_BY = _choice("paid_by", "付费介质", "paid by", coin=("投币", "coins"), card=("卡", "cards"))
COPPER = ["line_port", "mdf_port", "primary_pair", "secondary_pair"]
FIBRE = ["pon_port", "splitter_port", "onu", "vlan"]
ADDRESSES = ["ipv4", "ipv6_prefix"]


def _service(code, zh, en, service, resources, *stated):
    return _entry(code, zh, en, service=service, resources=resources, characteristics=list(stated))


SERVICES = (
    _service("voice-line", "固定电话线", "telephone line", "fixed_voice", [*COPPER, *FIBRE, "number"]),
    _service("fibre-broadband", "光纤宽带", "fibre broadband", "fixed_broadband", [*FIBRE, *ADDRESSES], DOWN, UP, PROFILE),
    _service("sim-voice", "SIM 语音", "SIM voice", "wireless", ["number", "sim"], MINUTES),
    _service("circuit", "数字电路", "digital circuit", "leased_line", ["circuit_port", "vlan", *ADDRESSES], DOWN, UP, PROTECTION),
    _service("payphone", "公用电话", "payphone", "payphone", [*COPPER, "number"], PAID_BY),
    _service("website", "企业网站", "website", "data", ADDRESSES, SPACE),
)  # fmt: skip
RESOURCES = (
    _entry("number", "电话号码", "telephone number"),
    _entry("sim", "SIM 卡", "SIM card"),
    _entry("line_port", "用户端口", "subscriber port"),
    _entry("mdf_port", "配线架端子", "distribution frame terminal"),
    _entry("primary_pair", "主干线对", "primary pair"),
    _entry("secondary_pair", "配线线对", "secondary pair"),
    _entry("pon_port", "PON 口", "PON port"),
    _entry("splitter_port", "分光器端口", "splitter port"),
    _entry("onu", "光猫", "optical network unit"),
    _entry("vlan", "VLAN", "VLAN", characteristics=[_number("tag", "标签", "tag", most=4094)]),
    _entry("ipv4", "IPv4 地址", "IPv4 address"),
    _entry(
        "ipv6_prefix", "IPv6 前缀", "IPv6 prefix",
        characteristics=[_number("length", "前缀长度", "length of the prefix", "bit", least=32, most=64)],
    ),
    _entry("circuit_port", "电路端口", "circuit port"),
)  # fmt: skip
MINUTE = {"zh": "分钟", "en": "minute"}
PLANS = (
    _entry("local-voice", "市内通话", "local calls", counts="call_time", unit=MINUTE),
    _entry("sim-voice", "SIM 语音超出通话", "SIM voice, calls beyond those included", counts="call_time", unit=MINUTE),
    _entry("payphone-card", "公用电话卡式通话", "payphone, calls by card", counts="call_time", unit=MINUTE),
)
SHIPPED = {"service": SERVICES, "resource": RESOURCES, "usage": PLANS}


def rows():
    """The columns of each first version."""
    for sort, documents in SHIPPED.items():
        for document in documents:
            code, title = document["code"], document["title"]
            yield {
                "id": uuid5(NAMESPACE_URL, f"kapok:{sort}-specification/{code}/1"), "sort": sort, "code": code,
                "number": 1, "state": "published", "title_zh": title["zh"], "title_en": title["en"],
                "document": document, "drafted_at": SINCE, "published_at": SINCE,
            }  # fmt: skip


FOLLOW = """
INSERT INTO catalog_offerspecification (version_id, specification_id)
SELECT offer.id, specification.id FROM catalog_offerversion AS offer JOIN catalog_specificationversion AS specification
    ON CASE specification.sort
        WHEN 'service' THEN offer.document->>'spec' = specification.code
        WHEN 'resource' THEN offer.document->'resources' @> jsonb_build_array(jsonb_build_object('kind', specification.code))
        ELSE offer.document->'prices' @> jsonb_build_array(jsonb_build_object('plan', specification.code))
    END
WHERE offer.state <> 'draft'
"""

KEEP = """
CREATE FUNCTION catalog_refuse_specification_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        TG_OP = 'DELETE'
        OR OLD.state = 'retired'
        OR NEW.state NOT IN ('published', 'retired')
        OR (to_jsonb(NEW) - 'state' - 'retired_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'retired_at')
    ) THEN
        RAISE EXCEPTION 'a published specification version never changes: % is refused; publish another version', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalog_specification_is_kept BEFORE UPDATE OR DELETE ON catalog_specificationversion
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse_specification_change();
CREATE FUNCTION catalog_refuse_other_specification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a published offer version follows never changes: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER catalog_offer_follows_what_it_did BEFORE UPDATE OR DELETE ON catalog_offerspecification
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse_other_specification();
"""

BACKWARD = """
DROP TRIGGER catalog_offer_follows_what_it_did ON catalog_offerspecification;
DROP FUNCTION catalog_refuse_other_specification();
DROP TRIGGER catalog_specification_is_kept ON catalog_specificationversion;
DROP FUNCTION catalog_refuse_specification_change();
"""


def publish(apps, _schema_editor):
    """As first versions, in every database the same."""
    version = apps.get_model("catalog", "SpecificationVersion")
    version.objects.bulk_create(version(**row) for row in rows())


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_specifications_and_their_versions")]

    operations = [
        migrations.RunSQL(KEEP, BACKWARD),
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
    ]
