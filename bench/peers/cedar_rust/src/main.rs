//! A peer of bench/cedar: the original engine, in process, everything parsed
//! before the clock starts. Usage and output are those of bench/cedar_bench.c.
use cedar_policy::*;
use std::collections::HashMap;
use std::str::FromStr;
use std::time::Instant;

const ROUNDS: u32 = 16;
const ENOUGH_NS: u128 = 4_000_000;
const TOTAL_NS: u128 = 10_000_000_000;

fn json(path: &str) -> Option<serde_json::Value> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect(path))
}

fn uid(value: &serde_json::Value) -> EntityUid {
    EntityUid::from_json(value.clone()).expect("uid")
}

/// Templates take the name of their @id, to which the links refer.
fn named(set: &PolicySet) -> PolicySet {
    let mut out = PolicySet::new();
    for policy in set.policies() {
        let id = policy.annotation("id").map(|s| PolicyId::new(s));
        let policy = match id {
            Some(id) => policy.new_id(id),
            None => policy.clone(),
        };
        out.add(policy).expect("policy");
    }
    for template in set.templates() {
        let id = template.annotation("id").map(|s| PolicyId::new(s));
        let template = match id {
            Some(id) => template.new_id(id),
            None => template.clone(),
        };
        out.add_template(template).expect("template");
    }
    out
}

fn policies(folder: &str, size: &str) -> PolicySet {
    let text = std::fs::read_to_string(format!("{folder}/policies.cedar"))
        .or_else(|_| std::fs::read_to_string(format!("{folder}/{size}.policies.cedar")))
        .expect("policies");
    let set = PolicySet::from_str(&text).expect("policies");
    let Some(links) = json(&format!("{folder}/{size}.links.json")) else {
        return set;
    };
    let mut set = named(&set);
    for link in links.as_array().expect("links") {
        let mut values = HashMap::new();
        for (slot, value) in link["values"].as_object().expect("values") {
            let slot = if slot == "?principal" { SlotId::principal() } else { SlotId::resource() };
            values.insert(slot, uid(value));
        }
        set.link(
            PolicyId::new(link["templateId"].as_str().expect("templateId")),
            PolicyId::new(link["newId"].as_str().expect("newId")),
            values,
        )
        .expect("link");
    }
    set
}

fn requests(folder: &str, size: &str) -> Vec<Request> {
    let all = json(&format!("{folder}/{size}.requests.json")).expect("requests");
    all.as_array()
        .expect("requests")
        .iter()
        .map(|r| {
            let context = match &r["context"] {
                serde_json::Value::Null => Context::empty(),
                c => Context::from_json_value(c.clone(), None).expect("context"),
            };
            Request::new(uid(&r["principal"]), uid(&r["action"]), uid(&r["resource"]), context, None)
                .expect("request")
        })
        .collect()
}

/// Answers that differ from the official ones, where there are any.
fn wrong(answers: &[Response], expected: Option<serde_json::Value>) -> usize {
    let Some(expected) = expected else { return 0 };
    let expected = expected.as_array().expect("expected").clone();
    answers
        .iter()
        .zip(&expected)
        .filter(|(a, e)| {
            (a.decision() == Decision::Allow) != (e["d"] == "allow")
                || a.diagnostics().reason().count() != e["r"].as_array().map_or(0, Vec::len)
        })
        .count()
}

fn rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 4 {
        eprintln!("usage: {} FOLDER SET SIZE", args[0]);
        std::process::exit(2);
    }
    let folder = format!("{}/{}", args[1], args[2]);
    let size = &args[3];

    let text = std::fs::read_to_string(format!("{folder}/{size}.entities.json")).expect("entities");
    let start = Instant::now();
    let entities = Entities::from_json_str(&text, None).expect("entities");
    let load = start.elapsed();
    drop(text);
    let start = Instant::now();
    let set = policies(&folder, size);
    let parse = start.elapsed();
    let requests = requests(&folder, size);
    let rss = rss_kib();

    let authorizer = Authorizer::new();
    let mut times: Vec<f64> = Vec::new();
    let mut answers = Vec::new();
    let begin = Instant::now();
    for request in &requests {
        let mut rounds = 0;
        let start = Instant::now();
        let mut answer = None;
        while rounds < ROUNDS && start.elapsed().as_nanos() < ENOUGH_NS {
            answer = Some(authorizer.is_authorized(request, &set, &entities));
            rounds += 1;
        }
        times.push(start.elapsed().as_nanos() as f64 / f64::from(rounds));
        answers.push(answer.expect("an answer"));
        if begin.elapsed().as_nanos() > TOTAL_NS {
            break;
        }
    }
    let allowed = answers.iter().filter(|a| a.decision() == Decision::Allow).count();
    let n_wrong = wrong(&answers, json(&format!("{folder}/{size}.expected.json")));
    times.sort_by(f64::total_cmp);
    println!(
        "{{\"policies\":{},\"entities\":{},\"entities_us\":{:.0},\"policies_us\":{:.0},\
         \"p50_ns\":{:.0},\"p99_ns\":{:.0},\"requests\":{},\"allowed\":{},\"wrong\":{},\"rss_kib\":{}}}",
        set.policies().count(),
        entities.iter().count(),
        load.as_secs_f64() * 1e6,
        parse.as_secs_f64() * 1e6,
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        times.len(),
        allowed,
        n_wrong,
        rss
    );
}
