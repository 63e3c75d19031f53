//! The original engine behind standard input, native: see ../oracle.mjs, whose
//! questions and answers these are. Two more than the wasm package has:
//! validatePermissive, and validateLevel, whose call has a member `level`.
use cedar_policy::ffi::{self, *};
use cedar_policy::{Schema, ValidationMode, Validator};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::io::{BufRead, Write};

fn say<A: Serialize>(answer: A) -> String {
    serde_json::to_string(&answer).expect("an answer is JSON")
}

fn failure(why: &str) -> String {
    say(serde_json::json!({ "type": "failure", "errors": [{ "message": why }] }))
}

fn call<C: DeserializeOwned, A: Serialize>(text: &str, engine: impl FnOnce(C) -> A) -> String {
    match serde_json::from_str(text) {
        Ok(call) => say(engine(call)),
        Err(error) => failure(&error.to_string()),
    }
}

#[derive(Deserialize)]
struct Check {
    schema: ffi::Schema,
    policies: ffi::PolicySet,
    #[serde(default)]
    level: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Json(serde_json::Value),
}

/// Ids of the policies that do not pass, as `validate` gives them.
fn check(text: &str, is_level: bool) -> String {
    #[derive(Deserialize)]
    struct Raw {
        schema: Form,
    }
    let raw: Raw = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return failure(&error.to_string()),
    };
    let check: Check = match serde_json::from_str(text) {
        Ok(check) => check,
        Err(error) => return failure(&error.to_string()),
    };
    let schema = match raw.schema {
        Form::Text(text) => Schema::from_cedarschema_str(&text).map(|s| s.0).map_err(|e| e.to_string()),
        Form::Json(json) => Schema::from_json_value(json).map_err(|e| e.to_string()),
    };
    let _ = check.schema;
    let (schema, policies) = match (schema, check.policies.parse()) {
        (Ok(schema), Ok(policies)) => (schema, policies),
        (Err(error), _) => return failure(&error),
        (_, Err(errors)) => return failure(&format!("{errors:?}")),
    };
    let validator = Validator::new(schema);
    let result = if is_level {
        validator.validate_with_level(&policies, ValidationMode::Strict, check.level)
    } else {
        validator.validate(&policies, ValidationMode::Permissive)
    };
    let list = |all: Vec<(String, String)>| -> Vec<serde_json::Value> {
        all.into_iter()
            .map(|(id, text)| serde_json::json!({ "policyId": id, "error": { "message": text } }))
            .collect()
    };
    let errors = result.validation_errors().map(|e| (e.policy_id().to_string(), e.to_string()));
    let warnings = result.validation_warnings().map(|w| (w.policy_id().to_string(), w.to_string()));
    say(serde_json::json!({ "type": "success",
        "validationErrors": list(errors.collect()),
        "validationWarnings": list(warnings.collect()) }))
}

fn answer(name: &str, text: &str) -> String {
    match name {
        "preparsePolicySet" => call(text, |c| preparse_policy_set("case".into(), c)),
        "preparseSchema" => call(text, |c| preparse_schema("case".into(), c)),
        "statefulIsAuthorized" => call(text, stateful_is_authorized),
        "isAuthorizedPartial" => call(text, is_authorized_partial),
        "validate" => call(text, validate),
        "validatePermissive" => check(text, false),
        "validateLevel" => check(text, true),
        "checkParsePolicySet" => call(text, check_parse_policy_set),
        "checkParseSchema" => call(text, check_parse_schema),
        "checkParseEntities" => call(text, check_parse_entities),
        "checkParseContext" => call(text, check_parse_context),
        "formatPolicies" => call(text, format),
        "policyToJson" => call(text, policy_to_json),
        "policyToText" => call(text, policy_to_text),
        "templateToJson" => call(text, template_to_json),
        "templateToText" => call(text, template_to_text),
        "schemaToJson" => call(text, schema_to_json),
        "schemaToText" => call(text, schema_to_text),
        "schemaToJsonWithResolvedTypes" => {
            call(text, |c: String| schema_to_json_with_resolved_types(&c))
        }
        _ => failure("no such question"),
    }
}

fn serve() {
    let input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    for line in input.lines() {
        let Ok(line) = line else { return };
        let (name, text) = line.split_once(' ').unwrap_or((&line, ""));
        let said = std::panic::catch_unwind(|| answer(name, text));
        let said = said.unwrap_or_else(|_| "{\"type\":\"panic\"}".into());
        if writeln!(output, "{said}").and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}

/// On a stack that deep inputs do not reach the end of.
fn main() {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(serve);
    thread.expect("a thread").join().expect("to the end");
}
