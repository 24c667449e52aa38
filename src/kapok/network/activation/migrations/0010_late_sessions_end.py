from django.db import migrations, models
from django.db.models import Q

# A line that was taken down was marked by the text of its reason.
CLOSED = """
UPDATE activation_subscriber line SET state = 'closed', reason = ''
WHERE state = 'suspended' AND reason = '已拆机 / taken down'
    AND EXISTS (SELECT FROM activation_call WHERE service = line.service AND verb = 'terminate');
"""
SUSPENDED = """
UPDATE activation_subscriber SET state = 'suspended', reason = '已拆机 / taken down' WHERE state = 'closed';
"""
KNOWN = "activation_subscriber_state_is_known"


class Migration(migrations.Migration):
    dependencies = [("activation", "0009_all_former_numbers_are_left")]

    operations = [
        migrations.RemoveConstraint("subscriber", KNOWN),
        migrations.RunSQL(CLOSED, SUSPENDED),
        migrations.AddConstraint(
            "subscriber",
            models.CheckConstraint(condition=Q(state__in=("active", "suspended", "closed")), name=KNOWN),
        ),
        migrations.AddIndex(
            "subscriber", models.Index("service", condition=~Q(state="active"), name="activation_lines_shut")
        ),
        migrations.CreateModel(
            "Cutoff",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=60)),
                ("login", models.CharField(max_length=64)),
                ("before", models.DateTimeField()),
            ],
            {
                "verbose_name": "end of what was online before",
                "constraints": [models.UniqueConstraint("service", "login", name="activation_one_cutoff_a_login")],
                "indexes": [models.Index("before", name="activation_cutoffs_by_age")],
            },
        ),
        migrations.CreateModel(
            "StraySession",
            [
                ("session", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=60)),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
                ("tried_at", models.DateTimeField()),
                ("ended", models.BooleanField(default=False)),
            ],
            {"verbose_name": "stray session"},
        ),
    ]
