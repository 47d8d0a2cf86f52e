"""All record kinds by name."""

from huikuan.records.bank_line import BANK_LINE
from huikuan.records.courier_charge import COURIER_CHARGE
from huikuan.records.erp_order import ERP_ORDER
from huikuan.records.kind import Kind
from huikuan.records.ledger_line import LEDGER_LINE
from huikuan.records.order_line import ORDER_LINE
from huikuan.records.product import PRODUCT
from huikuan.records.return_line import RETURN_LINE
from huikuan.records.settlement_line import SETTLEMENT_LINE
from huikuan.records.shipment_line import SHIPMENT_LINE
from huikuan.records.stock_count import STOCK_COUNT
from huikuan.records.stock_move import STOCK_MOVE
from huikuan.records.tracking_event import TRACKING_EVENT
from huikuan.records.wallet_line import WALLET_LINE

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ORDER_LINE, SETTLEMENT_LINE, WALLET_LINE, BANK_LINE,
        ERP_ORDER, SHIPMENT_LINE, TRACKING_EVENT, RETURN_LINE, COURIER_CHARGE,
        PRODUCT, STOCK_MOVE, STOCK_COUNT, LEDGER_LINE,
    )
}  # fmt: skip
