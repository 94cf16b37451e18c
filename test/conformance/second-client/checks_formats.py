"""Sections 4 and 5: formats, errors and headers."""

import time
from email.utils import formatdate, parsedate_to_datetime

from client import Client, check, holds, same

UNKNOWN = 2_000_000_000
JSON_TYPES = ("application/json", "text/json")
XML_TYPES = ("application/xml", "text/xml")
PATCH_TYPES = ("application/json-patch+json", "application/merge-patch+json")
SUPPLIER = 'NO:"Leverandør";US:"Supplier"'


@check("4")
def accepts(client, _setting):
    """answers follow Accept; the patch types give JSON, a browser XML, nothing acceptable is 406"""
    task_id = client.start(Description="å & <b>")
    for accept in (*JSON_TYPES, *PATCH_TYPES, "*/*", "application/*", "text/plain;q=0.5, text/json"):
        answer = client.get(f"/BatchTask/{task_id}", accept=accept)
        same((answer.status, answer.json["Description"]), (200, "å & <b>"), accept)
        holds(answer.headers["Content-Type"].endswith("; charset=utf-8"), accept)
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept in (*XML_TYPES, browser):
        answer = client.get(f"/BatchTask/{task_id}", accept=accept)
        same((answer.xml.tag, answer.xml.find("Description").text), ("BatchTaskInfo", "å & <b>"), accept)
        same(answer.xml.find("Context").text, None)
    same(client.get(f"/BatchTask/{task_id}", accept="image/png").status, 406)


@check("4")
def simple_xml(client, _setting):
    """simple answers in XML: int, boolean, nil, lists"""
    xml = {"accept": "application/xml"}
    started = client.call("POST", "/BatchTask", {"Name": "held"}, **xml).xml
    same(started.tag, "int")
    stopped = client.call("POST", f"/BatchTask/{started.text}/Stop", **xml).xml
    same((stopped.tag, stopped.text), ("boolean", "true"))
    same(client.get("/BatchTask/All", **xml).xml.tag, "ArrayOfBatchTaskInfo")
    nothing = client.agent("GetBatchTaskInfo", {"Id": UNKNOWN}, **xml).xml
    same(nothing.attrib, {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"})


@check("4")
def xml_in(client, _setting):
    """a start in XML, dictionaries by elements or by Key; DOCTYPE is 400"""
    xml = {"Content-Type": "application/xml"}
    body = """<BatchTaskInfo><Name>held</Name><ParameterObject><a>1</a><Item Key="b c">2</Item></ParameterObject>
    </BatchTaskInfo>"""
    answer = client.call("POST", "/BatchTask", body, xml)
    same(answer.status, 200, answer.text)
    same(client.task(answer.json)["ParameterObject"], {"a": "1", "b c": "2"})
    shown = client.get(f"/BatchTask/{answer.json}", accept="application/xml").xml.find("ParameterObject")
    same([(part.tag, part.get("Key"), part.text) for part in shown], [("a", None, "1"), ("Item", "b c", "2")])
    same(client.call("POST", "/BatchTask", f"<!DOCTYPE a>{body}", xml).status, 400)


@check("4")
def forms(client, _setting):
    """a form: names in any casing, a dictionary with a dot or brackets"""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "NAME=held&description=a+b%26c&ParameterObject.seconds=5&ParameterObject[more]=x"
    answer = client.call("POST", "/BatchTask", body, form)
    same(answer.status, 200, answer.text)
    task = client.task(answer.json)
    same((task["Description"], task["ParameterObject"]), ("a b&c", {"seconds": "5", "more": "x"}))


@check("4")
def newtonsoft(client, _setting):
    """JSON as Newtonsoft takes it: numbers for texts, texts for numbers and flags, bare names, trailing commas"""
    body = "{ Name: 'held', // a comment\n Description: 5, DetailsTable: '7', IsInternalTask: 'false', }"
    task = client.task(client.call("POST", "/BatchTask", body).json)
    same((task["Description"], task["DetailsTable"], task["IsInternalTask"]), ("5", 7, False))
    for wrong in ("{ Name: }", "{", "[", '{"Name": "held"} x', '{"Name": "held", "DetailsTable": 1.5}'):
        same(client.call("POST", "/BatchTask", wrong).status, 400, wrong)


@check("4")
def errors(client, setting):
    """errors have their shape in JSON and XML, the text twice, and no stack"""
    nobody = Client(client.base, setting["login"], "wrong password")
    task_id = client.start()
    cases = [
        (client.get(f"/BatchTask/{UNKNOWN}"), 404, "SoNotFoundException"),
        (client.get("/BatchTask/Nonsense"), 404, "SoNotFoundException"),
        (client.call("POST", "/BatchTask", {"Name": "unheard-of"}), 400, "ArgumentException"),
        (client.call("POST", "/BatchTask", "{"), 400, "FormatException"),
        (client.call("POST", "/BatchTask", "<", {"Content-Type": "text/xml"}), 400, "FormatException"),
        (nobody.get("/BatchTask/1"), 401, "SoUnauthorizedException"),
        (client.call("DELETE", "/Agents/Batch/StopBatchJob"), 405, "HttpException"),
        (client.get("/BatchTask/1", accept="image/png"), 406, "HttpException"),
        (client.call("PUT", f"/BatchTask/{task_id}", "x", {"Content-Type": "text/plain"}), 415, "HttpException"),
        (client.call("PUT", f"/BatchTask/{task_id}", {}, {"If-Match": '"0"'}), 412, "SoPreconditionException"),
        (
            client.call("PATCH", f"/BatchTask/{task_id}", [{"op": "test", "path": "/Name", "value": "x"}]),
            409,
            "SoConflictException",
        ),
    ]
    for answer, status, kind in cases:
        same((answer.status, answer.json["Error"], answer.json["ErrorType"]), (status, True, kind))
        same(answer.json["ErrorMessage"], answer.json["Message"])
        holds(answer.json["ErrorSource"].startswith("Batchline"), answer.json["ErrorSource"])
        holds(answer.json["Message"] and "    at " not in answer.text, answer.text)
    in_xml = client.get(f"/BatchTask/{UNKNOWN}", accept="application/xml").xml
    same(in_xml.tag, "Error")
    same(in_xml.find("ErrorType").text, "SoNotFoundException")
    same(in_xml.find("ErrorMessage").text, in_xml.find("Message").text)
    holds("WWW-Authenticate" in cases[5][0].headers, "401")
    holds("Allow" in cases[6][0].headers, "405")
    holds("application/json" in cases[8][0].headers["Accept"], "415")


@check("4")
def options(client, _setting):
    """OPTIONS answers with Allow"""
    answer = client.call("OPTIONS", "/BatchTask/1")
    allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
    holds({"GET", "PUT", "PATCH", "DELETE"} <= allowed, allowed)


@check("5")
def languages(client, _setting):
    """multi-language values are replaced when a language is asked for, and stored as they came"""
    task_id = client.start(Description=SUPPLIER, Response='to:"Bob";cc:"Ann"', FileName=SUPPLIER)
    for headers, text in (
        ({}, SUPPLIER),
        ({"Accept-Language": "en"}, "Supplier"),
        ({"Accept-Language": "nb-NO"}, "Leverandør"),
        ({"Accept-Language": "sv"}, "Supplier"),
        ({"Accept-Language": "*"}, SUPPLIER),
        ({"Accept-Language": "fr,de,ru,zh"}, "Supplier"),
        ({"Accept-Language": "en-us; en-gb"}, "Supplier"),
        ({"Accept-Language": "en", "SO-Language": "nb"}, "Leverandør"),
        ({"Accept-Language": "en", "SO-Language": "x"}, SUPPLIER),
        ({"Accept-Language": "en", "SO-Language": "-"}, SUPPLIER),
    ):
        task = client.get(f"/BatchTask/{task_id}", headers=headers).json
        same((task["Description"], task["Response"], task["FileName"]), (text, 'to:"Bob";cc:"Ann"', SUPPLIER), headers)


@check("5")
def zones(client, setting):
    """the table of SO-TimeZone: a time stored as 2018-12-24 12:34:45 UTC, in the base zone NO"""
    path = f"/BatchTask/{setting['timed']}"
    for header, text, named in (
        (None, "2018-12-24T13:34:45", "NO"),
        ("NO", "2018-12-24T13:34:45", "NO"),
        ("261", "2018-12-24T13:34:45", "NO"),
        ("no,includeTZOffset", "2018-12-24T13:34:45+01:00", "NO, includeTZOffset"),
        ("includeTZOffset", "2018-12-24T13:34:45+01:00", "NO, includeTZOffset"),
        ("US-NY", "2018-12-24T07:34:45", "US-NY"),
        ("US-NY, includeTZOffset", "2018-12-24T07:34:45-05:00", "US-NY, includeTZOffset"),
        ("UTC, includeTZOffset", "2018-12-24T12:34:45Z", "UTC, includeTZOffset"),
    ):
        answer = client.get(path, headers={"SO-TimeZone": header})
        same((answer.json["LastStarted"], answer.headers["SO-TimeZone"]), (text, named), header)
        same(answer.json["Created"].endswith("Z"), header is not None and "TZ" in header, header)
    fresh = f"/BatchTask/{client.start()}"
    moved = client.get(fresh, headers={"SO-TimeZone": "NO, includeTZOffset"}).json
    same(moved["LastStarted"], "0001-01-01T01:00:00+01:00")
    same(client.get(fresh, headers={"SO-TimeZone": "Mars"}).status, 400)


@check("5")
def zone_list(client, _setting):
    """GET /TimeZone is an archive list; base and current tell their rules"""
    rows = {row["id"]: row for row in client.get("/TimeZone").json["value"]}
    for number, code in ((1, "UTC"), (36, "AU-ACT"), (50, "BD"), (114, "CA-QC"), (140, "DK"), (156, "FR"), (261, "NO")):
        same(rows[number]["timeZone"], code)
    same(
        [name for name in rows[1] if name not in ("PrimaryKey", "EntityName")],
        "id timeZone country region offset daylight isActive".split(),
    )
    for path in ("base", "current"):
        zone = client.get(f"/TimeZone/{path}").json
        same((zone["TZLocationID"], zone["TZLocationCode"]), (261, "NO"))


@check("5")
def conditions(client, _setting):
    """the server's own Last-Modified holds as If-Unmodified-Since and gives 304 as If-Modified-Since"""
    path = f"/BatchTask/{client.start()}"
    changed = client.call("PUT", path, {"Description": "x"})
    same(changed.status, 200)
    read = client.get(path)
    modified, etag = read.headers["Last-Modified"], read.headers["ETag"]
    holds(parsedate_to_datetime(modified).timestamp() <= time.time(), modified)
    same(client.get(path, headers={"If-Modified-Since": modified}).status, 304)
    same(client.get(path, headers={"If-None-Match": etag}).status, 304)
    same(client.get(path, headers={"If-Unmodified-Since": modified}).status, 200)
    same(client.call("PUT", path, {"Description": "y"}, {"If-Unmodified-Since": modified}).status, 200)
    old = formatdate(time.time() - 3600, usegmt=True)
    for method, body in (("GET", None), ("PUT", {"Description": "z"}), ("PATCH", {"Description": "z"}), ("DELETE", None)):
        same(client.call(method, path, body, {"If-Unmodified-Since": old}).status, 412, method)
    same(client.get(path, headers={"If-Modified-Since": old}).status, 200)
    same(client.call("PUT", path, {"Description": "z"}, {"If-Unmodified-Since": "no date"}).status, 200)
    same(client.call("PUT", path, {"Description": "z"}, {"If-Match": etag}).status, 412)


@check("5")
def other_headers(client, _setting):
    """schemes match in any casing; the browser's offset and SO_UNIQUE_ID are accepted"""
    task_id = client.start()
    for headers in (
        {"Authorization": f"basic {client.credentials}"},
        {"Authorization": f"BASIC {client.credentials}"},
        {"SO-Browser-TZ-Offset": "60", "SO_UNIQUE_ID": "abc"},
        {"SO-Culture": "sv"},
        {"SO-Culture": "nonsense!"},
    ):
        same(client.get(f"/BatchTask/{task_id}", headers=headers).status, 200, headers)
