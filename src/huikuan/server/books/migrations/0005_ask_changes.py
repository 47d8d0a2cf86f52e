from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0004_courier_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="book",
            name="ask_changes",
            field=models.BooleanField(default=True),
        ),
    ]
