"""One script of the Automation engine, in the child that worker.py forked for it."""

import contextlib
import fcntl
import functools
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from engine import ready_clients
from engine.containment import adopt_orphans, contain, limit_memory, part_from_parent

# "Up to 100KB is returned. If you output a list, a maximum of 100 items is returned."
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
PAYLOAD_BYTES = 100_000
LIST_ITEMS = 100

# https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)

# The descriptor by which a job wakes its parent. Whatever is written there has no other effect.
WAKE = 3

# A job, a result (jobs.ts).
Message = dict[str, Any]


class Refusal(Exception):
    """What the engine refuses itself, with a code as AWS errors have."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def environment(job: Message, home: Path, endpoint: str, region: str) -> dict[str, str]:
    """The job's own variables over the few that point every client at the emulator and away from the user's AWS.

    The proxy is the emulator too: it resolves the host names of S3 Control (`123456789012.127.0.0.1`), and
    nothing gets past it into the real world.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"), endpoint),
        "NO_PROXY": "",
        "no_proxy": "",
        **job["env"],
        "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
    }


def write_config(home: Path, endpoint: str, region: str) -> None:
    """The other place where boto3 looks for an endpoint, for a script that has cleared its environment.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    file = home / ".aws" / "config"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"[default]\nregion = {region}\nendpoint_url = {endpoint}\nignore_configured_endpoint_urls = false\n"
    )


def scale_time(scale: float, timeout: float, runs_on: float | None, folder: Path) -> Callable[[], float]:
    """Makes `time.sleep` faster, and lets `time.monotonic` go on as if it were not.

    So a loop that waits until a deadline sleeps as often as on AWS, and a sleep past the job's timeout ends
    the job, or, of one that runs on, is told to the parent. `time.time` stays true, as it is compared with the
    times of other steps and of AWS. Gives what tells the seconds that were slept and did not pass.
    """
    real_sleep, real_monotonic = time.sleep, time.monotonic
    skipped = 0.0
    timed_out = real_monotonic() + timeout
    deadline = timed_out if runs_on is None else real_monotonic() + runs_on
    overdue = folder / "overdue"

    def monotonic() -> float:
        return real_monotonic() + skipped

    def nap(pause: float) -> None:
        nonlocal skipped
        now = monotonic()
        real_sleep(min(pause, max(0.0, deadline - now)) / scale)
        # Threads may sleep at the same time: the clock goes to the later of their ends.
        skipped = max(skipped, min(now + pause, deadline) - real_monotonic())
        if now + pause > deadline:
            finish(folder, {"status": "timeout", "skippedSeconds": skipped})

    def sleep(seconds: float | SupportsIndex) -> None:
        pause, left = float(seconds), max(0.0, timed_out - monotonic())
        if runs_on is not None and left < pause and not overdue.exists():
            nap(left)
            overdue.touch()
            # Wakes the parent, which then looks for the file.
            os.write(WAKE, b"!")
            pause -= left
        nap(pause)

    time.sleep, time.monotonic = sleep, monotonic
    return lambda: skipped


def finish(folder: Path, result: Message) -> NoReturn:
    """Hands the result over whole, and leaves without a word to this process's forked state."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
        ready_clients.tell(folder)
    (folder / "result.part").write_text(json.dumps(result))
    (folder / "result.part").replace(folder / "result")
    os._exit(0)


def failure(error: BaseException, *, scripted: bool) -> Message:
    """The result of a job that raised; of a script, with the traceback from its own first frame on."""
    message = f"{type(error).__name__}: {error}" if scripted else str(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename == __file__:
        frame = frame.tb_next
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", code))
    elif isinstance(error, Refusal):
        code = error.code
    told = {"traceback": "".join(traceback.format_exception(error.with_traceback(frame)))} if scripted else {}
    return {"status": "error", "code": code, "message": message, "retryable": code in THROTTLING, **told}


@functools.lru_cache(64)
def compiled(script: str) -> types.CodeType | None:
    """A script's code, kept by the process that forks: each child would need a tenth of its time for that. None for a
    script that can't be compiled: its own process says why."""
    try:
        return compile(script, "customer_script.py", "exec")
    except Exception:
        return None


def in_file(code: types.CodeType, file: str) -> types.CodeType:
    """The code, and that of its functions, as if it had been compiled from this file: tracebacks show its lines."""
    inner = (in_file(it, file) if isinstance(it, types.CodeType) else it for it in code.co_consts)
    return code.replace(co_filename=file, co_consts=tuple(inner))


def run_script(job: Message, code: types.CodeType | None, folder: Path) -> Any:
    """What the script's handler returns, cut and checked as AWS does.

    The handler's second argument is an empty dict: AWS does not say what is in its own.
    """
    file = folder / "customer_script.py"
    file.write_text(job["script"])
    module = types.ModuleType("customer_script")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    sys.argv = [str(file)]
    exec(in_file(code, str(file)) if code else compile(job["script"], str(file), "exec"), module.__dict__)  # noqa: S102
    payload = getattr(module, job["handler"])(job["payload"], {})
    cut = json.loads(json.dumps(payload, allow_nan=False), object_hook=cut_lists)
    cut = cut[:LIST_ITEMS] if isinstance(cut, list) else cut
    size = len(json.dumps(cut, ensure_ascii=False).encode())
    if size > PAYLOAD_BYTES:
        raise Refusal("PayloadTooLarge", f"The output payload has {size} bytes; at most {PAYLOAD_BYTES} are returned.")
    return cut


def cut_lists(value: dict[str, Any]) -> dict[str, Any]:
    """The object with its lists cut. AWS does not say whether it cuts inner lists: no step may rely on more."""
    return {key: item[:LIST_ITEMS] if isinstance(item, list) else item for key, item in value.items()}


@dataclass(frozen=True)
class Surroundings:
    """What the jobs of one emulator share."""

    endpoint: str
    region: str
    #: The end of a pipe that wakes the parent.
    wake: int


def run_in_child(
    job: Message, code: types.CodeType | None, folder: Path, own: dict[str, str], around: Surroundings
) -> NoReturn:
    """Runs one job in a process of its own, which ends here. `code` is what `compiled` gives for its script, `own` what
    `environment` does for the job."""
    skipped: Callable[[], float] = float
    try:
        part_from_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        # Above all that are put to use here.
        wake = fcntl.fcntl(around.wake, fcntl.F_DUPFD, 16)
        for target, source in ((0, nothing), (1, log), (2, log), (WAKE, wake)):
            os.dup2(source, target, inheritable=target != WAKE)
        # The protocol and what else is this process's parent's.
        os.closerange(WAKE + 1, 1024)
        # What is printed reaches the log at once, so that a killed job's is whole.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        home, work = folder / "home", folder / "work"
        write_config(home, around.endpoint, around.region)
        work.mkdir()
        os.chdir(work)
        os.environ.clear()
        os.environ.update(own)
        ready_clients.begin()
        time.tzset()
        tempfile.tempdir = None
        random.seed()
        skipped = scale_time(job["timeScale"], job["timeoutSeconds"], job.get("runsOnSeconds"), folder)
        adopt_orphans()
        limit_memory()
        contain(folder, urlsplit(around.endpoint).port or 80)
        result = {"status": "success", "payload": run_script(job, code, folder)}
    except BaseException as error:
        result = failure(error, scripted=True)
    try:
        seconds = skipped()
        finish(folder, {**result, "skippedSeconds": seconds} if seconds else result)
    finally:
        # Whatever happens, a child must not go on as a second parent.
        os._exit(1)
