// The original engine behind standard input: "load POLICYSET", "ask CALL" and
// "part CALL", one JSON text each; every ask is answered by one line. The text goes to the engine
// as it came: read by JSON.parse, a number past 2^53 would be another.
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import readline from 'node:readline';

class Verbatim {
  constructor(text) { this.text = text; }
}
const stringify = JSON.stringify;
JSON.stringify = (value, ...rest) =>
  value instanceof Verbatim ? value.text : stringify(value, ...rest);

const failed = (errors) =>
  'fail: ' + errors.map((e) => e.message).join('; ').replaceAll('\n', ' ');
let trouble = '';

// What is not JSON for the engine is thrown; a panic of its own ends us.
function call(engine) {
  try {
    return engine();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError)
      throw error;
    return { type: 'failure', errors: [error] };
  }
}

function ask(text) {
  if (trouble)
    return trouble;
  const answer = call(() => cedar.statefulIsAuthorized(new Verbatim(text)));
  if (answer.type !== 'success')
    return failed(answer.errors);
  const { decision, diagnostics } = answer.response;
  return [decision, diagnostics.reason.sort().join(','),
    diagnostics.errors.map((e) => e.policyId).sort().join(',')].join('|');
}

// Not all of the request is known: what becomes of each policy.
function part(text) {
  const answer = call(() => cedar.isAuthorizedPartial(new Verbatim(text)));
  if (answer.type !== 'residuals')
    return failed(answer.errors);
  const { decision, satisfied, errored, nontrivialResiduals, mayBeDetermining,
    mustBeDetermining } = answer.response;
  return [decision ?? 'none', ...[satisfied, errored, nontrivialResiduals,
    mayBeDetermining, mustBeDetermining].map((ids) => ids.sort().join(','))]
    .join('|');
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.startsWith('load ')) {
    const answer = call(() =>
      cedar.preparsePolicySet('case', new Verbatim(line.slice(5))));
    trouble = answer.type === 'success' ? '' : failed(answer.errors);
  } else {
    const answer = line.startsWith('part ') ? part : ask;
    process.stdout.write(answer(line.slice(line.indexOf(' ') + 1)) + '\n');
  }
}
