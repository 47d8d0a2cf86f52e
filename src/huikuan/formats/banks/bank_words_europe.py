# ruff: noqa: E501 - tables of words
"""What banks of the European continent call the columns of a statement. Plain data, added to `bank_words`.

German, French, Italian, Spanish, Portuguese, Dutch, Polish, Swedish, Danish and Norwegian, from the importers of third
parties and their test files. `Valuta` is a date in some of these languages and a currency in others: see
`bank_statement`.
"""

from __future__ import annotations

DATE = (
    "Buchungstag", "Buchungsdatum", "Buchung", "Datum", "Belegdatum",
    "Date opération", "Date operation", "Date d'opération", "Date de l'opération", "Date comptable",
    "Date de comptabilisation", "dateOp",
    "Data contabile", "Data operazione", "Data_Operazione", "Data",
    "Fecha operación", "Fecha de operación", "Fecha contable", "F. Operativa", "Fecha", "Fecha operativa",
    "Data lançamento", "Data lanç.", "Data mov.", "Data do movimento",
    "Boekdatum", "Boekingsdatum", "Transactiedatum",
    "Data operacji", "#Data operacji", "Data księgowania", "#Data księgowania", "Data transakcji",
    "Bokföringsdag", "Bokföringsdatum", "Transaktionsdag", "Transaktionsdatum",
    "Bogføringsdato", "Bokført dato", "Bokføringsdato", "Dato",
)  # fmt: skip
VALUE_DATE = (
    "Valutadatum", "Wertstellung", "Wertstellungsdatum", "Wertstellungstag", "Date de valeur", "Date valeur", "dateVal",
    "Data valuta", "Data_Valuta", "Fecha valor", "F. Valor", "Data valor", "Data-valor", "Rentedatum", "Data waluty", "Valutadag",
    "Rentedato",
)  # fmt: skip
MONEY_IN = (
    "Gutschrift", "Gutschrift in CHF", "Gutschrift in EUR", "Credit in CHF", "Crédit en CHF", "Haben", "Crédit", "Crédit euros", "Accrediti", "Entrate",
    "Avere", "Abono", "Abonos", "Ingreso", "Ingresos", "Haber", "Crédito", "Créditos", "Uznania", "Wpływy", "Insättning",
    "Insättningar", "Inn på konto", "Innskudd",
)  # fmt: skip
MONEY_OUT = (
    "Belastung", "Lastschrift", "Lastschrift in CHF", "Lastschrift in EUR", "Debit in CHF", "Débit en CHF", "Soll", "Débit", "Débit euros", "Addebiti",
    "Uscite", "Dare", "Cargo", "Cargos", "Gasto", "Gastos", "Debe", "Débito", "Débitos", "Obciążenia", "Wydatki", "Uttag",
    "Ut fra konto", "Ut av konto", "Uttak",
)  # fmt: skip
AMOUNT = (
    "Betrag", "Betrag in EUR", "Buchungsbetrag", "Umsatz in EUR", "Montant", "Montant(EUROS)", "Importo", "Importe",
    "Importe EUR", "Montante", "Bedrag", "Transactiebedrag", "Kwota", "#Kwota", "Kwota operacji", "Kwota transakcji",
    "Belopp", "Beløb", "Beløp", "Valor",
)  # fmt: skip
DIRECTION = ("Soll/Haben", "S/H", "Soll / Haben", "Af Bij", "Af/Bij", "Debet/Credit", "Bij/Af", "Bij Af")
IN_WORDS = ("Haben", "H", "Bij")
OUT_WORDS = ("Soll", "S", "Af", "Debet")
BALANCE = (
    "Saldo", "Kontostand", "Saldo nach Buchung", "Saldo in CHF", "Saldo in EUR", "Solde",
    "Saldo contabile", "Saldo contable", "Saldo disponible", "Saldo contabilístico", "Saldo na mutatie", "Saldo na trn",
    "Saldo na boeking", "Eindsaldo", "endsaldo", "Saldo po operacji", "#Saldo po operacji", "Saldo po transakcji",
    "Bokfört saldo",
)  # fmt: skip
CURRENCY = (
    "Währung",
    "Waehrung",
    "Buchungswährung",
    "Devise",
    "Divisa",
    "Moneda",
    "Moeda",
    "Munt",
    "Muntsoort",
    "Waluta",
)
# A date or a currency, as the language has it.
VALUTA = ("Valuta",)
KIND = (
    "Vorgang", "Buchungstext", "Type operation", "Tipo", "Mutatiesoort", "Umsatzart", "Umsatztyp", "Typ transakcji",
    "Type d'opération",
)  # fmt: skip
SUMMARY = (
    "Verwendungszweck", "Beschreibung", "Vorgang/Verwendungszweck", "Libellé", "Libelle",
    "Libelle simplifie", "Libelle operation", "Libellé opération", "Descrizione", "Descrizione operazione", "Causale",
    "Concepto", "Descripción", "Descrição", "Mededelingen", "Omschrijving", "Omschrijving-1", "Opis operacji",
    "#Opis operacji", "Opis transakcji", "Tytuł", "Beskrivning", "Beskrivelse", "Rubrik", "Text", "Tekst", "Forklaring",
    "Buchungstext",
)  # fmt: skip
PURPOSE = (
    "Informations complementaires", "Libellé complémentaire", "Movimiento", "Observaciones", "Omschrijving-2",
    "Meddelelse", "Détail", "Mehr Infos",
)  # fmt: skip
BANK_NO = ("Volgnr", "Verifikationsnummer", "Transaktionsnummer")
REFERENCE = ("Kundenreferenz (End-to-End)", "Kundenreferenz", "Référence", "Referentie", "Betalingskenmerk", "Referens")
OTHER_PARTY = (
    "Beguenstigter/Zahlungspflichtiger", "Begünstigter/Zahlungspflichtiger", "Begünstigter / Auftraggeber",
    "Auftraggeber / Begünstigter", "Auftraggeber/Empfänger", "Auftraggeber/Zahlungsempfänger", "Auftraggeber / Empfänger",
    "Name Zahlungsbeteiligter", "Empfänger", "Naam tegenpartij", "Naam / Omschrijving", "Nadawca / Odbiorca",
    "#Nadawca/Odbiorca", "Nom de la contrepartie", "Beneficiario",
)  # fmt: skip
OTHER_ACCOUNT = (
    "Kontonummer/IBAN",
    "IBAN Zahlungsbeteiligter",
    "Tegenrekening IBAN/BBAN",
    "Tegenrekening",
    "#Numer konta",
)
OWN_ACCOUNT = (
    "Auftragskonto",
    "IBAN Auftragskonto",
    "IBAN/BBAN",
    "Rekening",
    "Rekeningnummer",
    "accountNumber",
    "accountNum",
)
PAYER = ("Zahlungspflichtige*r",)
PAYEE = ("Zahlungsempfänger*in",)
# The state of a line, and what says that it is not booked, or not at all.
STATE = ("Info", "Statut", "État", "Estado", "Stato")
NOT_BOOKED = (
    "vorgemerkt", "umsatz vorgemerkt", "en attente", "annulé", "annulée", "refusé", "pendiente", "revertido", "rechazado",
    "zurückgesetzt", "ausstehend", "in sospeso",
)  # fmt: skip
# The columns of shops, payment services and ledgers: such a table is no bank statement.
NO_BANK = (
    "Bestellnummer", "Bestellnr.", "Artikelnummer", "Artikel", "Gebühr", "Gebühren", "Entgelt", "Brutto", "Netto",
    "Steuer", "MwSt", "MwSt.", "USt", "Menge", "Stückzahl", "Transaktionscode", "Gegenkonto", "Konto", "Sollkonto",
    "Habenkonto", "Belegfeld 1", "Numéro de commande", "Commande", "Commission", "Frais", "TVA", "Quantité", "Produit",
    "Compte", "CompteNum", "Pedido", "Número de pedido", "Comisión", "Tarifa", "Bruto", "Neto", "IVA", "Cantidad",
    "Producto", "Cuenta contable", "Ordine", "Numero ordine", "Commissione", "Tariffa", "Lordo", "Quantità", "Prodotto",
    "Conto", "Bestelnummer", "Kosten", "BTW", "Aantal", "Grootboek", "Zamówienie", "Prowizja", "Ilość",
)  # fmt: skip
# Only these languages have these names, and all of them write the day before the month.
DAY_FIRST = (
    *(name for name in DATE if not name.startswith("date")),
    *(name for name in AMOUNT if name not in ("Montant", "Valor")),
    "Solde", "Crédit", "Débit", "Libellé", "Libelle", "Libelle simplifie", "Libelle operation",
)  # fmt: skip
