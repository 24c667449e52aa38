from django.db import migrations, models
from django.db.models import Q

# What was said stands apart from the entry of the urge, unless it was forgotten. One statement: a row that was updated twice would
# leave a check of its references pending, and the table could not be altered.
CARRY = """
UPDATE work_urge urge SET
    urged_by = (SELECT 'staff/' || staff.username FROM people_staff staff WHERE staff.id = urge.staff_id),
    why = coalesce((
        SELECT apart.words ->> 'note'
        FROM work_matter matter
        JOIN journal_entry entry ON entry.subject = matter.subject AND entry.kind IN ('work.urged', 'work.supervised')
            AND entry.at = urge.urged_at AND (entry.data ->> 'number')::int = urge.number
        JOIN journal_apart apart ON apart.entry = entry.id
        WHERE matter.id = urge.matter_id
        LIMIT 1
    ), '');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0007_recorded_by_this_clock'),
        ('people', '0004_what_a_unit_was'),
        ('work', '0010_urges_are_counted'),
    ]

    operations = [
        migrations.RenameField(model_name='urge', old_name='urged_by', new_name='staff'),
        migrations.AddField(
            model_name='urge',
            name='urged_by',
            field=models.CharField(default='', max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='urge',
            name='why',
            field=models.CharField(blank=True, default='', max_length=1000),
            preserve_default=False,
        ),
        migrations.RunSQL(CARRY, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='urge', name='staff'),
        migrations.AddConstraint(
            model_name='urge',
            constraint=models.CheckConstraint(condition=Q(('urged_by', ''), _negated=True), name='work_urged_by_somebody'),
        ),
    ]
