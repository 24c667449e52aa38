"""What customers' verbs record in the journal. No personal data is ever written there: no name, no document, no telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text

IMPORTS = "customers"
"""The subject of entries about many customers at once."""


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """Somebody became a customer."""

    kind: ClassVar[str] = "customers.registered"
    wording: ClassVar[Text] = Text(
        zh="登记为{segment_name}，由{unit_name}负责，账户{account}",
        en="Registered ({segment_name}), {unit_name} answers, account {account}",
    )
    segment: str
    segment_name: Text
    unit: str
    unit_name: Text
    account: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """Details were corrected; `details` says which, never to what."""

    kind: ClassVar[str] = "customers.changed"
    wording: ClassVar[Text] = Text(zh="资料变更：{changes}", en="Details changed: {changes}")
    details: tuple[str, ...]
    changes: Text


@dataclass(frozen=True, kw_only=True)
class CustomerGraded(Event):
    """The segment, the tier or the star level is another."""

    kind: ClassVar[str] = "customers.graded"
    wording: ClassVar[Text] = Text(
        zh="定级：{segment_name}，等级{tier_name}，{star}星",
        en="Graded: {segment_name}, tier {tier_name}, {star} {star:star|stars}",
    )
    segment: str
    segment_name: Text
    tier: str
    tier_name: Text
    star: int


@dataclass(frozen=True, kw_only=True)
class ParentSet(Event):
    """The customer stands below another one, or below none any more."""

    kind: ClassVar[str] = "customers.parent_set"
    wording: ClassVar[Text] = Text(zh="上级客户：{parent_name}", en="Stands below {parent_name}")
    parent: str
    parent_name: Text


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """A customer got another billing account."""

    kind: ClassVar[str] = "customers.account_opened"
    wording: ClassVar[Text] = Text(zh="开立{payment_name}账户{account}", en="Account {account} opened, {payment_name}")
    account: str
    payment: str
    payment_name: Text


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """A billing account was renamed, or is paid in another way; never what it is called."""

    kind: ClassVar[str] = "customers.account_changed"
    wording: ClassVar[Text] = Text(zh="更改账户{account}：{what}", en="Account {account} changed: {what}")
    account: str
    payment: str
    what: Text


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """A billing account is used no longer."""

    kind: ClassVar[str] = "customers.account_closed"
    wording: ClassVar[Text] = Text(zh="关闭账户{account}", en="Account {account} closed")
    account: str


@dataclass(frozen=True, kw_only=True)
class ContactErased(Event):
    """Whom one reached by some contacts was forgotten."""

    kind: ClassVar[str] = "customers.contact_erased"
    wording: ClassVar[Text] = Text(
        zh="删除{count}个联系方式：{reason}", en="{count} {count:contact|contacts} forgotten: {reason}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    count: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContactAdded(Event):
    """A way to reach the customer was noted."""

    kind: ClassVar[str] = "customers.contact_added"
    wording: ClassVar[Text] = Text(zh="新增联系方式：{contact_name}", en="Contact added: {contact_name}")
    contact: str
    contact_name: Text


@dataclass(frozen=True, kw_only=True)
class ContactEnded(Event):
    """The customer is no longer reached this way."""

    kind: ClassVar[str] = "customers.contact_ended"
    wording: ClassVar[Text] = Text(zh="停用联系方式：{contact_name}", en="Contact ended: {contact_name}")
    contact: str
    contact_name: Text


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """The customer agreed to something."""

    kind: ClassVar[str] = "customers.consent_given"
    wording: ClassVar[Text] = Text(
        zh="同意：{purpose_name}（{means_name}）", en="Agreed to {purpose_name} ({means_name})"
    )
    purpose: str
    purpose_name: Text
    means: str
    means_name: Text


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """The customer no longer agrees."""

    kind: ClassVar[str] = "customers.consent_withdrawn"
    wording: ClassVar[Text] = Text(
        zh="撤回同意：{purpose_name}（{means_name}）", en="Withdrew the consent to {purpose_name} ({means_name})"
    )
    purpose: str
    purpose_name: Text
    means: str
    means_name: Text


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """Another customer turned out to be this one; what was its is this one's now."""

    kind: ClassVar[str] = "customers.merged"
    wording: ClassVar[Text] = Text(zh="并入{dropped}：{reason}", en="{dropped} was merged into this one: {reason}")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    dropped: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CustomerDropped(Event):
    """This customer turned out to be another one, which stands for it from now on."""

    kind: ClassVar[str] = "customers.dropped"
    wording: ClassVar[Text] = Text(zh="已并入{kept}：{reason}", en="Merged into {kept}: {reason}")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    kept: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonalSeen(Event):
    """Somebody saw the personal data in clear."""

    kind: ClassVar[str] = "customers.personal_seen"
    wording: ClassVar[Text] = Text(
        zh="查看个人信息，用途：{purpose_name} {note} {matter}",
        en="Personal data seen in order to {purpose_name} {note} {matter}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    purpose: str
    purpose_name: Text
    note: str
    matter: str


@dataclass(frozen=True, kw_only=True)
class PersonExported(Event):
    """Everything about a person was put together and handed out."""

    kind: ClassVar[str] = "customers.exported"
    wording: ClassVar[Text] = Text(zh="导出个人信息：{reason}", en="Personal data exported: {reason}")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """The personal data of a person was overwritten; the commercial records stay under a pseudonym."""

    kind: ClassVar[str] = "customers.erased"
    wording: ClassVar[Text] = Text(zh="删除个人信息：{reason}", en="Personal data erased: {reason}")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str


@dataclass(frozen=True, kw_only=True)
class CustomersImported(Event):
    """A file of customers was loaded."""

    kind: ClassVar[str] = "customers.imported"
    wording: ClassVar[Text] = Text(
        zh="导入客户表“{file}”：新增{added}个客户", en="Customers loaded from “{file}”: {added} added"
    )
    file: str
    added: int
