"""How far each subscriber has read, what could not be delivered, and the seals."""

import django.db.models.deletion
from django.db import migrations, models


# Seals, too, are written once; they may be emptied only where the journal may (test databases).
GUARD = """
CREATE TRIGGER journal_seal_is_append_only BEFORE UPDATE OR DELETE ON journal_seal
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_seal_is_never_emptied BEFORE TRUNCATE ON journal_seal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""
UNGUARD = """
DROP TRIGGER journal_seal_is_never_emptied ON journal_seal;
DROP TRIGGER journal_seal_is_append_only ON journal_seal;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_order_and_partitions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cursor',
            fields=[
                ('subscriber', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('transaction', models.BigIntegerField()),
                ('position', models.BigIntegerField()),
                ('moved_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'reading place',
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('number', models.PositiveIntegerField()),
                ('through_transaction', models.BigIntegerField()),
                ('through_position', models.BigIntegerField()),
                ('entries', models.PositiveIntegerField()),
                ('digest', models.BinaryField()),
                ('marks', models.BinaryField()),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'journal seal',
                'constraints': [models.UniqueConstraint(fields=('day', 'number'), name='journal_seal_once')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('subscriber', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=200)),
                ('transaction', models.BigIntegerField()),
                ('position', models.BigIntegerField()),
                ('state', models.CharField(max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('error', models.CharField(blank=True, max_length=300)),
                ('written_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.entry')),
            ],
            options={
                'verbose_name': 'undelivered entry',
                'indexes': [models.Index(condition=models.Q(('state__in', ['dead', 'parked', 'waiting'])), fields=['subscriber', 'subject', 'transaction', 'position'], name='journal_letter_open'), models.Index(fields=['state', 'written_at'], name='journal_letter_list')],
                'constraints': [models.UniqueConstraint(fields=('subscriber', 'entry'), name='journal_letter_once')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
