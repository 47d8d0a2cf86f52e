"""The built-in reconciliations, each a declarative definition the engine runs."""

from huikuan.engine.model import Definition
from huikuan.recons.order_settlement import ORDER_SETTLEMENT

RECONCILIATIONS: dict[str, Definition] = {definition.name: definition for definition in (ORDER_SETTLEMENT,)}

__all__ = ["RECONCILIATIONS"]
