"""Runs quickstarts and measures them from outside: files in the run's folder, the clock, and the
processor time of the process with all its children."""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DPO = os.environ.get("DPO", str(ROOT / "dpo"))  # another build's, to compare two
LOOK_S = 0.02


class Run:
    """A quickstart in a folder, in a process group of its own."""

    def __init__(self, folder, steps, options=(), environment=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.before = self.steps()
        self.cpu_before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.log = open(self.folder / "terminal.log", "ab")
        self.started = time.time()
        self.process = subprocess.Popen(
            [DPO, "quickstart", "--dir", str(self.folder), "--steps", str(steps), *options],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )

    def steps(self):
        """Number of steps in the ledger's view."""
        file = self.folder / "steps.jsonl"
        return file.read_bytes().count(b"\n") if file.exists() else 0

    def await_step(self, step):
        """Seconds from the start of the process until this many steps were taken."""
        while self.steps() < step:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.folder}: ended before step {step}; see terminal.log and dpo.log there")
            time.sleep(LOOK_S)
        return time.time() - self.started

    def kill(self):
        """kill -9 of everything: command, broker and registry."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self):
        """Waits for a clean end, and returns the wall-clock and processor seconds."""
        if self.process.wait() != 0:
            raise SystemExit(f"{self.folder}: failed; see terminal.log and dpo.log there")
        wall = time.time() - self.started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - self.cpu_before.ru_utime - self.cpu_before.ru_stime
        return wall, cpu

    def report(self):
        return json.loads((self.folder / "report.json").read_text())

    def staleness(self):
        """Mean number of versions between sampling and training."""
        rows = [json.loads(line) for line in (self.folder / "steps.jsonl").read_text().splitlines()]
        return sum(row["staleness"] for row in rows) / len(rows)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    return pathlib.Path(folder)


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def time_to(rate, run):
    """Seconds from the start of the process to a version that reaches a win rate; measured now."""
    model = run.folder / "tiny-model"
    command = [
        str(HERE.parent / "java"), "io.dpostream.benchmarks.loop.TimeToWinRate", str(rate), str(model / "model"),
        str(model / "held-out.jsonl"), str(int(run.started * 1000)), str(run.folder / "trainer" / "versions"),
    ]
    last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    return float("inf") if last == "never" else float(last)
