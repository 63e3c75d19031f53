"""Every member of every body that may be posted, each wrong in every way.

The shapes are those of the OpenAPI file that the front serves: what it says
of a member is what the gate must hold it to. Each refusal is a problem that
names the member and the rule, gives nothing out and leaves one entry.
"""
import copy
import json
import pathlib

from consign import sealed, transfer
from holder import PERSON, PLATE, VIN, about, all_of, check, equal, main, shared

API = json.loads((pathlib.Path(__file__).resolve().parents[2] /
                  "src/front/openapi.json").read_text())
DECEIVING = ("a\u202eb", "a\u200bb", "a\u0000b", "a\u0007b", "\ufeffa")
WRONG = {"string": (1, True, None, ["a"], {"a": "b"}), "boolean": ("true", 1, None, [True]),
         "integer": ("1", 1.5, True, None, [1], -1, 10 ** 20),
         "array": ("a", 1, None, {"0": "a"}, True), "object": ("a", 1, None, ["a"], True)}
TEXTS = {"number": "X-{}", "requester": "bob"}


def resolved(schema):
    while "$ref" in schema:
        schema = API["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def populated(h):
    """People of agencies and of the holder; two lists that came, one of them registered."""
    h.populate()
    h.case("sam", "M-0", assign=["alice"])
    h.stop()
    h.agency("NYOLN0000", "The holder", kind="state")
    h.requester("dora", "NYOLN0000", "data_owner")
    came = [sealed(h, transfer(h, n), "--never-whole")["consignment"] for n in (3, 4)]
    h.start()
    equal(h.post("dora", "/v1/consignments", {"id": came[0]}).status, 201)
    return came


def bodies(came):
    """By operation: who, path, a body the gate takes."""
    subjects = [copy.deepcopy(PERSON)]
    return {
        "createRequest": ("alice", "/v1/requests", about(VIN, reason="burglary of 3 May",
                                                          requestor="alice")),
        "createInvestigation": ("sam", "/v1/investigations",
                                {"number": "M-1", "offence": "burglary",
                                 "subjects": subjects}),
        "createAssignment": ("sam", "/v1/investigations/M-0/assignments",
                             {"requester": "alice", "until": "2099-01-01T00:00:00Z"}),
        "createWanted": ("sam", "/v1/wanted",
                         {"number": "W-1", "kind": "arrest", "court": "Albany City Court",
                          "judge": "A. Judge", "docket": "D-1", "offence": "burglary",
                          "issued": "2026-01-05", "expires": "2099-01-05",
                          "subjects": subjects}),
        "createInstrument": ("sam", "/v1/instruments",
                             {"number": "I-1", "kind": "state-warrant",
                              "court": "Albany County Court", "docket": "D-1",
                              "issued": "2026-01-05", "expires": "2099-01-05",
                              "document": "0" * 64, "scope": ["vehicle.make"],
                              "subjects": subjects}),
        "registerConsignment": ("dora", "/v1/consignments", {"id": came[1]}),
        "orderConsignment": ("dora", f"/v1/consignments/{came[0]}/orders",
                             {"order": "destroy", "reason": "nobody asked for it"}),
        "createLead": ("dora", "/v1/leads",
                       {**about(VIN, None, reason="the car of the series"), "to": "alice",
                        "case": "M-0"}),
    }


def schema_of(operation):
    for methods in API["paths"].values():
        for method in methods.values():
            if isinstance(method, dict) and method.get("operationId") == operation:
                return resolved(method["requestBody"]["content"]["application/json"]["schema"])
    raise KeyError(operation)


def changed(body, path, value):
    body = copy.deepcopy(body)
    place = body
    for part in path[:-1]:
        place = place[part]
    if value is DELETED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return body


DELETED = object()


def wrongs(schema, value, path=()):
    """(path, a wrong value) of everything below a value that is right."""
    schema = resolved(schema)
    kind = schema.get("type", "string")
    if path:
        for wrong in WRONG[kind]:
            yield path, wrong
    if kind == "string":
        if "maxLength" in schema:
            yield path, "A" * (schema["maxLength"] + 1)
            yield path, "A" * 30000
        if schema.get("minLength", 0) > 0:
            yield path, ""
            yield path, "   "
        for text in DECEIVING:
            yield path, text
        if path[-1] == "issued":
            yield path, "2099-01-04"
        if path[-1] == "expires":
            yield path, "2026-01-04"
        if path[-1] == "until":
            yield path, "2026-01-04T00:00:00Z"
        if "enum" in schema:
            yield path, schema["enum"][0] + "x"
            yield path, schema["enum"][0].upper()
        if schema.get("format") == "date":
            for text in ("2026-02-30", "2026-13-01", "2026-1-5", "05/01/2026", "20260105",
                         "2026-01-05T00:00:00Z", "0000-00-00", "99999-01-01", "now"):
                yield path, text
        if "pattern" in schema:
            for text in ("0" * 63, "0" * 65, "A" * 64, "g" * 64):
                yield path, text
        if path[-1] == "until":
            for text in ("2099-01-01", "2099-01-01T25:00:00Z", "2099-02-30T00:00:00Z",
                         "tomorrow", "4070908800"):
                yield path, text
    elif kind == "array":
        if schema.get("minItems", 0) > 0:
            yield path, []
        yield path, [value[0]] * (schema.get("maxItems", 44) + 1)
        yield path, [value[0], None]
        yield path, [[value[0]]]
        yield path, {"0": value[0]}
        yield from wrongs(schema["items"], value[0], (*path, 0))
    elif kind == "object":
        for name, below in schema["properties"].items():
            if name in value:
                yield from wrongs(below, value[name], (*path, name))
        for name in schema.get("required", ()):
            yield (*path, name), DELETED
        yield (*path, "extra"), "x"
        yield (*path, "__proto__"), {"admin": True}


def fits(member, path):
    """The member a problem names is the wrong one, above it or below it."""
    pointer = "".join(f"/{part}" for part in path)
    return (member == pointer or pointer.startswith(member + "/") or
            member.startswith(pointer + "/"))


def expected(path, value):
    """A purpose that no policy knows is a question all the same: it is denied."""
    if path == ("purpose",) and isinstance(value, str) and value.lower().startswith("dppa-1") \
            and len(value) < 16:
        return 403
    return 400


def p12_each_member_wrong_is_refused_by_name_and_nothing_changes(h):
    came = populated(h)
    failures = []
    tried = 0
    for operation, (who, path, body) in bodies(came).items():
        for place, value in wrongs(schema_of(operation), body):
            before = h.size()
            answer = h.post(who, path, changed(body, place, value))
            tried += 1
            told = f"{operation} {'/'.join(map(str, place))} = {repr(value)[:40]}"
            if answer.status != expected(place, value):
                failures.append(f"{told}: {answer.status} {answer.text[:120]}")
                continue
            if answer.status == 400 and not fits(answer.body.get("member", ""), place):
                failures.append(f"{told}: names {answer.body.get('member')!r} "
                                f"{answer.text[:200]}")
            if "record" in answer.body or not answer.body.get("title"):
                failures.append(f"{told}: {answer.text[:200]}")
            if h.size() != before + 1:
                failures.append(f"{told}: {h.size() - before} entries")
    check(not failures, "\n".join([f"{len(failures)} of {tried}:", *failures]))
    check(tried > 500, tried)
    # The same bodies untouched are taken: nothing above was refused for another cause, and
    # nothing of what was refused came to be.
    for operation, (who, path, body) in bodies(came).items():
        answer = h.post(who, path, body)
        check(answer.status in (200, 201, 202), operation, answer.text[:300])
    h.log_check()


def p12_what_the_api_allows_at_most_is_taken(h):
    came = populated(h)
    for operation, (who, path, body) in bodies(came).items():
        for name, schema in schema_of(operation)["properties"].items():
            schema = resolved(schema)
            # A name that must be one of somebody or something is not long at will.
            if "maxLength" not in schema or name in ("requester", "requestor", "instrument",
                                                     "until", "source", "to", "case", "id"):
                continue
            number = {"number": f"{name}-{operation}"} if "number" in body else {}
            full = {**body, **number, name: "A" * schema["maxLength"]}
            answer = h.post(who, path, full)
            check(answer.status in (200, 201, 202), operation, name, answer.text[:300])


main(all_of(globals()))
