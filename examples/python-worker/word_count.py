"""Counts the words of a text, line by line: a Batchline worker in Python."""

import csv
import io
import logging
import time

from batchline_worker import Permanent, work

DECLARATION = {
    "Name": "word-count",
    "Description": "Counts the words of a text and writes them as CSV",
    "Parameters": {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "The text"},
            "pause": {"type": "number", "minimum": 0, "default": 0, "description": "Seconds after each line"},
        },
        "required": ["text"],
        "additionalProperties": False,
    },
    "Retries": {"Limit": 2, "Delay": 1},
    "LeaseSeconds": 10,
}


def run(ctx):
    lines = ctx.parameters["text"].splitlines()
    if not lines:
        raise Permanent("The text is empty; at least one line is accepted.")
    # A run after a lost one continues from its checkpoint.
    state = ctx.last_checkpoint or {"line": 0, "words": {}}
    words = state["words"]
    for number in range(state["line"], len(lines)):
        ctx.check()
        for word in lines[number].lower().split():
            words[word] = words.get(word, 0) + 1
        ctx.checkpoint({"line": number + 1, "words": words})
        ctx.progress(100 * (number + 1) // len(lines), f"{number + 1} of {len(lines)} lines")
        time.sleep(ctx.parameters["pause"])
    ctx.log(f"{len(words)} different words in {len(lines)} lines")
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["word", "count"])
    writer.writerows(sorted(words.items()))
    ctx.result_file("words.csv", table.getvalue().encode())
    return {"lines": len(lines), "words": sum(words.values())}


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    work(DECLARATION, run)
