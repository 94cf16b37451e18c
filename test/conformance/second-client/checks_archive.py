"""Section 6: the archive list, with the queries that the public pages print."""

import urllib.parse

from client import check, holds, same

COLUMNS = """getAllRows getNoRows DefinitionId DefinitionName DefinitionDescription DefinitionTimeOut Description DbTag State
DetailsTable DetailsRecord Request Response StartCount LastStarted ProgressPercent ProgressDescription updatedBy updatedDate
registeredBy registeredDate""".split()


def rows(client, query, path="/Archive/BatchTasks", **more):
    answer = client.get(f"{path}?{query}", **more)
    same(answer.status, 200, (query, answer.text[:300]))
    return answer.json["value"]


def ids(client, condition, more=""):
    encoded = urllib.parse.quote(f"{condition}")
    return [int(row["PrimaryKey"]) for row in rows(client, f"$filter={encoded}&$select=State{more}")]


@check("6")
def sample(client, _setting):
    """the published sample: two columns, in Swedish; GET /BatchTask is the same list"""
    task_id = client.start()
    for path in ("/archive/BatchTasks", "/BatchTask"):
        answer = client.get(f"{path}?$select=DbTag,DetailsRecord", headers={"Accept-Language": "sv"})
        same(answer.status, 200, answer.text)
        same(sorted(answer.json), ["odata.metadata", "odata.nextLink", "value"])
        same(answer.json["odata.metadata"], f"{client.base}/api/v1/archive$metadata")
        first = answer.json["value"][0]
        same(list(first), ["PrimaryKey", "EntityName", "DbTag", "DetailsRecord"])
        same((first["PrimaryKey"], first["EntityName"]), (str(task_id), "batchtask"))
    same(client.get("/archive$metadata").status, 200)


@check("6")
def all_columns(client, _setting):
    """every column can be selected, in any casing, and keeps the spelling that was used"""
    for spell in (str, str.lower, str.upper):
        names = [spell(name) for name in COLUMNS]
        same(list(rows(client, f"$top=1&$select={','.join(names)}")[0])[2:], names)
    wrong = client.get("/Archive/BatchTasks?$select=name,department,category/id")
    same(wrong.status, 400)
    holds("department" in wrong.json["Message"], wrong.text)


@check("6")
def parameters(client, _setting):
    """the query parameters that the page lists, each"""
    for query in (
        "$orderby=DefinitionName,State desc",
        "$orderBy=DefinitionName asc",
        "$top=1000",
        "$top=794",
        "$skip=0",
        "$mode=full",
        "$mode=Full",
        "$mode=Wide",
        "$entities=batchtask",
        "$options=GrandTotal=true",
        "$context=sapiente",
        "$format=JSON",
        "$jsonSafe=False",
        "$output=Display",
    ):
        rows(client, query)
    in_xml = client.get("/BatchTask?$format=XML")
    same((in_xml.status, in_xml.xml is not None), (200, True))
    for wrong in ("$orderBy=Request", "$orderBy=nonsense", "$top=-1", "$mode=nonsense", "$filter=State%20eq"):
        same(client.get(f"/BatchTask?{wrong}").status, 400, wrong)


@check("6")
def modes(client, _setting):
    """Slim has a string for PrimaryKey and an int for State, Full a number and raw and display values"""
    task_id = client.start(Description="x")
    slim = rows(client, "$top=1&$select=State,Description,registeredBy")[0]
    same((slim["PrimaryKey"], slim["State"], slim["Description"]), (str(task_id), 1, "x"))
    full = rows(client, "$top=1&$mode=Full&$select=State,Description")[0]
    same(sorted(full), ["Column", "EntityName", "LinkHint", "PrimaryKey", "StyleHint", "TableRight"])
    same((full["PrimaryKey"], sorted(full["TableRight"])), (task_id, ["Mask", "Reason"]))
    holds(isinstance(full["TableRight"]["Mask"], int), full["TableRight"])
    same(sorted(full["Column"]["State"]), ["DisplayValue", "LinkHint", "RawValue", "TooltipHint"])
    same(full["Column"]["State"]["RawValue"], 1)
    holds(isinstance(full["Column"]["State"]["DisplayValue"], str), full)


FILTERS = [
    ("State eq 1 and Description begins 'filt'", True),
    ("State = 1 and Description = 'filters'", True),
    ("State eq 'New' and Description is 'FILTERS'", True),
    ("State oneOf (1,6) and Description contains 'ilte'", True),
    ("State notOneOf (3,6) and Description is 'filters'", True),
    ("State in (1,2) AND Description is 'filters'", True),
    ("State between (1,2) and Description in ('a','filters')", True),
    ("State ne 1 and Description is 'filters'", False),
    ("startswith(Description,'fil') and endswith(Description,'ers')", True),
    ("substringof('lter',Description)", True),
    ("Description notBegins 'fil' or Description isNot 'filters'", False),
    ("Description is 'filters' and registeredBy currentAssociate", True),
    ("Description is 'filters' and registeredBy associateIsOneOf (1,6)", True),
    ("Description is 'filters' and registeredBy associateIsNotOneOf (1,6)", False),
    ("Description is 'filters' and registeredDate today", True),
    ("Description is 'filters' and registeredDate thisWeek and registeredDate thisMonth", True),
    ("Description is 'filters' and registeredDate after '2014.3.4'", True),
    ("Description is 'filters' and registeredDate dateBetween ('2020-05-11','2020-05-31')", False),
    ("Description is 'filters' and registeredDate afterTime '2020-05-28T15:00:00'", True),
    ("Description is 'filters' and thisAndPrevious(registeredDate, 2, 'weeks')", True),
    ("Description is 'filters' and previous(registeredDate, 1, 'year')", False),
    ("Description is 'filters' and this(registeredDate, 'day')", True),
    ("Description is 'filters' and getAllRows set true", True),
    ("Description is 'filters' and getNoRows set true", False),
    ("State eq [I:1] and Description is 'filters'", True),
    ("Request is 'it\\'s' and Description is 'filters'", True),
    ("Request is 'it''s' and Description is 'filters'", True),
]


@check("6")
def filters(client, setting):
    """the filter operators and functions that the page lists, over GET and over POST with a form"""
    task_id = client.start(Description="filters", Request="it's")
    for condition, found in FILTERS:
        condition = condition.replace("(1,6)", f"({setting['associateId']},6)") if "ociate" in condition else condition
        same(task_id in ids(client, condition), found, condition)
        body = urllib.parse.urlencode({"$filter": condition, "$select": "State"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        posted = client.call("POST", "/Archive/BatchTasks", body, form)
        same(posted.status, 200, (condition, posted.text[:200]))
        same(str(task_id) in [row["PrimaryKey"] for row in posted.json["value"]], found, condition)


@check("6")
def aggregates(client, _setting):
    """aggregates and modifiers as the pages write them"""
    for columns in (
        "State,Count(State):Footer",
        "GroupBy(State):Header,CountAll(State):Footer",
        "GroupBy(DatePart(registeredDate):YearMonth):Header",
        "Sum(StartCount):Footer,Avg(StartCount):Footer,Min(StartCount):Footer,Max(StartCount):Footer",
        "Median(StartCount):Footer",
    ):
        rows(client, f"$select={columns}")
    same(client.get("/BatchTask?$select=CurrencyConvert(StartCount):Footer").status, 400)


@check("6")
def archives(client, _setting):
    """GET /archive lists the archives, and BatchTasks has metadata by column"""
    listed = client.get("/archive").json["value"]
    holds("BatchTasks" in [one["name"] for one in listed], listed)
    for path in ("/Archive/BatchTasks/$metadata", "/Archive/BatchTasks$metadata"):
        metadata = client.get(path).json
        for name in COLUMNS:
            holds(name in metadata, name)
        same(metadata["Request"]["CanOrderBy"], False)
        same(metadata["State"]["RestrictionType"], "int")


@check("6")
def paging(client, _setting):
    """nextLink goes on where the page ended, whatever is started meanwhile"""
    made = [client.start(Description="paged") for _ in range(5)]
    seen = []
    query = "$filter=Description%20is%20'paged'&$select=State&$top=2"
    answer = client.get(f"/BatchTask?{query}").json
    while True:
        seen += [int(row["PrimaryKey"]) for row in answer["value"]]
        if answer["odata.nextLink"] is None:
            break
        client.start(Description="paged")
        path = answer["odata.nextLink"].removeprefix(f"{client.base}/api/v1")
        answer = client.get(path).json
    same(seen, sorted(made, reverse=True))


@check("6a")
def state(client, _setting):
    """GET /api/state/{customer} tells where the customer's API is"""
    answer = client.get("//api/state/Cust12345")
    same(answer.status, 200, answer.text)
    holds({"ContextIdentifier", "Endpoint", "State", "IsRunning", "ValidUntil"} <= set(answer.json), answer.text)
    same((answer.json["ContextIdentifier"], answer.json["IsRunning"]), ("Cust12345", True))
