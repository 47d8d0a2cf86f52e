"""Every page on a big book: `python benchmarks/pages.py [--home HOME] [--orders 1000000] [--port 8140] [--only WORD]`.

Starts `huikuan serve` on the book of `big_book.py` (made where HOME is not there yet), logs in over loopback and asks
for each page in several variants (filters, sorts, later pages, searches, random orders), three ways:

    first   the first request of a page after a new run (a copy of the run is published for each)
    one     one client, everything warm
    ten     ten clients at once, each going through all pages in an order of its own

Prints p50, p95 and the worst of each in milliseconds, as a client sees it (network of loopback included), and says
which are over the limits: 200 ms for the first and one client, 500 ms for ten.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).parent))
import big_book

LIMIT_ONE, LIMIT_TEN = 200, 500
CLIENTS = 10
NEXT = re.compile(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
Pages = dict[str, list[str]]
BENCH = (
    "", "?show=all", "?show=rest", "?show=suggested", "?left_q=42000&show=all", "?left_sort=-amount",
    "?right_sort=order_no&show=all", "?left_class=missing_right", "?period=2026-02",
)  # fmt: skip
PANE = (
    "", "?show=all&sort=amount", "?q=4200000&show=all", "?q=%3E+200", "?near=99.50&near_date=2026-03-01&show=all",
)  # fmt: skip


class Client:
    """One browser: keeps its connection and its session."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of an answer; a POST where there is a form."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("POST" if form is not None else "GET", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text

    def log_in(self) -> None:
        found = TOKEN.search(self.ask("/account/login")[1])
        form = {"username": big_book.USER, "password": big_book.PASSWORD}
        status, text = self.ask("/account/login", form | ({"csrfmiddlewaretoken": found[1]} if found else {}))
        if status not in (302, 303):
            raise SystemExit(f"the login was answered with {status}: {text[:300]}")

    def timed(self, path: str) -> float:
        """Milliseconds of one request, which must succeed."""
        start = time.perf_counter()
        status, text = self.ask(path)
        took = (time.perf_counter() - start) * 1000
        if status not in (200, 302):
            raise SystemExit(f"{path} was answered with {status}: {text[:500]}")
        return took


def processor_ms(root: int) -> float:
    """Milliseconds of processor that a process and its children have used; 0 where /proc does not tell (not Linux)."""
    ticks, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    own = {root}
    while grown := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= grown
    return sum(ticks.get(pid, 0) for pid in own) * 1000 / (os.sysconf("SC_CLK_TCK") if ticks else 1)


@contextmanager
def serving(home: Path, port: int) -> Iterator[int]:
    """`huikuan serve` until the end of the block; its process id."""
    environment = os.environ | {"HUIKUAN_HOME": str(home)}
    command = [sys.executable, "-m", "huikuan.cli", "serve", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(240):
            try:
                if Client(port).ask("/health")[0] == 200:
                    break
            except OSError:
                time.sleep(0.25)
        yield server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def samples(home: Path) -> dict[str, Any]:
    """Order numbers, groups and items of the book, chosen at random but always the same."""
    from huikuan.server.books.services import find_book
    from huikuan.server.documents.library import library_book
    from huikuan.server.workbench.services import results

    book = find_book()
    found = results(book)
    links = found.run.table("order-settlement", "links")
    some = "SELECT * FROM {} USING SAMPLE reservoir(40 ROWS) REPEATABLE (7)"
    asked = f"SELECT order_no, group_id, record_key FROM ({some}) ORDER BY 1"
    of_orders = found.run.query(asked.format(links))
    of_payouts = found.run.query(asked.format(found.run.table("payout-bank", "links")))
    opened = found.open_items("order-settlement", limit=40).rows
    return {
        "slug": book.slug,
        "folder": library_book(book).results_folder,
        "orders": [row["order_no"] for row in of_orders],
        "groups": [("order-settlement", row["group_id"], row["order_no"]) for row in of_orders[:20]]
        + [("payout-bank", row["group_id"], "") for row in of_payouts[:20]],
        "inside": sorted({row["record_key"] for row in of_payouts}),
        "items": [row["item_id"] for row in opened],
        "documents": [document.document_id for document in library_book(book).lake.documents()],
    }


def addresses(told: dict[str, Any]) -> Pages:
    """The pages by name with their variants; apps that do not exist are left out."""
    root = f"/b/{told['slug']}/"
    pages: Pages = {
        "home": [root, root + "?period=2026-02", root + "?period=2026-Q1"],
        "import": [root + "import/"],
        "documents": [root + "documents/"],
        "document": [f"{root}documents/{quote(each)}/" for each in told["documents"][:6]],
        "search": [f"{root}search?q={order[:15]}" for order in told["orders"][:10]],
        "reconciliations": [root + "reconciliations/", root + "reconciliations/?period=2026-03"],
        "order": [f"{root}orders/{quote(order)}/" for order in told["orders"]],
        "group": [
            f"{root}workbench/{name}/group/{group}/" + (f"?order_no={order}" if order else "")
            for name, group, order in told["groups"]
        ],
        "inside": [f"{root}inside/{quote(key)}/" for key in told["inside"]],
        "item": [f"{root}workbench/order-settlement/item/{each}/" for each in told["items"]],
        "collection": [
            root + "collection/" + query
            for query in (
                "", "?status=overdue", "?status=collected", "?status=awaiting&sort=-receivable", "?sort=order_no",
                "?sort=-receivable", "?sort=business_date", "?shop=Shop+1", "?q=4200000", f"?q={told['orders'][3]}",
                "?amount_from=200&amount_to=210", "?first=2026-02-01&last=2026-02-07", "?size=200",
            )
        ],
        "reports": [root + "reports/"],
        "jobs": [root + "jobs"],
        "settings": [root + "settings", root + "settings/shops", root + "settings/rules", root + "settings/users"],
        "audit": [root + "settings/audit"],
    }  # fmt: skip
    for name in ("order-settlement", "settlement-wallet", "payout-bank", "balance"):
        bench = f"{root}workbench/{name}/"
        pages[f"bench {name}"] = [bench + query for query in BENCH]
        pages[f"pane {name}"] = [f"{bench}pane/{side}/{query}" for side in ("left", "right") for query in PANE]
        words = ("", "?pass=key", "?status=difference", f"?q={told['orders'][1]}")
        pages[f"matched {name}"] = [f"{bench}matched/{query}" for query in words]
    return pages


def follow(client: Client, pages: Pages, steps: int = 2) -> Pages:
    """The pages that exist, with the next pages that their lists lead to."""
    kept: Pages = {}
    for name, paths in pages.items():
        if client.ask(paths[0])[0] == 404:
            print(f"  not there: {name} ({paths[0]})")
            continue
        more: list[str] = []
        for path in paths[:3]:
            here = path
            for _ in range(steps):
                found = NEXT.search(client.ask(here)[1])
                if found is None:
                    break
                here = found[1].replace("&amp;", "&")
                here = here if here.startswith("/") else path.partition("?")[0] + here
                more.append(here)
        kept[name] = paths + more
    return kept


def publish_copy(folder: Path) -> None:
    """Publish a copy of the current run: to the server, a new run."""
    pointer = folder / "current.json"
    current = folder / json.loads(pointer.read_text())["run"]
    copy = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{random.randbytes(3).hex()}"
    shutil.copytree(current, copy, copy_function=os.link)
    manifest = json.loads((copy / "manifest.json").read_text()) | {"run": copy.name}
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    scratch = pointer.with_suffix(".bench")
    scratch.write_text(json.dumps({"run": copy.name}))
    scratch.replace(pointer)
    shutil.rmtree(current)


def told(stage: str, name: str, times: list[float]) -> None:
    """Progress on standard error."""
    print(f"  {stage} {name}: {' '.join(f'{time:.0f}' for time in times)}", file=sys.stderr, flush=True)


def measure_first(client: Client, pages: Pages, folder: Path) -> dict[str, list[float]]:
    """Each page as the first one after a new run."""
    times: dict[str, list[float]] = {}
    for name, paths in pages.items():
        publish_copy(folder)
        times[name] = [client.timed(paths[0])]
        told("first", name, times[name])
    return times


def measure_one(client: Client, pages: Pages, rounds: int, pid: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """One client: each variant once to warm up, then `rounds` requests a page over its variants. Also what a request
    costs the server in milliseconds of processor, which tells more than time does on a busy machine."""
    times: dict[str, list[float]] = {}
    work: dict[str, float] = {}
    for name, paths in pages.items():
        for path in paths:
            client.timed(path)
        before = processor_ms(pid)
        times[name] = [client.timed(paths[number % len(paths)]) for number in range(max(rounds, len(paths)))]
        work[name] = (processor_ms(pid) - before) / len(times[name])
        told("one", name, times[name])
    return times, work


def measure_ten(port: int, pages: Pages, rounds: int) -> dict[str, list[float]]:
    """Ten clients at once: each goes `rounds` times through all pages, one variant of each, in its own order."""
    times: dict[str, list[float]] = defaultdict(list)
    faults: list[BaseException] = []

    def browse(seed: int) -> None:
        try:
            chance, client = random.Random(seed), Client(port)
            client.log_in()
            for _ in range(rounds):
                for name in chance.sample(sorted(pages), len(pages)):
                    times[name].append(client.timed(chance.choice(pages[name])))
        except (OSError, SystemExit, http.client.HTTPException) as error:
            faults.append(error)

    clients = [threading.Thread(target=browse, args=(seed,)) for seed in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if faults:
        raise SystemExit(f"{len(faults)} of {CLIENTS} clients failed: {faults[0]}")
    return times


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(
    first: dict[str, list[float]], one: dict[str, list[float]], work: dict[str, float], ten: dict[str, list[float]]
) -> bool:
    """Print the figures; whether all are within their limits."""
    print(
        f"\n{'page':<26}{'first':>8} |{'one p50':>9}{'p95':>8}{'max':>8}{'cpu':>6} |{'ten p50':>9}{'p95':>8}{'max':>8}"
    )
    fine = True
    for name, warm in one.items():
        cells, over = [], False
        for times, limit in ((warm, LIMIT_ONE), (ten.get(name, [0.0]), LIMIT_TEN)):
            cells.append(f"{statistics.median(times):9.0f}{percentile(times, 0.95):8.0f}{max(times):8.0f}")
            over |= percentile(times, 0.95) > limit
        beginning = first.get(name, [0.0])[0]
        over |= beginning > LIMIT_ONE
        fine &= not over
        print(f"{name:<26}{beginning:8.0f} |{cells[0]}{work[name]:6.0f} |{cells[1]}{'  OVER' if over else ''}")
    every = [value for times in one.values() for value in times]
    print(f"all requests of one client: p95 {percentile(every, 0.95):.0f} ms (at most {LIMIT_ONE})")
    every = [value for times in ten.values() for value in times] or [0.0]
    print(f"all requests of ten clients: p95 {percentile(every, 0.95):.0f} ms (at most {LIMIT_TEN})")
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=8140)
    parser.add_argument("--rounds", type=int, default=30, help="requests of one client per page")
    parser.add_argument("--ten", type=int, default=3, help="rounds of each of the ten clients")
    parser.add_argument("--only", default="", help="only pages whose name has this word in it")
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="huikuan_pages_")) / "home"
    if not (home / "books").exists():
        big_book.make_book(home, given.orders)
        big_book.reconcile(home)
    else:
        from huikuan.server.setup import setup

        setup(home)
    sample = samples(home)
    with serving(home, given.port) as pid:
        client = Client(given.port)
        client.log_in()
        pages = {name: paths for name, paths in addresses(sample).items() if given.only in name}
        pages = follow(client, pages)
        first = measure_first(client, pages, sample["folder"])
        one, work = measure_one(client, pages, given.rounds, pid)
        ten = measure_ten(given.port, pages, given.ten) if given.ten else {}
    fine = table(first, one, work, ten)
    if given.home is None:
        shutil.rmtree(home.parent, ignore_errors=True)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
