"""Hostile inputs at the whole program, by their numbers: what may not be asked.

Those that end at the front (12, 13 and the framing of 14) are in
front_hostile.py; here the question is what the gate makes of the rest.
"""
import json
import time

from holder import (ABSENT_VIN, OTHER_VIN, PERSON, PLATE, SEALED_VIN, VIN, about, all_of,
                    check, equal, main, rules, shared)


def refused(h, body, *codes, status=400):
    before = h.size()
    answer = h.ask("alice", body)
    equal(answer.status, status, answer.text[:400])
    check(answer.body.get("code") in codes, f"code {answer.body.get('code')!r}, "
          f"expected one of {codes}: {answer.text[:400]}")
    check("record" not in answer.body)
    equal(h.size(), before + 1, "a known asker's refusal is an entry")
    return answer


def h1_two_persons_in_one_request_are_refused_and_entered():
    h = shared()
    for subject in ([VIN, OTHER_VIN], {"vin": [VIN["vin"], OTHER_VIN["vin"]]},
                    {**VIN, **PERSON}, {**VIN, **PLATE}):
        refused(h, about(VIN, subject=subject), "one-person")
    refused(h, json.dumps(about(VIN)) + json.dumps(about(OTHER_VIN)), "malformed")


def h2_duplicate_keys_are_refused():
    h = shared()
    text = json.dumps(about(VIN))
    refused(h, text[:-1] + ', "purpose": "dppa-4"}', "malformed")
    refused(h, text.replace('{"vin":', '{"vin": "1M8GDM9AXKP042788", "vin":'), "malformed")


def h3_wildcards_and_partial_keys_are_refused():
    h = shared()
    plate = PLATE["plate"]
    for subject in ({"vin": "1HGCM82633A00435*"}, {"vin": "%"}, {"vin": "1HGCM8263"},
                    {"vin": ""}, {"plate": {**plate, "number": "ABC1%"}},
                    {"plate": {**plate, "number": "A?C1234"}},
                    {"plate": {**plate, "number": ""}},
                    {"plate": {k: v for k, v in plate.items() if k != "year"}},
                    {"plate": {k: v for k, v in plate.items() if k != "type"}},
                    {"plate": {"number": "ABC1234"}},
                    {"person": {"family": "MARTINEZ"}},
                    {"person": {"family": "MARTINEZ", "given": "ELENA"}},
                    {"person": {"family": "M", "given": "E", "birth_date": "1984-03-09"}},
                    {"person": {"family": "MART*", "given": "ELENA",
                                "birth_date": "1984-03-09"}},
                    {"person": {"family": "", "given": "", "birth_date": "1984-03-09"}},
                    {"licence": {"state": "NY", "number": "5128394_6"}},
                    {"licence": {"state": "NY", "number": "' OR 1=1 --"}}):
        refused(h, about(VIN, subject=subject, fields=["vehicle.make"]),
                "partial-key", "bad-value", "missing-member", "too-short")


def h4_h5_budgets_stop_a_sweep(h):
    # 10,000 sequential licence numbers by one officer; the 51st is already too much.
    h.populate()
    seen = []
    for number in range(55):
        subject = {"licence": {"state": "NY", "number": str(512839000 + number)}}
        answer = h.ask("alice", about(subject))
        seen.append((answer.status, "too-many-persons" in rules(answer)))
    stopped = [n for n, (status, over) in enumerate(seen) if over]
    check(stopped and stopped[0] == 50, f"stopped at {stopped[:1]}")
    check(all(over for _, over in seen[50:]), "and stays stopped")
    h.stop()
    h.start()
    late = h.ask("alice", about({"licence": {"state": "NY", "number": "512839999"}}))
    check("too-many-persons" in rules(late), "h7: a restart resets nothing", late.text)


def h8_a_case_closed_a_moment_ago_opens_nothing():
    h = shared()
    h.case("sam", "C-8", assign=["alice"])
    equal(h.ask("alice", about(VIN, "C-8")).status, 200)
    equal(h.post("sam", "/v1/investigations/C-8/close").status, 200)
    answer = h.ask("alice", about(VIN, "C-8"))
    equal(answer.status, 403)
    check("investigation-closed" in rules(answer), answer.text)
    equal(answer.body["lawful_if"], ["Permitted if the investigation is open."])


def h9_a_person_the_case_does_not_name_goes_to_a_human():
    h = shared()
    h.case("sam", "C-9", subjects=[VIN], assign=["alice"])
    equal(h.ask("alice", about(VIN, "C-9")).status, 200)
    answer = h.ask("alice", about(OTHER_VIN, "C-9"))
    equal((answer.status, answer.body.get("decision")), (202, "refer"), answer.text)
    check("subject-not-in-case" in rules(answer))


def h10_a_warrant_serves_for_its_person_while_it_is_in_force_and_no_longer():
    h = shared()
    wanted = lambda number, subject: h.ask("alice", about(
        subject, ground={"wanted": number}, end_use="wanted-person"))
    equal(h.warrant("sam", "W-1", PERSON).status, 201)
    equal(wanted("W-1", PERSON).status, 200)
    other = wanted("W-1", {"person": {"family": "OKAFOR", "given": "DANIEL",
                                      "birth_date": "1971-11-30"}})
    check("not-the-wanted-person" in rules(other), other.text)
    check("ground-unknown" in rules(wanted("W-0", PERSON)), "a forged number")
    equal(h.warrant("sam", "W-2", PERSON, expires="2026-01-06").status, 201)
    check("warrant-not-active" in rules(wanted("W-2", PERSON)), "expired")
    equal(h.post("sam", "/v1/wanted/W-1/recall").status, 200)
    check("warrant-not-active" in rules(wanted("W-1", PERSON)), "recalled")
    equal(h.warrant("sam", "W-3").status, 400, "a warrant for nobody")
    foreign = h.ask("olga", about(PERSON, ground={"wanted": "W-1"}))
    check("ground-unknown" in rules(foreign), "another agency's")


def h11_text_that_deceives_is_refused():
    h = shared()
    for reason in ("seen \u202eta elcihev", "zero\u200bwidth", "nul\u0000byte", "bell\u0007",
                   "\ufeffmark"):
        refused(h, about(VIN, reason=reason), "bad-text", "malformed")
    for family in ("M\u0410RTINEZ", "MARTI\u0301NEZ\u200d", "\u041c\u0410\u0420\u0422"):
        refused(h, about({"person": {"family": family, "given": "ELENA",
                                     "birth_date": "1984-03-09"}}),
                "bad-text", "bad-value")


def h14_numbers_and_text_two_readers_read_in_two_ways_are_refused():
    h = shared()
    plate = json.dumps(about(PLATE))
    for year in ("1e400", "-0", "9007199254740993", "2027.0", "20270", "1e3", "NaN"):
        refused(h, plate.replace("2027", year), "malformed", "wrong-type", "bad-value",
                "too-long")
    text = json.dumps(about(VIN))
    refused(h, text.replace("burglary", "\\ud800"), "malformed", "bad-text")
    before = h.size()
    answer = h.client("alice").call("POST", "/v1/requests",
                                    text.encode().replace(b"burglary", b"\xff\xfe"))
    equal(answer.status, 400, answer.text)
    equal(h.size(), before + 1)


def h37_existing_missing_and_sealed_cannot_be_told_apart_by_time():
    h = shared()
    took = {"absent": [], "sealed": []}
    for turn in range(120):
        for name, subject in (("absent", ABSENT_VIN), ("sealed", SEALED_VIN)):
            began = time.perf_counter()
            equal(h.ask("alice", about(subject)).status, 404)
            took[name].append(time.perf_counter() - began)
    middle = {name: sorted(times)[len(times) // 2] for name, times in took.items()}
    spread = sorted(took["absent"])[int(len(took["absent"]) * 0.9)] - middle["absent"]
    check(abs(middle["absent"] - middle["sealed"]) < max(spread, 0.0005),
          f"medians differ: {middle}, spread {spread}")


def h37_existence_does_not_show_before_the_decision():
    h = shared()
    for subject in (VIN, ABSENT_VIN, SEALED_VIN):
        answer = h.ask("bob", about(subject))
        equal((answer.status, rules(answer)), (403, ["not-assigned"]))
        equal(answer.body["lawful_if"],
              ["Permitted if you are assigned to the investigation."])


main(all_of(globals()))
