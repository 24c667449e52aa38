import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0011_an_urge_says_who_and_why'),
    ]

    operations = [
        migrations.AddField(
            model_name='matter',
            name='near',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit'),
        ),
    ]
