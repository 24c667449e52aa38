from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0003_why_a_service_is_suspended'),
    ]

    operations = [
        migrations.AddField(
            model_name='shortage',
            name='since',
            field=models.DateTimeField(null=True),
        ),
    ]
