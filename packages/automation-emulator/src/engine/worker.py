"""Runs the jobs of the Automation engine: scripts of executeScript, and single AWS calls.

This process imports boto3 and reads botocore's models once, and forks a child for each script. A child starts
with everything loaded, and whatever it does to modules, variables, environment or working directory ends with it.
One more child makes all the calls (worker_calls.py).

One JSON object a line. In: `{"id", "job"}` (jobs.ts) and `{"kill": id}`. Out: `{"id", "pid"}` when a script
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
import stat
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# No job may import this project: the way to it is open for one line, and what came is unlisted.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from engine.containment import adopt_orphans, children, prepare
from engine.ready_clients import learn, offer
from engine.warm import warm
from engine.worker_calls import Caller
from engine.worker_job import Surroundings, compiled, environment, run_in_child

sys.path.pop(0)
for name in [name for name in sys.modules if name.partition(".")[0] == "engine"]:
    del sys.modules[name]

# Of a longer log the end is kept.
LOG_BYTES = 64 * 1024

# A step that computes does not compute faster with the time scale, so it always has these real seconds, or
# its whole timeout where that is less.
REAL_SECONDS = 10.0


@dataclass
class Running:
    """A job in progress: a script has a child, a call a thread of the caller."""

    id: int
    deadline: float
    # The deadline of a job that its timeout does not end; None for others, and once the timeout has come.
    last_deadline: float | None
    ended_by: str | None = None


@dataclass
class Script(Running):
    """A script that has a child."""

    pid: int = 0
    folder: Path = Path()
    environment: dict[str, str] = field(default_factory=dict)


class Zygote:
    """The process that forks."""

    def __init__(self, folder: Path, endpoint: str, region: str) -> None:
        self.folder = folder
        self.scripts: dict[int, Script] = {}
        self.calls: dict[int, Running] = {}
        self.caller: Caller | None = None
        # The protocol gets a descriptor that no child keeps, and a stray print goes to standard error.
        self.out = os.dup(1)
        os.dup2(2, 1)
        self.wake, self.woken = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.woken, False)
        self.around = Surroundings(endpoint, region, self.woken)
        self.selector = selectors.DefaultSelector()

    def running(self) -> list[Running]:
        return [*self.scripts.values(), *self.calls.values()]

    def say(self, line: str) -> None:
        rest = memoryview(line.encode() + b"\n")
        while rest:
            rest = rest[os.write(self.out, rest) :]

    def start(self, number: int, job: dict[str, Any]) -> None:
        if job["kind"] == "api":
            self.call(number, job)
            return
        folder = self.folder / str(number)
        folder.mkdir()
        code = compiled(job["script"])
        own = environment(job, folder / "home", self.around.endpoint, self.around.region)
        pid = os.fork()
        if pid == 0:
            run_in_child(job, code, folder, own, self.around)
        # Whichever of the two comes first: a kill must always find the group.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        self.scripts[number] = Script(number, *deadlines(job), pid=pid, folder=folder, environment=own)
        self.say(json.dumps({"id": number, "pid": pid}))

    def call(self, number: int, job: dict[str, Any]) -> None:
        if self.caller is None:
            folder = self.folder / "calls"
            folder.mkdir()
            self.caller = Caller(folder, self.around)
            self.selector.register(self.caller, selectors.EVENT_READ)
        self.calls[number] = Running(number, *deadlines(job))
        self.caller.send({"id": number, "job": job})

    def is_overdue(self, job: Running) -> bool:
        return job.deadline <= time.monotonic() or (isinstance(job, Script) and (job.folder / "overdue").exists())

    def let_run_on(self, job: Running) -> None:
        """Reports that the timeout of a job has come, and lets it run on."""
        if job.last_deadline is not None:
            job.deadline, job.last_deadline = job.last_deadline, None
            self.say(json.dumps({"id": job.id, "overdue": True, "log": log_of(job)}))

    def end(self, job: Running, ended_by: str) -> None:
        job.ended_by = job.ended_by or ended_by
        if isinstance(job, Script):
            with contextlib.suppress(OSError):
                os.killpg(job.pid, signal.SIGKILL)
        elif self.caller is not None:
            self.caller.send({"kill": job.id})

    def hear(self, line: bytes) -> None:
        message = json.loads(line)
        if "job" in message:
            self.start(message["id"], message["job"])
            return
        number = message["kill"]
        if (job := self.scripts.get(number) or self.calls.get(number)) is not None:
            self.end(job, "killed")

    def reap(self) -> None:
        """Reports the scripts whose child is gone, and kills what a child left behind."""
        for job in list(self.scripts.values()):
            gone, status = os.waitpid(job.pid, os.WNOHANG)
            if gone == 0:
                continue
            del self.scripts[job.id]
            with contextlib.suppress(OSError):
                os.killpg(job.pid, signal.SIGKILL)
            self.end_orphans()
            self.report(job, read_result(job.folder, status))
            learn(read_file(job.folder / "clients"), job.environment)
            shutil.rmtree(job.folder, ignore_errors=True)

    def hear_calls(self) -> None:
        """Reports the calls that have ended; all of them when their process has."""
        if self.caller is None:
            return
        # Asked before the last results are read.
        gone, status = os.waitpid(self.caller.pid, os.WNOHANG)
        for number, result in self.caller.results():
            self.report(self.calls.pop(number), result)
        if gone == 0:
            return
        self.selector.unregister(self.caller)
        self.caller.close()
        self.caller = None
        shutil.rmtree(self.folder / "calls", ignore_errors=True)
        for job in self.calls.values():
            self.report(job, died("The process that makes calls", status))
        self.calls.clear()

    def end_orphans(self) -> None:
        """Ends what ended jobs left behind, also what took leave of its job's group: it is this process's child now."""
        own = {job.pid for job in self.scripts.values()} | ({self.caller.pid} if self.caller is not None else set())
        while orphans := children() - own:
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)

    def report(self, job: Running, result: str) -> None:
        told = json.dumps({"status": job.ended_by}) if job.ended_by else result
        self.say(f'{{"id": {job.id}, "log": {json.dumps(log_of(job))}, "result": {told}}}')

    def next_deadline(self) -> float | None:
        """Seconds until the next job times out; None when none will."""
        waits = [job.deadline - time.monotonic() for job in self.running() if job.ended_by is None]
        return max(0.0, min(waits)) if waits else None

    def serve(self) -> None:
        adopt_orphans()
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Control-C is for the one who reads our output; we end when our input does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        selector = self.selector
        selector.register(0, selectors.EVENT_READ)
        selector.register(self.wake, selectors.EVENT_READ)
        heard = b""
        listening = True
        while listening or self.scripts or self.calls:
            for key, _ in selector.select(self.next_deadline()):
                if key.fileobj is self.caller:
                    continue
                data = os.read(key.fd, 1 << 16)
                if key.fd == 0:
                    *lines, heard = (heard + data).split(b"\n")
                    for line in lines:
                        self.hear(line)
                    if not data:
                        listening = False
                        selector.unregister(0)
            for job in self.running():
                if listening and job.last_deadline is not None:
                    if self.is_overdue(job):
                        self.let_run_on(job)
                elif not listening or job.deadline <= time.monotonic():
                    self.end(job, "timeout" if listening else "killed")
            self.reap()
            self.hear_calls()
        if self.caller is not None:
            self.caller.close()


def log_of(job: Running) -> str:
    return read_file(job.folder / "log", LOG_BYTES) if isinstance(job, Script) else ""


def deadlines(job: dict[str, Any]) -> tuple[float, float | None]:
    """When a job's timeout comes, and when the end of one that its timeout does not end."""
    scale = job["timeScale"]
    last = deadline(job["runsOnSeconds"], scale) if "runsOnSeconds" in job else None
    return deadline(job["timeoutSeconds"], scale), last


def deadline(timeout: float, scale: float) -> float:
    """When a timeout of AWS seconds comes, in monotonic seconds."""
    return time.monotonic() + max(timeout / scale, min(timeout, REAL_SECONDS))


def read_file(file: Path, most: int | None = None) -> str:
    """The text of a file in a job's folder, or so many bytes of its end; empty where it is none. The folder is the
    script's: it may have put there what can't be read to an end, or leads elsewhere."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return ""
    with os.fdopen(opened, "rb") as text:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode):
            return ""
        text.seek(max(0, found.st_size - most) if most is not None else 0)
        return text.read().decode(errors="replace")


def read_result(folder: Path, status: int) -> str:
    text = read_file(folder / "result")
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return died("The script's process", status)
    return text


def died(what: str, status: int) -> str:
    how = f"signal {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else ""
    message = f"{what} was ended by {how or f'exit with status {os.waitstatus_to_exitcode(status)}'}."
    return json.dumps({"status": "error", "code": "ProcessEnded", "message": message, "retryable": False})


def main() -> None:
    folder, endpoint, region = sys.argv[1:]
    zygote = Zygote(Path(folder), endpoint, region)
    # Reading the models must not meet the user's profile.
    os.environ.clear()
    os.environ.update(environment({"env": {}}, Path(folder), endpoint, region))
    prepare()
    warm()
    offer()
    try:
        zygote.serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
