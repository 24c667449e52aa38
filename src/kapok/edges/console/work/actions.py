"""Everything one can do with a work item or a matter: one table, from which buttons, forms and addresses follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django import forms

from kapok.edges.console.work.facts import ChangeForm
from kapok.edges.console.work.forms import (
    ConfirmForm,
    DeliverForm,
    HappenForm,
    JudgeForm,
    NoteForm,
    Nothing,
    OfferForm,
    PerhapsNoteForm,
    PersonForm,
    RefuseForm,
    RejectForm,
    ReopenForm,
    TransferForm,
)
from kapok.ground.work import api as matters
from kapok.ground.work.baton import api as baton
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Action:
    """One thing to do: its name, the verb behind it, what it asks for, and what is said when it is done."""

    name: Text
    verb: Callable[..., object]
    form: type[forms.Form]
    done: Text
    icon: str
    key: str = ""
    """The key that does it in the list of one's work."""

    @property
    def asks(self) -> bool:
        """Whether it asks for anything."""
        return self.form is not Nothing


ON_ITEMS: Mapping[str, Action] = {
    "accept": Action(
        Text(zh="接受", en="Accept"), baton.accept, Nothing, Text(zh="已接，由您办理。", en="It is in your hands now."),
        "check", "a",
    ),
    "refuse": Action(
        Text(zh="拒收", en="Refuse"), baton.refuse, RefuseForm,
        Text(zh="已拒收，由移交方认可或提请裁定。", en="Refused; the offering side concedes or disputes it."), "x", "r",
    ),
    "deliver": Action(
        Text(zh="交付", en="Deliver"), baton.deliver, DeliverForm, Text(zh="已交付。", en="Delivered."), "send", "d"
    ),
    "transfer": Action(
        Text(zh="转派", en="Pass on"), baton.transfer, TransferForm,
        Text(zh="已提出移交，对方接受前仍由您负责。", en="Offered; it stays with you until it is accepted."),
        "arrows-exchange", "t",
    ),
    "return": Action(
        Text(zh="退单", en="Return"), baton.return_to_offerer, RefuseForm,
        Text(zh="已退回移交方。", en="Returned to who offered it."), "history",
    ),
    "drop": Action(
        Text(zh="终止", en="Drop"), baton.drop, NoteForm, Text(zh="已终止该项工作。", en="The work has ended."), "trash"
    ),
    "withdraw": Action(
        Text(zh="撤回移交", en="Withdraw the offer"), baton.withdraw, PerhapsNoteForm,
        Text(zh="移交已撤回，由您继续办理。", en="Withdrawn; it is in your hands again."), "history",
    ),
    "concede": Action(
        Text(zh="认可拒收", en="Concede"), baton.concede, PerhapsNoteForm,
        Text(zh="已认可拒收，由您继续办理。", en="Conceded; it is in your hands again."), "check",
    ),
    "dispute": Action(
        Text(zh="提请裁定", en="Dispute"), baton.dispute, NoteForm,
        Text(zh="已提请裁定，裁定前双方均不计时。", en="Disputed; until it is judged neither side is charged."), "scale",
    ),
    "judge": Action(
        Text(zh="裁定", en="Judge"), baton.judge, JudgeForm, Text(zh="已裁定。", en="Judged."), "scale", "u"
    ),
    "confirm": Action(
        Text(zh="确认交付", en="Confirm"), baton.confirm, ConfirmForm, Text(zh="已确认。", en="Confirmed."), "check", "c"
    ),
    "reject": Action(
        Text(zh="退回交付", en="Reject"), baton.reject, RejectForm,
        Text(zh="已退回，交付方须重做。", en="Given back; it has to be done again."), "x",
    ),
    "take-over": Action(
        Text(zh="代办接管", en="Take over"), baton.take_over, NoteForm,
        Text(zh="已接管，责任人不变。", en="You act now; who answers for it is the same."), "users", "o",
    ),
}  # fmt: skip

ON_MATTERS: Mapping[str, Action] = {
    "happen": Action(
        Text(zh="登记进展", en="Note what happened"), matters.happen, HappenForm,
        Text(zh="已登记，时钟已重新评判。", en="Noted; the clocks have been judged anew."), "pencil",
    ),
    "change": Action(
        Text(zh="更正要素", en="Change the facts"), partial(matters.happen, kind="matter.changed"), ChangeForm,
        Text(zh="要素已更正，时钟已重新评判。", en="The facts are changed; the clocks have been judged anew."), "file-text",
    ),
    "offer": Action(
        Text(zh="派给单位", en="Ask a unit"), baton.offer, OfferForm, Text(zh="已提出移交。", en="Offered."), "send"
    ),
    "urge": Action(
        Text(zh="催办", en="Urge"), matters.urge, NoteForm,
        Text(zh="已催办。", en="Whoever has the work has been urged."), "flag",
    ),
    "not-reached": Action(
        Text(zh="联系客户未果", en="Customer not reached"), matters.note_not_reached, NoteForm,
        Text(zh="已登记。", en="Noted."), "history",
    ),
    "hand-over": Action(
        Text(zh="移交首问", en="Hand over the first contact"), matters.hand_over_first_contact, PersonForm,
        Text(zh="已提出，对方接受前仍由您负责。", en="Offered; you answer for it until it is accepted."), "users",
    ),
    "take-over": Action(
        Text(zh="代理首问", en="Act for the first contact"), matters.take_over_matter, NoteForm,
        Text(zh="由您代理，责任人不变。", en="You act now; who answers for it is the same."), "users",
    ),
    "hand-back": Action(
        Text(zh="交还首问", en="Give the matter back"), matters.hand_back_matter, NoteForm,
        Text(zh="已交还首问负责人办理。", en="The first contact has it again."), "history",
    ),
    "reopen": Action(
        Text(zh="重开", en="Reopen"), matters.reopen_matter, ReopenForm,
        Text(zh="已重开，所选工序起重新派出。", en="Open again; the work is offered again from that stage on."), "history",
    ),
    "close": Action(
        Text(zh="办结", en="Close"), matters.close_matter, PerhapsNoteForm, Text(zh="事项已办结。", en="The matter is closed."),
        "lock",
    ),
}  # fmt: skip
