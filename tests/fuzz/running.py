"""Put many mutated files through a reader."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import Target, whole_way


@dataclass
class Run:
    """What a run saw: files through the reader alone, files the whole way and their verdicts, and what went wrong."""

    quick: int = 0
    whole: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[bytes, BaseException]] = field(default_factory=list)


def fuzz(target: Target, files: int, whole_every: int, seed: int = 1, faults_max: int = 5, minutes: float = 0) -> Run:
    """Mutate `files` files (fewer if `minutes` are over) and read each; every `whole_every`th goes the whole way."""
    until = time.monotonic() + 60 * minutes if minutes else float("inf")
    chance = random.Random(f"{target.name}/{seed}")
    seeds = target.seeds()
    run = Run()
    with tempfile.TemporaryDirectory(prefix="huikuan-fuzz-") as folder:
        path = Path(folder) / "file"
        for number in range(files):
            if time.monotonic() > until:
                break
            content = mutated(chance, chance.choice(seeds), seeds)
            path.write_bytes(content)
            try:
                if target.quick is not None:
                    run.quick += 1
                    target.quick(path, target.file)
                if target.quick is None or number % whole_every == 0:
                    run.whole += 1
                    for reading in whole_way(path, target.file):
                        run.verdicts[reading.status] = run.verdicts.get(reading.status, 0) + 1
            except Exception as error:
                run.faults.append((content, error))
                if len(run.faults) >= faults_max:
                    break
    target.close()
    return run
