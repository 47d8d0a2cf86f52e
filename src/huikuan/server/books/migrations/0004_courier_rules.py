"""Rules about couriers' bills: tariffs, zones, contracts."""

import datetime

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import huikuan.server.books.models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_clerk_limit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(default=datetime.date(1900, 1, 1))),
                ("claim_days", models.PositiveIntegerField(default=0)),
                (
                    "weight_tolerance",
                    models.DecimalField(
                        decimal_places=6,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contracts", to="books.account"
                    ),
                ),
            ],
            options={
                "ordering": ["account__name", "valid_from"],
                "constraints": [models.UniqueConstraint(fields=("account", "valid_from"), name="contract_version")],
            },
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(default=datetime.date(1900, 1, 1))),
                ("zone", models.CharField(max_length=80)),
                (
                    "first_weight",
                    models.DecimalField(
                        decimal_places=6, max_digits=10, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                (
                    "first_price",
                    models.DecimalField(
                        decimal_places=5, max_digits=18, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                (
                    "step",
                    models.DecimalField(
                        decimal_places=6,
                        default=1,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "step_price",
                    models.DecimalField(
                        decimal_places=5,
                        default=0,
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "round",
                    models.CharField(
                        choices=[("up", "up"), ("half", "half"), ("none", "none")], default="up", max_length=4
                    ),
                ),
                (
                    "divisor",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=5,
                        default=0,
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "return_price",
                    models.DecimalField(
                        decimal_places=5,
                        default=0,
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "surcharge",
                    models.JSONField(
                        blank=True, default=dict, validators=[huikuan.server.books.models.check_surcharges]
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tariffs", to="books.account"
                    ),
                ),
            ],
            options={
                "ordering": ["account__name", "zone", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "zone", "valid_from"), name="tariff_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="Zone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(default=datetime.date(1900, 1, 1))),
                ("origin", models.CharField(max_length=80)),
                ("destination", models.CharField(max_length=80)),
                ("zone", models.CharField(max_length=80)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="zones", to="books.account"
                    ),
                ),
            ],
            options={
                "ordering": ["account__name", "origin", "destination", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "origin", "destination", "valid_from"), name="zone_version"
                    )
                ],
            },
        ),
    ]
