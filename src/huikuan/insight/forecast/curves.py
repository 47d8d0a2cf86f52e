"""How likely money is in the bank so many days from now, learned from a shop's own orders that were where it is now.

For money in a state since `e` days, the orders looked at are those of the shop that were in the state for longer than
`e` days too, whatever became of them. Of these the *cumulative incidence* of arrival is estimated by days (Kalbfleisch
and Prentice, The Statistical Analysis of Failure Time Data, 2002, 8.2): orders that were refunded never arrive, orders
too young to have arrived count only as far as they could be followed. Orders of the same weekday are used where there
are enough of them, since platforms pay by weekdays. Weights are amounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huikuan.insight.forecast.states import ON_THE_WAY, Bools, Floats, History

HORIZON = 60  # days
LEARNED_FROM = 120  # days back
LEAST_ORDERS = 30  # that a curve is learned from
LEAST_LEFT = 0.02  # of the money, for what happens to the rest to be told
LEAST_DAYS = 4  # on which orders of a weekday came into the state
WEEK = 7


@dataclass(frozen=True)
class Curve:
    """`arrived[n]`: the share that is in the bank `n` days from the day asked about (index 0: that day itself)."""

    arrived: Floats
    orders: int


class Learned:
    """What one shop's history says of one state, as of a day (a number). Nothing later than the day is looked at."""

    def __init__(self, history: History, state: str, day: int) -> None:
        ways = history.ways[state]
        known = (ways.began <= day) & (ways.began > day - LEARNED_FROM)
        self.day = day
        self.state = state
        self._began = ways.began[known]
        self._ended = np.minimum(ways.ended[known], day + 1)
        self._bank = ways.bank[known]
        self._orders = ways.orders[known]
        self._weight = ways.weight[known]
        arrived = known & (ways.bank <= day)
        self.arrived_orders = int(ways.orders[arrived].sum())
        paid, net, settled = (float(values[arrived].sum()) for values in (ways.paid, ways.net, ways.settled))
        # Of what orders were to bring, what came: the rest are fees, and refunds made on the way.
        self.brought = settled / net if net > 0 and state not in ON_THE_WAY else 1.0
        self.brought_of_paid = settled / paid if paid > 0 else 0.0

    def curve(self, since: int) -> Curve | None:
        """Of money that has been in the state since a day: when it arrives. None: too few orders waited so long."""
        waited = self.day - since
        stayed = self._ended - self._began > waited
        if self.state == "wallet" and self._orders[stayed].sum() < LEAST_ORDERS:
            waited, stayed = 0, self._ended - self._began > 0  # a wallet is paid out as a whole, however old its money
        same = stayed & ((self._began - since) % WEEK == 0)
        if self._enough(same) and len(np.unique(self._began[same])) >= LEAST_DAYS:
            stayed = same
        return self._incidence(stayed, waited) if self._enough(stayed) else None

    def fresh(self, weekday_of: int) -> Curve | None:
        """Of orders that come into the state on a day of a weekday: when they arrive, counted from that day."""
        rows = np.ones(len(self._began), dtype=bool)
        same = (self._began - weekday_of) % WEEK == 0
        if self._enough(same) and len(np.unique(self._began[same])) >= LEAST_DAYS:
            rows = same
        return self._incidence(rows, -1) if self._enough(rows) else None

    def _enough(self, rows: Bools) -> bool:
        return int(self._orders[rows].sum()) >= LEAST_ORDERS

    def _incidence(self, rows: Bools, waited: int) -> Curve:
        """The share arrived by days beyond those waited, of orders followed until `self.day`."""
        start = self._began[rows] + waited
        weight = np.maximum(self._weight[rows], 0.0)
        followed = np.minimum(self.day - start, HORIZON)
        lag = self._bank[rows] - start
        seen = (self._bank[rows] <= self.day) & (lag >= 1) & (lag <= HORIZON)
        arrivals = np.bincount(lag[seen], weight[seen], HORIZON + 2)[: HORIZON + 2]
        gone = np.where(seen, lag, followed)
        leaving = np.bincount(np.maximum(gone, 0), weight, HORIZON + 2)[: HORIZON + 2]
        at_risk = weight.sum() - np.concatenate(([0.0], np.cumsum(leaving)))[: HORIZON + 2]
        told = at_risk > max(LEAST_LEFT * float(weight.sum()), 1e-9)
        hazard = np.divide(arrivals, at_risk, out=np.zeros(HORIZON + 2), where=told)
        arrived = 1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0))
        return Curve(arrived[: HORIZON + 1], int(self._orders[rows].sum()))
