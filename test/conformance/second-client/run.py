"""Runs every check against a server and prints a line of JSON for each: its section, its name and what is wrong."""

import json
import os
import traceback

import checks_archive  # noqa: F401  (they register themselves)
import checks_formats  # noqa: F401
import checks_tasks  # noqa: F401
from client import CHECKS, Client


def main():
    setting = json.loads(os.environ["SECOND_CLIENT"])
    client = Client(setting["url"], setting["login"], setting["password"])
    for section, function in CHECKS:
        wrong = None
        try:
            function(client, setting)
        except AssertionError as error:
            wrong = f"{error} ({traceback.extract_tb(error.__traceback__)[1].line})"
        except Exception:  # a check that breaks is a failure like any other
            wrong = traceback.format_exc()
        print(json.dumps({"section": section, "name": function.__doc__, "wrong": wrong}), flush=True)


main()
