"""Tracking event 物流轨迹: one thing that happened to a parcel."""

from huikuan.records.kind import Field, Kind

TRACKING_EVENT = Kind(
    name="tracking_event",
    title="Tracking event",
    key=("tracking_no", "event_time", "code", "n"),
    fields=(
        Field("tracking_no", "text", "the parcel's number at the courier"),
        Field("event_time", "text", "when, as YYYYMMDDHHMMSS in Chinese time"),
        Field("code", "text", "collected, in_transit, delivered, refused, lost, returned, other"),
        Field("n", "int", "running number within equal keys of a document"),
        Field("courier", "text", "who carries it"),
        Field("item", "text", "the courier's own wording"),
        Field("place", "text", "where, as the courier names it"),
    ),
)
