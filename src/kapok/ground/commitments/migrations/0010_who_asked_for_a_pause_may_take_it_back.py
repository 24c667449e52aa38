"""A request for a pause may be withdrawn by who put it down."""

from django.db import migrations, models

NAME = "commitments_request_state_is_known"
STATES = ["waiting", "approved", "refused", "lapsed"]


class Migration(migrations.Migration):
    dependencies = [("commitments", "0009_an_answered_request_stays_as_it_was_answered")]

    operations = [
        migrations.RemoveConstraint(model_name="pauserequest", name=NAME),
        migrations.AddConstraint(
            model_name="pauserequest",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", [*STATES, "withdrawn"])), name=NAME),
        ),
    ]
