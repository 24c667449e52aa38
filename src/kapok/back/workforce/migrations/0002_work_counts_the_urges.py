from django.db import migrations

# What was urged by the board was counted apart from the matter; the journal says who did, when and why.
CARRY = """
INSERT INTO work_urge (id, matter_id, number, unit_id, urged_by, urged_at, why)
SELECT gen_random_uuid(), item.matter_id, coalesce(last.number, 0)
        + row_number() OVER (PARTITION BY item.matter_id ORDER BY entry.at, entry.position),
    wanted.unit_id, entry.actor, entry.at, coalesce(apart.words ->> 'note', '')
FROM workforce_workorder wanted
JOIN work_item item ON item.id = wanted.item_id
JOIN journal_entry entry ON entry.subject = 'work/' || wanted.item_id AND entry.kind = 'workforce.expedited'
LEFT JOIN journal_apart apart ON apart.entry = entry.id
LEFT JOIN (SELECT matter_id, max(number) AS number FROM work_urge GROUP BY matter_id) last ON last.matter_id = item.matter_id
WHERE wanted.expedited > 0;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workforce', '0001_appointments_and_work_orders'),
        ('work', '0011_an_urge_says_who_and_why'),
    ]

    operations = [
        migrations.RunSQL(CARRY, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='workorder', name='expedited'),
    ]
