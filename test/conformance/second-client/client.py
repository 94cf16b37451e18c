"""A client of the batch-task WebAPI, written from its public pages with the standard library alone."""

import base64
import http.client
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Answer:
    """An answer with its body read: JSON and XML are parsed."""

    def __init__(self, status, headers, content):
        self.status = status
        self.headers = headers
        self.content = content
        self.text = content.decode("utf-8", "replace")
        kind = headers.get("Content-Type", "")
        self.json = json.loads(self.text) if "json" in kind and content else None
        self.xml = ElementTree.fromstring(self.text) if "xml" in kind and content else None


class Client:
    def __init__(self, base, login, password):
        self.base = base
        self.credentials = base64.b64encode(f"{login}:{password}".encode()).decode()
        self.host = urllib.parse.urlsplit(base).netloc

    def call(self, method, path, body=None, headers=None, accept="application/json; charset=utf-8"):
        """Calls a path below /api/v1. A dictionary or list is sent as JSON, a text as it is."""
        send = {"Authorization": f"Basic {self.credentials}", "Accept": accept}
        content = None
        if body is not None:
            send["Content-Type"] = "application/json; charset=utf-8"
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
        for name, value in (headers or {}).items():
            if value is None:
                send.pop(name, None)
            else:
                send[name] = value
        root = path[1:] if path.startswith("//") else f"/api/v1{path}"
        url = urllib.parse.quote(root, safe="/?&=$%:()',;*+!@[]")
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, url, body=content, headers=send)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def agent(self, method, body=None, query="", agent="Batch", **more):
        return self.call("POST", f"/Agents/{agent}/{method}{query}", body, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def start(self, **carrier):
        answer = self.call("POST", "/BatchTask", {"Name": "held", **carrier})
        same(answer.status, 200)
        return answer.json

    def task(self, task_id):
        answer = self.get(f"/BatchTask/{task_id}")
        same(answer.status, 200)
        return answer.json


def same(actual, expected, what=""):
    """Fails unless two values are the same."""
    if actual != expected:
        raise AssertionError(f"{what} {actual!r} is not {expected!r}".strip())


def holds(condition, what):
    """Fails unless a condition holds."""
    if not condition:
        raise AssertionError(str(what))


CHECKS = []


def check(section):
    """Marks a function as a check of a section of the contract."""

    def mark(function):
        CHECKS.append((section, function))
        return function

    return mark
