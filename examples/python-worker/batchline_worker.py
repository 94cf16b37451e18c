"""Batchline's worker protocol, using only the standard library (docs/worker-protocol.md).

A definition is a function `run(ctx)` with a declaration. `work` runs it for a server until the process is stopped.
"""

import base64
import hashlib
import json
import logging
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

log = logging.getLogger("batchline")


class LeaseOver(Exception):
    """The run no longer owns the task: its writes are refused."""


class Stopped(Exception):
    """The run must end: the task was stopped, the worker is stopping, or the lease has expired."""


class Permanent(Exception):
    """A failure that a retry can't fix."""


class Refused(Exception):
    """The server refused a call, and would refuse it again."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Client:
    """Calls of the protocol. Temporary failures are retried until `give_up()` returns true."""

    def __init__(self, url, token):
        self._base = url.rstrip("/") + "/api/v1/Workers"
        self._token = token

    def call(self, method, path, body=None, headers=None, give_up=lambda: False):
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        headers["Authorization"] = "Bearer " + self._token
        pause = 0.1
        while True:
            request = urllib.request.Request(self._base + path, data, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    text = answer.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code not in (408, 429):
                    raise Refused(error.code, message_of(error)) from error
                problem = error
            except (OSError, urllib.error.URLError) as error:
                problem = error
            if give_up():
                raise problem
            log.warning("%s: %s; trying again", path, problem)
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, 5)


def message_of(error):
    try:
        return json.loads(error.read())["Message"]
    except (ValueError, KeyError):
        return f"status {error.code}"


class Context:
    """Context of a run: its parameters, last checkpoint, and methods to report progress, checkpoints, logs and files."""

    def __init__(self, client, acquired, worker_stops):
        self.task = acquired["Task"]
        self.parameters = acquired["Parameters"]
        self.last_checkpoint = acquired["Checkpoint"]
        self._client = client
        self._path = "/Leases/" + acquired["Lease"]
        self._lease_seconds = acquired["LeaseSeconds"]
        self._held_until = time.monotonic() + self._lease_seconds
        self._worker_stops = worker_stops
        self._over = threading.Event()
        self._lost = threading.Event()
        self.stopped = threading.Event()
        self._told = {}

    def check(self):
        """Raises Stopped if the run must end. Call it between steps."""
        if self.stopped.is_set() or self._worker_stops.is_set() or self._is_lost():
            raise Stopped()

    def progress(self, percent, text=None):
        """Sent with the next heartbeat, or with the end of the run."""
        self._told["ProgressPercent"] = percent
        if text is not None:
            self._told["ProgressDescription"] = text

    def checkpoint(self, value):
        """Saves JSON for the next attempt. Durable when it returns."""
        self._call("PUT", "/Checkpoint", {"Value": value})

    def log(self, message, level="info"):
        self._call("POST", "/Log", {"Lines": [{"Level": level, "Message": message}]})

    def result_file(self, name, content):
        """Uploads the task's result file."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": f"sha-256=:{digest}:"}
        self._call("PUT", "/File?Name=" + urllib.parse.quote(name), content, headers)

    def execute(self, run):
        """Runs the task and reports its outcome."""
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        try:
            end, body = self._outcome(run)
            self._over.set()
            beat.join()
            self._call("POST", end, {**self._told, **body})
        except LeaseOver:
            log.warning("task %s: the lease is over; what the run did is not recorded", self.task["Id"])
        except (OSError, Refused) as error:
            log.error("task %s: its end could not be written: %s", self.task["Id"], error)
        finally:
            self._over.set()

    def _outcome(self, run):
        try:
            result = run(self)
            return "/Succeed", {"Result": result}
        except LeaseOver:
            raise
        except Permanent as error:
            return "/Fail", {"Message": str(error), "Retry": False}
        except Stopped:
            # If the task was stopped, the server knows. Otherwise the worker is stopping, and another one continues.
            return "/Return", {}
        except Exception as error:  # any exception fails the run
            log.exception("task %s has failed", self.task["Id"])
            return "/Fail", {"Message": f"{type(error).__name__}: {error}"}

    def _beat(self):
        """Renews the lease every third of its duration until the run ends."""
        while not self._over.wait(self._lease_seconds / 3):
            began = time.monotonic()
            try:
                answer = self._call("POST", "/Renew", dict(self._told))
            except (LeaseOver, Refused, OSError) as error:
                log.warning("task %s: no sign of life: %s", self.task["Id"], error)
                return
            if answer["Stop"]:
                log.info("task %s: %s", self.task["Id"], answer["Reason"])
                self.stopped.set()
                return  # the lease is no longer renewed
            self._held_until = began + self._lease_seconds

    def _is_lost(self):
        return self._lost.is_set() or time.monotonic() > self._held_until

    def _call(self, method, path, body, headers=None):
        try:
            return self._client.call(method, self._path + path, body, headers, give_up=self._is_lost)
        except Refused as error:
            if error.status in (404, 409):
                self._lost.set()
                raise LeaseOver() from error
            if path in ("/Renew", "/Succeed", "/Fail", "/Return"):
                raise
            raise Permanent(str(error)) from error


def work(declaration, run, concurrency=2):
    """Runs tasks of one definition until SIGINT or SIGTERM, then ends its runs or hands them back."""
    client = Client(os.environ["BATCHLINE_URL"], os.environ["BATCHLINE_TOKEN"])
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    client.call("POST", "/Definitions", {"Definitions": [declaration]}, give_up=stopping.is_set)
    print(f"Working: {declaration['Name']}", flush=True)
    slots = threading.Semaphore(concurrency)
    wanted = {"Worker": f"python {os.getpid()}", "Definitions": [declaration["Name"]], "Limit": 1, "WaitSeconds": 2}
    while not stopping.is_set():
        if not slots.acquire(timeout=0.5):
            continue
        # A short wait notices a stop sooner; a longer one needs fewer calls.
        try:
            tasks = client.call("POST", "/Acquire", wanted, give_up=stopping.is_set)["Tasks"]
        except OSError:
            break  # the server is unreachable, and the worker is stopping
        if not tasks:
            slots.release()
        for acquired in tasks:
            if stopping.is_set():
                client.call("POST", f"/Leases/{acquired['Lease']}/Return", {"Began": False})
                continue

            def execute(context=Context(client, acquired, stopping)):
                try:
                    context.execute(run)
                finally:
                    slots.release()

            threading.Thread(target=execute).start()
    # Python waits for the runs' threads before it exits.
    print("Stopping: running tasks end or are handed back.", flush=True)
