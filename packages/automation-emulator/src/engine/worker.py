"""Runs the jobs of the Automation engine: scripts of executeScript, and single AWS calls.

This process imports boto3 and reads botocore's models once, and forks a child for each job. A child starts
with everything loaded, and whatever it does to modules, variables, environment or working directory ends with it.

One JSON object a line. In: `{"id", "job"}` (jobs.ts) and `{"kill": id}`. Out: `{"id", "pid"}` when a job
starts, `{"id", "overdue", "log"}` when it runs on after its timeout, `{"id", "log", "result"}` when it has
ended. The end of the input ends every job and this process.

Arguments: a folder of its own, the endpoint, the Region.
"""

import contextlib
import json
import os
import selectors
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# No job may import this project: the way to it is open for one line, and what came is unlisted.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from engine.containment import adopt_orphans, children
from engine.warm import warm
from engine.worker_job import Surroundings, environment, run_in_child

sys.path.pop(0)
for name in ("engine", "engine.containment", "engine.warm", "engine.worker_job"):
    del sys.modules[name]

# Of a longer log the end is kept.
LOG_BYTES = 64 * 1024

# A step that computes does not compute faster with the time scale, so it always has these real seconds, or
# its whole timeout where that is less.
REAL_SECONDS = 10.0


@dataclass
class Running:
    """A job that has a child."""

    id: int
    folder: Path
    deadline: float
    # The deadline of a job that its timeout does not end; None for others, and once the timeout has come.
    last_deadline: float | None = None
    ended_by: str | None = None


class Zygote:
    """The process that forks."""

    def __init__(self, folder: Path, endpoint: str, region: str) -> None:
        self.folder, self.endpoint, self.region = folder, endpoint, region
        self.running: dict[int, Running] = {}
        # The protocol gets a descriptor that no child keeps, and a stray print goes to standard error.
        self.out = os.dup(1)
        os.dup2(2, 1)
        self.wake, self.woken = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.woken, False)

    def say(self, line: str) -> None:
        rest = memoryview(line.encode() + b"\n")
        while rest:
            rest = rest[os.write(self.out, rest) :]

    def start(self, number: int, job: dict[str, Any]) -> None:
        folder = self.folder / str(number)
        folder.mkdir()
        pid = os.fork()
        if pid == 0:
            run_in_child(job, folder, Surroundings(self.endpoint, self.region, self.woken))
        # Whichever of the two comes first: a kill must always find the group.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        scale = job["timeScale"]
        last = deadline(job["runsOnSeconds"], scale) if "runsOnSeconds" in job else None
        self.running[pid] = Running(number, folder, deadline(job["timeoutSeconds"], scale), last)
        self.say(json.dumps({"id": number, "pid": pid}))

    def overdue(self, job: Running) -> None:
        """Reports that the timeout of a job has come, and lets it run on."""
        if job.last_deadline is not None:
            job.deadline, job.last_deadline = job.last_deadline, None
            self.say(json.dumps({"id": job.id, "overdue": True, "log": read_log(job.folder / "log")}))

    def end(self, pid: int, ended_by: str) -> None:
        self.running[pid].ended_by = self.running[pid].ended_by or ended_by
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)

    def hear(self, line: bytes) -> None:
        message = json.loads(line)
        if "job" in message:
            self.start(message["id"], message["job"])
            return
        for pid in [pid for pid, job in self.running.items() if job.id == message["kill"]]:
            self.end(pid, "killed")

    def reap(self) -> None:
        """Reports the jobs whose child is gone, and kills what a child left behind."""
        for pid, job in list(self.running.items()):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone == 0:
                continue
            del self.running[pid]
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            self.end_orphans()
            self.report(job, status)
            shutil.rmtree(job.folder, ignore_errors=True)

    def end_orphans(self) -> None:
        """Ends what ended jobs left behind, also what took leave of its job's group: it is this process's child now."""
        while orphans := children() - set(self.running):
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)

    def report(self, job: Running, status: int) -> None:
        result = json.dumps({"status": job.ended_by}) if job.ended_by else read_result(job.folder, status)
        self.say(f'{{"id": {job.id}, "log": {json.dumps(read_log(job.folder / "log"))}, "result": {result}}}')

    def next_deadline(self) -> float | None:
        """Seconds until the next job times out; None when none will."""
        waits = [job.deadline - time.monotonic() for job in self.running.values() if job.ended_by is None]
        return max(0.0, min(waits)) if waits else None

    def serve(self) -> None:
        adopt_orphans()
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Control-C is for the one who reads our output; we end when our input does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        selector = selectors.DefaultSelector()
        selector.register(0, selectors.EVENT_READ)
        selector.register(self.wake, selectors.EVENT_READ)
        heard = b""
        listening = True
        while listening or self.running:
            for key, _ in selector.select(self.next_deadline()):
                data = os.read(key.fd, 1 << 16)
                if key.fd == 0:
                    *lines, heard = (heard + data).split(b"\n")
                    for line in lines:
                        self.hear(line)
                    if not data:
                        listening = False
                        selector.unregister(0)
            for pid, job in self.running.items():
                late = job.deadline <= time.monotonic()
                if listening and job.last_deadline is not None:
                    if late or (job.folder / "overdue").exists():
                        self.overdue(job)
                elif not listening or late:
                    self.end(pid, "timeout" if listening else "killed")
            self.reap()


def deadline(timeout: float, scale: float) -> float:
    """When a timeout of AWS seconds comes, in monotonic seconds."""
    return time.monotonic() + max(timeout / scale, min(timeout, REAL_SECONDS))


def read_log(file: Path) -> str:
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - LOG_BYTES))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def read_result(folder: Path, status: int) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (folder / "result").read_text()
    how = f"signal {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else ""
    message = f"The script's process was ended by {how or f'exit with status {os.waitstatus_to_exitcode(status)}'}."
    return json.dumps({"status": "error", "code": "ProcessEnded", "message": message, "retryable": False})


def main() -> None:
    folder, endpoint, region = sys.argv[1:]
    zygote = Zygote(Path(folder), endpoint, region)
    # Reading the models must not meet the user's profile.
    os.environ.clear()
    os.environ.update(environment({"env": {}}, Path(folder), endpoint, region))
    warm(endpoint, region)
    try:
        zygote.serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
