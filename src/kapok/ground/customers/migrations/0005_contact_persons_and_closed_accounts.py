"""Contacts have the name of a person, accounts are closed."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_looks_of_who_speaks_with_them")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(model_name="billingaccount", name="closed_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="customers_account_closes_after_it_opens",
            ),
        ),
    ]
