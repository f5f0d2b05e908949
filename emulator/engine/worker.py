"""Runs the jobs of the Automation engine: scripts of executeScript, and single AWS calls.

This process imports boto3 and reads botocore's models once, and forks a child for each job. A child starts
with everything loaded, and whatever it does to modules, variables, environment or working directory ends with it.

One JSON object a line. In: `{"id", "job"}` (jobs.ts) and `{"kill": id}`. Out: `{"id", "pid"}` when a job
starts, `{"id", "log", "result"}` when it has ended. The end of the input ends every job and this process.

Arguments: a folder of its own, the time scale, the endpoint, the Region.
"""

import base64
import contextlib
import functools
import gc
import json
import os
import random
import selectors
import shutil
import signal
import sys
import tempfile
import time
import traceback
import types
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex

import boto3
import botocore.loaders
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

WARM = ("ec2", "s3", "s3control", "autoscaling", "kms", "ssm", "sts")

# "Up to 100KB is returned. If you output a list, a maximum of 100 items is returned."
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
PAYLOAD_BYTES = 100_000
LIST_ITEMS = 100

# Of a longer log the end is kept.
LOG_BYTES = 64 * 1024

# A step that computes does not compute faster with the time scale, so it always has these real seconds, or
# its whole timeout where that is less.
REAL_SECONDS = 10.0

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

Message = dict[str, Any]


class Refusal(Exception):
    """What the engine refuses itself, with a code as AWS errors have."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- In the child -----------------------------------------------------------------------------------------


def environment(job: Message, folder: Path, endpoint: str, region: str) -> dict[str, str]:
    """The job's own variables over the few that point every client at the emulator and away from the user's AWS.

    The proxy is the emulator too: it resolves the host names of S3 Control (`123456789012.127.0.0.1`), and
    nothing gets past it into the real world.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"), endpoint),
        "NO_PROXY": "",
        "no_proxy": "",
        **job["env"],
    }


def scale_time(scale: float, timeout: float, folder: Path) -> None:
    """Makes `time.sleep` faster, and lets `time.monotonic` go on as if it were not.

    So a loop that waits until a deadline sleeps as often as on AWS, and a sleep past the job's timeout ends
    the job. `time.time` stays true, as it is compared with the times of other steps and of AWS.
    """
    real_sleep, real_monotonic = time.sleep, time.monotonic
    skipped = 0.0
    deadline = real_monotonic() + timeout

    def monotonic() -> float:
        return real_monotonic() + skipped

    def sleep(seconds: float | SupportsIndex) -> None:
        nonlocal skipped
        now, pause = monotonic(), float(seconds)
        real_sleep(min(pause, max(0.0, deadline - now)) / scale)
        # Threads may sleep at the same time: the clock goes to the later of their ends.
        skipped = max(skipped, now + pause - real_monotonic())
        if now + pause > deadline:
            finish(folder, {"status": "timeout"})

    time.sleep, time.monotonic = sleep, monotonic


def finish(folder: Path, result: Message) -> NoReturn:
    """Hands the result over whole, and leaves without a word to this process's forked state."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    (folder / "result.part").write_text(json.dumps(result))
    (folder / "result.part").replace(folder / "result")
    os._exit(0)


def failure(error: BaseException, message: str) -> Message:
    """The result of a job that raised, with the traceback from the script's own first frame on."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename == __file__:
        frame = frame.tb_next
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", code))
    elif isinstance(error, Refusal):
        code = error.code
    text = "".join(traceback.format_exception(error.with_traceback(frame)))
    return {
        "status": "error",
        "code": code,
        "message": message,
        "traceback": text,
        "retryable": code in THROTTLING,
    }


def run_script(job: Message, folder: Path) -> Any:
    """What the script's handler returns, cut and checked as AWS does.

    The handler's second argument is an empty dict: AWS does not say what is in its own.
    """
    file = folder / "customer_script.py"
    file.write_text(job["script"])
    module = types.ModuleType("customer_script")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    sys.argv = [str(file)]
    exec(compile(job["script"], str(file), "exec"), module.__dict__)  # noqa: S102
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


def run_api(job: Message) -> Any:
    """The answer of one AWS call as JSON, without what is only about the transport.

    It is tried once: the engine repeats throttled calls.
    """
    client = boto3.client(job["service"], config=Config(retries={"total_max_attempts": 1}))
    method = xform_name(job["operation"])
    operation = client.meta.method_to_api_mapping.get(method)
    if operation is None:
        raise Refusal("UnknownOperation", f"{job['service']} has no operation {job['operation']}.")
    model = client.meta.service_model.operation_model(operation)
    if model.has_streaming_output or model.has_event_stream_output:
        raise Refusal("UnsupportedOperation", f"{operation} answers with a stream, which a step cannot return.")
    answer = getattr(client, method)(**job["parameters"])
    answer.pop("ResponseMetadata", None)
    return json.loads(json.dumps(answer, default=plain))


def plain(value: object) -> str:
    """The JSON form of the two kinds of value of an API answer that have none."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def child(job: Message, folder: Path, scale: float, endpoint: str, region: str) -> NoReturn:
    """Runs one job in a process of its own, which ends here."""
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, log), (2, log)):
            os.dup2(source, target)
        # The protocol and what else is this process's parent's.
        os.closerange(3, 1024)
        # What is printed reaches the log at once, so that a killed job's is whole.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        home = folder / "home"
        home.mkdir()
        os.chdir(home)
        os.environ.clear()
        os.environ.update(environment(job, home, endpoint, region))
        time.tzset()
        tempfile.tempdir = None
        random.seed()
        scale_time(scale, job["timeoutSeconds"], folder)
        result = {"status": "success", "payload": run_script(job, folder) if job["kind"] == "script" else run_api(job)}
    except BaseException as error:
        text = f"{type(error).__name__}: {error}" if job["kind"] == "script" else str(error)
        result = failure(error, text)
    finish(folder, result)


# --- In the parent ----------------------------------------------------------------------------------------


@dataclass
class Running:
    """A job that has a child."""

    id: int
    folder: Path
    deadline: float
    ended_by: str | None = None


class Zygote:
    """The process that forks."""

    def __init__(self, folder: Path, scale: float, endpoint: str, region: str) -> None:
        self.folder, self.scale, self.endpoint, self.region = folder, scale, endpoint, region
        self.running: dict[int, Running] = {}
        # The protocol gets a descriptor that no child keeps, and a stray print goes to standard error.
        self.out = os.dup(1)
        os.dup2(2, 1)

    def say(self, line: str) -> None:
        rest = memoryview(line.encode() + b"\n")
        while rest:
            rest = rest[os.write(self.out, rest) :]

    def start(self, number: int, job: Message) -> None:
        folder = self.folder / str(number)
        folder.mkdir()
        pid = os.fork()
        if pid == 0:
            child(job, folder, self.scale, self.endpoint, self.region)
        # Whichever of the two comes first: a kill must always find the group.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        timeout = float(job["timeoutSeconds"])
        deadline = time.monotonic() + max(timeout / self.scale, min(timeout, REAL_SECONDS))
        self.running[pid] = Running(number, folder, deadline)
        self.say(json.dumps({"id": number, "pid": pid}))

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
            self.report(job, status)
            shutil.rmtree(job.folder, ignore_errors=True)

    def report(self, job: Running, status: int) -> None:
        result = json.dumps({"status": job.ended_by}) if job.ended_by else read_result(job.folder, status)
        self.say(f'{{"id": {job.id}, "log": {json.dumps(read_log(job.folder / "log"))}, "result": {result}}}')

    def next_deadline(self) -> float | None:
        """Seconds until the next job times out; None when none will."""
        waits = [job.deadline - time.monotonic() for job in self.running.values() if job.ended_by is None]
        return max(0.0, min(waits)) if waits else None

    def serve(self) -> None:
        wake, woken = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Control-C is for the one who reads our output; we end when our input does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        selector = selectors.DefaultSelector()
        selector.register(0, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
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
                if not listening or job.deadline <= time.monotonic():
                    self.end(pid, "timeout" if listening else "killed")
            self.reap()


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


def warm(endpoint: str, region: str) -> None:
    """Reads the models once, and lets all later sessions share them."""
    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = functools.partial(lambda shared, _path=None: shared, loader)
    session = boto3.Session(aws_access_key_id="warm", aws_secret_access_key="warm", region_name=region)  # noqa: S106
    for service in WARM:
        session.client(service, endpoint_url=endpoint)
    gc.collect()
    # Else the first collection in each child would touch, and so copy, all of it.
    gc.freeze()


def main() -> None:
    folder, scale, endpoint, region = sys.argv[1:]
    zygote = Zygote(Path(folder), float(scale), endpoint, region)
    warm(endpoint, region)
    try:
        zygote.serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
