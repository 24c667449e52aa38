import django.db.models.deletion
from django.db import migrations, models

# The answer to a hand-off stands (migrations 0008 and 0009): so it is counted once, when it is settled, and never again.
COUNTS = """
(week, from_unit_id, to_unit_id, offered, in_time, late, refused, disputed, upheld, overruled, returned, merged)
"""
COUNTED = """
SELECT date_bin('7 days', one.offered_at, timestamptz '2000-01-03 00:00Z'), one.from_unit_id, one.to_unit_id, count(*),
    count(*) FILTER (WHERE one.state = 'accepted' AND one.answered_at <= one.accept_by_at),
    count(*) FILTER (WHERE one.answered_at > one.accept_by_at),
    count(*) FILTER (WHERE one.reason <> '' AND one.state <> 'accepted'
        AND NOT (one.way = 'return' AND one.state = 'withdrawn')),
    count(one.disputed_at), count(*) FILTER (WHERE one.state = 'upheld'), count(*) FILTER (WHERE one.state = 'overruled'),
    count(*) FILTER (WHERE one.way = 'return')
"""
SETTLED = "('accepted', 'upheld', 'overruled', 'withdrawn')"
FORWARDS = f"""
CREATE FUNCTION work_count_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_settledhandoffs {COUNTS}
    {COUNTED}, false FROM (SELECT NEW.*) AS one GROUP BY 1, 2, 3;
    RETURN NULL;
END
$$;
CREATE TRIGGER work_handoff_comes_settled AFTER INSERT ON work_handoff FOR EACH ROW
    WHEN (NEW.state IN {SETTLED}) EXECUTE FUNCTION work_count_settled();
CREATE TRIGGER work_handoff_is_settled AFTER UPDATE OF state ON work_handoff FOR EACH ROW
    WHEN (NEW.state IN {SETTLED} AND OLD.state NOT IN {SETTLED}) EXECUTE FUNCTION work_count_settled();
INSERT INTO work_settledhandoffs {COUNTS}
{COUNTED}, true FROM work_handoff AS one WHERE one.state IN {SETTLED} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
"""
BACKWARDS = """
DROP TRIGGER work_handoff_is_settled ON work_handoff;
DROP TRIGGER work_handoff_comes_settled ON work_handoff;
DROP FUNCTION work_count_settled();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_what_a_unit_was'),
        ('work', '0015_both_ends_are_visited'),
    ]

    operations = [
        migrations.CreateModel(
            name='SettledHandoffs',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('week', models.DateTimeField()),
                ('offered', models.IntegerField()),
                ('in_time', models.IntegerField()),
                ('late', models.IntegerField()),
                ('refused', models.IntegerField()),
                ('disputed', models.IntegerField()),
                ('upheld', models.IntegerField()),
                ('overruled', models.IntegerField()),
                ('returned', models.IntegerField()),
                ('merged', models.BooleanField(db_default=False, default=False)),
                ('from_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
                ('to_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'settled hand-offs',
                'indexes': [models.Index(models.F('week'), condition=models.Q(('merged', False)), name='work_settled_to_merge')],
                'constraints': [models.UniqueConstraint(models.F('week'), models.F('from_unit'), models.F('to_unit'), condition=models.Q(('merged', True)), name='work_settled_once_a_pair')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
