"""Faithful small files of every layout that is known from documentation alone; see `specimen`."""

from huikuan.demo.specimens.banks import BANKS
from huikuan.demo.specimens.couriers import COURIERS
from huikuan.demo.specimens.douyin import DOUYIN
from huikuan.demo.specimens.erp import ERP
from huikuan.demo.specimens.jd import JD
from huikuan.demo.specimens.kuaishou import KUAISHOU
from huikuan.demo.specimens.marketplaces import MARKETPLACES
from huikuan.demo.specimens.pdd import PDD
from huikuan.demo.specimens.personal import PERSONAL
from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.storefronts import STOREFRONTS
from huikuan.demo.specimens.taobao import TAOBAO
from huikuan.demo.specimens.wechatshop import WECHATSHOP
from huikuan.demo.specimens.xiaohongshu import XIAOHONGSHU

SPECIMENS: tuple[Specimen, ...] = (
    *BANKS,
    *DOUYIN,
    *JD,
    *KUAISHOU,
    *MARKETPLACES,
    *PDD,
    *PERSONAL,
    *TAOBAO,
    *STOREFRONTS,
    *WECHATSHOP,
    *XIAOHONGSHU,
    *ERP,
    *COURIERS,
)

__all__ = ["SPECIMENS", "Specimen"]
