// The original engine behind standard input: lines "FUNCTION CALL", CALL being
// JSON, each answered by a line: what the function gave, as JSON. Texts pass as
// they are: read by JSON.parse, a number past 2^53 would be another. "part CALL" is
// answered by the few words that partial evaluation comes to.
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import readline from 'node:readline';

class Verbatim {
  constructor(text) { this.text = text; }
}
const { stringify, parse } = JSON;
let said = '';
JSON.stringify = (value, ...rest) =>
  value instanceof Verbatim ? value.text : stringify(value, ...rest);
JSON.parse = (text, ...rest) => {
  said = text;
  return parse(text, ...rest);
};

const failed = (message) => stringify({ type: 'failure', errors: [{ message }] });

function answer(name, text) {
  const call = new Verbatim(text);
  said = '';
  if (name === 'preparsePolicySet' || name === 'preparseSchema')
    cedar[name]('case', call);
  else if (name === 'schemaToJsonWithResolvedTypes')
    cedar[name](parse(text));
  else if (cedar[name])
    cedar[name](call);
  else
    return failed('no such question');
  return said;
}

// Not all of the request is known: what becomes of each policy.
function part(text) {
  const answer = cedar.isAuthorizedPartial(new Verbatim(text));
  if (answer.type !== 'residuals')
    return 'fail: ' + answer.errors.map((e) => e.message).join('; ');
  const { decision, satisfied, errored, nontrivialResiduals, mayBeDetermining,
    mustBeDetermining } = answer.response;
  return [decision ?? 'none', ...[satisfied, errored, nontrivialResiduals,
    mayBeDetermining, mustBeDetermining].map((ids) => ids.sort().join(','))]
    .join('|');
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const at = line.indexOf(' ');
  const name = line.slice(0, at);
  const text = line.slice(at + 1);
  let out;
  try {
    out = name === 'part' ? part(text) : answer(name, text);
  } catch (error) {
    // What is not JSON for the engine is thrown; a panic of its own ends us.
    if (error instanceof WebAssembly.RuntimeError)
      throw error;
    const message = String(error.message ?? error);
    out = name === 'part' ? 'fail: ' + message : failed(message);
  }
  process.stdout.write(out.replaceAll('\n', ' ') + '\n');
}
