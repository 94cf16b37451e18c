"""Sections 0 to 3: discovery, the carrier, REST and the Batch agent."""

import json

from client import check, holds, same

PROPERTIES = """Id Name AssociateId DetailsTable DetailsRecord IsSystemTask IsInternalTask ParameterObject LastStarted
Created StartCount DatabaseSerialNumber Context Result State Description Response Request ProgressDescription
ProgressPercent FileName CancellationBehaviour TableRight FieldProperties""".split()
UNKNOWN = 2_000_000_000
BATCH_METHODS = """GetBatchTaskInfo GetBatchTaskInfosByAssociates GetBatchTaskInfosByAssociatesAndState
GetBatchTaskInfosByState GetBatchTaskInfosByNameAndState GetBatchTaskInfosByNameAndAssociates GetAllBatchTaskInfosByName
GetAllBatchTaskInfosByNameAndState GetSystemBatchTaskInfosByName GetSystemBatchTaskInfosByNameAndState StartBatchJob
StopBatchJob UpdateBatchTask DeleteBatchTask DeleteBatchTasks""".split()
TEXTS = ("Description", "Response", "Request")


@check("Discovery")
def versions(client, _setting):
    """GET /api names the versions and the server"""
    answer = client.get("//api")
    same(answer.status, 200)
    same(answer.json["v1"], f"{client.base}/api/v1")
    same(answer.json["Version"], "v1")
    for name in "NetServerVersion NetServerAssembly NetServerDate NetServerLabel NetServer Services ServicesCurrent".split():
        holds(name in answer.json, f"{name} is missing")


@check("Discovery")
def map_of_calls(client, _setting):
    """GET /api/v1 maps each absolute URL to its methods, with a line on each"""
    calls = client.get("").json
    lines = [line for methods in calls.values() for line in methods.values()]
    holds(all(url.startswith(client.base) for url in calls), "every URL is absolute")
    holds(all(isinstance(line, str) and "\n" not in line for line in lines), "one line each")
    holds("POST" in calls[f"{client.base}/api/v1/BatchTask"], calls)


@check("Discovery")
def descriptions(client, _setting):
    """GET of an agent's method describes it and never runs it"""
    for method in BATCH_METHODS:
        same(client.get(f"/Agents/Batch/{method}").status, 200, method)
    before = client.task(client.start())
    client.get(f"/Agents/Batch/DeleteBatchTask?BatchTaskId={before['Id']}")
    same(client.task(before["Id"])["Id"], before["Id"])


@check("0")
def shape(client, _setting):
    """the carrier: PascalCase in its order, names for enums, texts for masks, ISO for dates"""
    task = client.task(client.start(Description="a text", ParameterObject={"a": "1"}))
    same(list(task), PROPERTIES)
    same(task["State"], "New")
    same(task["CancellationBehaviour"], "CanCancel")
    same(task["TableRight"], {"Mask": "FULL", "Reason": ""})
    same(sorted(task["FieldProperties"]), sorted(PROPERTIES[:-2]))
    for name, entry in task["FieldProperties"].items():
        same(sorted(entry), ["FieldLength", "FieldRight", "FieldType"])
        holds(entry["FieldRight"]["Mask"] in ("Update", "Read"), (name, entry))
        same(entry["FieldRight"]["Mask"] == "Update", name in (*TEXTS, "State"), name)
    same(task["LastStarted"], "0001-01-01T00:00:00")
    same(task["DetailsTable"], 205)


@check("1")
def defaults(client, _setting):
    """strings that were never set are empty, objects null, and what is not settable at the start is ignored"""
    sent = {"Id": 7, "State": "Failed", "StartCount": 9, "ProgressPercent": 745, "LastStarted": None, "Nonsense": [1]}
    task = client.task(client.start(**sent, TableRight={"Mask": 15}, FieldProperties=None))
    holds(task["Id"] != 7, task["Id"])
    for name in ("Context", "Result", "FileName", "ProgressDescription", *TEXTS):
        same(task[name], "", name)
    same([task["ParameterObject"], task["State"], task["StartCount"], task["ProgressPercent"]], [None, "New", 0, 0])
    same([task["DetailsTable"], task["DetailsRecord"]], [0, 0])


@check("1.1")
def states(client, _setting):
    """a state comes in by name in any casing, by number, and as digits in a text"""
    for given in ("aquired", "AQUIRED", 2, "2", "Acquired", "Assigned"):
        task_id = client.start()
        answer = client.call("PUT", f"/BatchTask/{task_id}", {"State": given})
        same((answer.status, answer.json["State"]), (200, "Aquired"), given)


@check("1.3")
def parameters(client, _setting):
    """ParameterObject is read back as it came; as a list of Key and Value too (6a)"""
    given = {"a": "1", "n": 1.5, "b": True, "nested": {"x": [1, "2"]}}
    same(client.task(client.start(ParameterObject=given))["ParameterObject"], given)
    pairs = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    same(client.task(client.start(ParameterObject=pairs))["ParameterObject"], {"a": "1", "b": ""})


@check("2")
def start(client, _setting):
    """POST answers 200 with the id as a number; refusals are 400"""
    answer = client.call("POST", "/BatchTask", {"name": "held"})
    same((answer.status, answer.headers["Content-Type"]), (200, "application/json; charset=utf-8"))
    same(answer.text, str(answer.json))
    for wrong in ({}, {"Name": ""}, {"Name": "unheard-of"}, [], {"Name": "held", "Description": "x" * 255}):
        same(client.call("POST", "/BatchTask", wrong).status, 400, wrong)


@check("2")
def by_path(client, _setting):
    """digits in the path are an id, names a state, anything else is 404"""
    task_id = client.start()
    for path in (task_id, f"+{task_id}", f"{task_id:010d}"):
        same(client.get(f"/BatchTask/{path}").json["Id"], task_id, path)
    for state in ("New", "nEW", "All"):
        answer = client.get(f"/BatchTask/{state}")
        holds(task_id in [task["Id"] for task in answer.json], state)
    same(client.get(f"/BatchTask/{UNKNOWN}").status, 404)
    same(client.get("/BatchTask/Nonsense").status, 404)


@check("2")
def sample_put(client, setting):
    """the published sample of PUT is legal as it stands: the texts are written, nothing else changes"""
    sample = setting["putSample"]
    for kind in ("application/json", "text/json", "application/merge-patch+json", "application/json-patch+json"):
        before = client.task(client.start())
        answer = client.call("PUT", f"/BatchTask/{before['Id']}", sample, {"Content-Type": kind})
        same(answer.status, 200, kind)
        for name in PROPERTIES[:-2]:
            same(answer.json[name], sample[name] if name in TEXTS else before[name], f"{kind}: {name}")


@check("2")
def put_formats(client, _setting):
    """PUT takes the carrier as XML, as a form, wrapped, and without a Content-Type"""
    bodies = [
        ("application/xml", "<BatchTaskInfo><Description>x</Description><State/></BatchTaskInfo>"),
        ("text/xml", '<BatchTaskInfo xmlns="urn:any"><Description>x</Description></BatchTaskInfo>'),
        ("application/x-www-form-urlencoded", "Description=x&State="),
        ("application/json", '{"batchTaskInfo": {"description": "x"}}'),
        ("application/json", "{ Description: 'x', /* a comment */ }"),
        ("application/json; charset=utf-8", '{"Description": "x", "State": null}'),
        ("text/json", '{"Description": "x", "State": "All"}'),
        ("", '{"Description": "x", "State": "Unknown"}'),
    ]
    for kind, body in bodies:
        task_id = client.start(Description="before", Request="kept")
        answer = client.call("PUT", f"/BatchTask/{task_id}", body, {"Content-Type": kind or None})
        same(answer.status, 200, (kind, body, answer.text))
        same([answer.json[name] for name in ("Description", "Request", "State")], ["x", "kept", "New"], kind)


@check("2")
def moves(client, _setting):
    """illegal moves are 409 and name the state and the legal ones; after an error nothing has changed"""
    task_id = client.start()
    for state in ("Succeeded", "SucceededManualCleanup", "Succeeded"):
        same(client.call("PUT", f"/BatchTask/{task_id}", {"State": state}).json["State"], state)
    answer = client.call("PUT", f"/BatchTask/{task_id}", {"State": "Started", "Description": "x"})
    same(answer.status, 409)
    holds("Succeeded" in answer.json["Message"] and "SucceededManualCleanup" in answer.json["Message"], answer.text)
    same(client.task(task_id)["Description"], "")
    for wrong, status in (({"State": "Nonsense"}, 400), ({"Description": "x" * 255}, 400), ([], 400), ("{", 400)):
        same(client.call("PUT", f"/BatchTask/{task_id}", wrong).status, status, wrong)
    same(client.call("PUT", f"/BatchTask/{UNKNOWN}", {"Description": "x"}).status, 404)
    same(client.call("PUT", "/BatchTask/99999999999", {"Description": "x"}).status, 400)


PATCHES = [
    ([{"op": "replace", "path": "/Description", "value": "x"}], 200),
    ([{"op": "replace", "path": "description", "value": "x"}], 200),
    ([{"op": "add", "path": "Description", "value": "x"}], 200),
    ([{"op": "test", "path": "/Name", "value": "held"}, {"op": "add", "path": "/Description", "value": "x"}], 200),
    ([{"op": "test", "path": "/Name", "value": "other"}, {"op": "add", "path": "/Description", "value": "x"}], 409),
    ([{"op": "move", "from": "/Request", "path": "/Description"}], 400),
    ([{"op": "copy", "from": "/Request", "path": "/Description"}], 400),
    ([{"op": "replace", "path": "/Name", "value": "held"}], 400),
    ([{"op": "replace", "path": "/Nonsense", "value": "x"}], 400),
    ([{"op": "nonsense", "path": "/Description", "value": "x"}], 400),
    ({"Description": "x", "Name": "other", "Nonsense": 1}, 200),
]


@check("2")
def patches(client, _setting):
    """PATCH takes JSON Patch and merge patch, told apart by the shape under application/json"""
    for patch, status in PATCHES:
        shape_kind = "json-patch" if isinstance(patch, list) else "merge-patch"
        for kind in ("application/json", f"application/{shape_kind}+json"):
            task_id = client.start(Request="r")
            answer = client.call("PATCH", f"/BatchTask/{task_id}", patch, {"Content-Type": kind})
            same(answer.status, status, (kind, patch, answer.text))
            same(client.task(task_id)["Description"], "x" if status == 200 else "", patch)
        wrong_kind = "merge-patch" if isinstance(patch, list) else "json-patch"
        answer = client.call("PATCH", f"/BatchTask/{task_id}", patch, {"Content-Type": f"application/{wrong_kind}+json"})
        same(answer.status, 400, (wrong_kind, patch))
    same(client.call("PATCH", f"/BatchTask/{UNKNOWN}", {"Description": "x"}).status, 404)
    task_id = client.start(Description="x")
    removed = client.call("PATCH", f"/BatchTask/{task_id}", [{"op": "remove", "path": "/Description"}])
    same((removed.status, removed.json["Description"]), (200, ""))


@check("2")
def stop_and_delete(client, _setting):
    """Stop answers a bool, also to an empty body of JSON; DELETE answers 204, then 404"""
    task_id = client.start()
    stopped = client.call("POST", f"/BatchTask/{task_id}/Stop", "")
    same((stopped.status, stopped.json), (200, True))
    same(client.call("POST", f"/BatchTask/{task_id}/Stop").json, False)
    same(client.call("POST", f"/BatchTask/{UNKNOWN}/Stop").status, 404)
    deleted = client.call("DELETE", f"/BatchTask/{task_id}")
    same((deleted.status, deleted.content), (204, b""))
    same(client.call("DELETE", f"/BatchTask/{task_id}").status, 404)


@check("2")
def select(client, _setting):
    """$select nulls what it doesn't name, numbers and flags too, and passes over unknown names"""
    task_id = client.start()
    paths = [("GET", f"/BatchTask/{task_id}", None), ("PUT", f"/BatchTask/{task_id}", {"Response": "x"})]
    paths.append(("POST", f"/Agents/Batch/GetBatchTaskInfo?id={task_id}&", None))
    for method, path, body in paths:
        query = "$select=name,State,department,category/id"
        task = client.call(method, path + query if path.endswith("&") else f"{path}?{query}", body).json
        same({name: value for name, value in task.items() if value is not None}, {"Name": "held", "State": "New"}, path)
        same(list(task), PROPERTIES)


@check("3")
def agent_unknown(client, _setting):
    """what is not found is no error of an agent"""
    for task_id in (UNKNOWN, 0, -1):
        got = client.agent("GetBatchTaskInfo", {"Id": task_id})
        same((got.status, got.text), (200, "null"))
        updated = client.agent("UpdateBatchTask", {"BatchTaskInfo": {"Id": task_id, "Description": "x"}})
        same((updated.status, updated.text), (200, "null"))
        same(client.agent("StopBatchJob", {"Id": task_id}).json, False)
        same(client.agent("DeleteBatchTask", {"BatchTaskId": task_id}).status, 204)
    known = client.start()
    same(client.agent("DeleteBatchTasks", {"BatchTaskIds": [UNKNOWN, known]}).status, 204)
    same(client.get(f"/BatchTask/{known}").status, 404)
    same(client.agent("UpdateBatchTask", {"BatchTaskInfo": None}).status, 400)


@check("3")
def agent_arguments(client, _setting):
    """arguments come in any casing, as JSON, XML or a form, and simple ones in the query; the body wins"""
    task_id, other = client.start(), client.start()
    same(client.agent("getbatchtaskinfo", {"iD": task_id}).json["Id"], task_id)
    same(client.agent("GetBatchTaskInfo", query=f"?ID={task_id}").json["Id"], task_id)
    same(client.agent("GetBatchTaskInfo", {"Id": task_id}, f"?Id={other}").json["Id"], task_id)
    xml = {"Content-Type": "application/xml"}
    same(client.agent("GetBatchTaskInfo", f"<Any><Id>{task_id}</Id></Any>", headers=xml).json["Id"], task_id)
    listed = client.agent(
        "GetBatchTaskInfosByAssociates", "<Any><AssociateIds><int>-1</int></AssociateIds></Any>", headers=xml
    )
    holds(task_id in [task["Id"] for task in listed.json], "in XML")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    same(client.agent("GetBatchTaskInfo", f"id={task_id}", headers=form).json["Id"], task_id)
    bare = client.agent("StartBatchJob", {"Name": "held"})
    wrapped = client.agent("StartBatchJob", {"batchTaskInfo": {"name": "held"}})
    holds(isinstance(bare.json, int) and isinstance(wrapped.json, int), (bare.text, wrapped.text))


@check("3")
def agent_lists(client, _setting):
    """lists: newest first; [] is all, -1 all users; absent ids are 400, an absent state is All"""
    task_id = client.start()
    for ids in ([], [-1], [0, -1]):
        listed = [task["Id"] for task in client.agent("GetBatchTaskInfosByAssociates", {"AssociateIds": ids}).json]
        holds(task_id in listed, ids)
        same(listed, sorted(listed, reverse=True))
    for absent in ({}, {"AssociateIds": None}):
        same(client.agent("GetBatchTaskInfosByAssociates", absent).status, 400)
    for method, name in (("GetBatchTaskInfosByNameAndState", "Name"), ("GetAllBatchTaskInfosByName", "TaskName")):
        for value, found in (("HELD", True), ("", True), (None, True), ("Koch, Lebsack and Hartmann", False)):
            listed = [task["Id"] for task in client.agent(method, {name: value}).json]
            same(task_id in listed, found, (method, value))
    same(client.agent("GetBatchTaskInfosByState", {"State": "Unknown"}).json, [])
    same(client.agent("GetBatchTaskInfosByState", {"State": "Nonsense"}).status, 400)
    holds(task_id in [task["Id"] for task in client.agent("GetBatchTaskInfosByState", {}).json], "no State")


@check("3")
def agent_conditions(client, _setting):
    """If-Unmodified-Since does not apply to agents"""
    task_id = client.start()
    since = {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}
    carrier = {"BatchTaskInfo": {"Id": task_id, "Description": "x"}}
    same(client.agent("UpdateBatchTask", carrier, headers=since).json["Description"], "x")


@check("3")
def output(client, setting):
    """GetOutputFromBatch answers bytes, or base64 in JSON; CleanupBatchTask removes the task"""
    argument = {"BatchTaskId": setting["withFile"]}
    as_bytes = client.agent("GetOutputFromBatch", argument, agent="BLOB", accept="application/octet-stream")
    same(as_bytes.content, b"the report")
    as_text = client.agent("GetOutputFromBatch", argument, agent="BLOB")
    same(as_text.json, "dGhlIHJlcG9ydA==")
    for unknown in (UNKNOWN, client.start()):
        nothing = {"BatchTaskId": unknown}
        same(client.agent("GetOutputFromBatch", nothing, agent="BLOB").text, "null")
        empty = client.agent("GetOutputFromBatch", nothing, agent="BLOB", accept="application/octet-stream")
        same((empty.status, empty.content), (200, b""))
    task_id = client.start(ParameterObject={"a": "1"}, Description=json.dumps({}))
    for _ in range(2):
        same(client.agent("CleanupBatchTask", {"BatchTaskId": task_id}, agent="BLOB").status, 204)
    same(client.get(f"/BatchTask/{task_id}").status, 404)
