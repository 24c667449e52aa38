from django.db import migrations, models
from django.db.models import F, Q

# A hand-over that is open becomes work that is offered, under the same identifier, and may wait half an hour from now.
CARRY = """
INSERT INTO work_item (id, matter_id, stage, "end", title_zh, title_en, function, skill, asked_by_id, unit_id, accountable_id,
    confirm, contact, state, opened_at)
SELECT one.id, one.matter_id, '', '', '首问负责', 'To be the first contact', '', '', matter.unit_id, receiver.unit_id, receiver.id,
    false, true, 'offered', one.offered_at
FROM work_handover one JOIN work_matter matter ON matter.id = one.matter_id JOIN people_staff receiver ON receiver.id = one.to_staff_id
WHERE one.state = 'offered';

INSERT INTO work_handoff (id, item_id, matter_id, number, way, from_unit_id, from_staff_id, from_answers_id, to_unit_id, to_staff_id,
    to_answers_id, warm, note, offered_at, accept_by_at, state, reason, defect, found_for, judgement)
SELECT one.id, one.id, one.matter_id, 1, 'first', item.asked_by_id, one.from_staff_id, one.from_staff_id, item.unit_id, one.to_staff_id,
    one.to_staff_id, true, one.note, one.offered_at, now() + interval '30 minutes', 'offered', '', '', '', ''
FROM work_handover one JOIN work_item item ON item.id = one.id;

INSERT INTO work_turn (id, item_id, number, part, unit_id, answers_id, handoff_id, since)
SELECT item.id, item.id, 1, 'waiting', item.unit_id, item.accountable_id, item.id, item.opened_at
FROM work_handover one JOIN work_item item ON item.id = one.id;
"""
SETTLED = """
UPDATE work_matter matter SET settled_at = coalesce(closed_at, (
    SELECT max(entry.at) FROM journal_entry entry
    WHERE entry.subject = matter.subject
        AND entry.kind IN ('fault.confirmed', 'order.confirmed', 'request.answered', 'complaint.resolved', 'appeal.answered')
        AND NOT EXISTS (
            SELECT FROM journal_entry again
            WHERE again.subject = entry.subject AND again.at >= entry.at
                AND again.kind IN ('fault.reopened', 'complaint.reopened')
        )
), cancelled_at);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0007_recorded_by_this_clock'),
        ('people', '0004_what_a_unit_was'),
        ('work', '0016_settled_hand_offs_are_counted'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='contact',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='matter',
            name='settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(CARRY + SETTLED, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name='matter', name='work_matter_of_owner'),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(
                F('first_contact'), F('opened_at'), condition=Q(('settled_at__isnull', True)), name='work_matter_unsettled'
            ),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(
                F('first_contact'),
                F('settled_at').desc(),
                condition=Q(('settled_at__isnull', False)),
                name='work_matter_settled',
            ),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(
                F('matter'),
                condition=Q(('contact', True), ('state__in', ['disputed', 'held', 'offered', 'refused'])),
                name='work_contact_offered_once',
            ),
        ),
        migrations.DeleteModel(name='Handover'),
    ]
