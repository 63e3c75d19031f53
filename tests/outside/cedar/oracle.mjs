// The original engine behind standard input: lines "FUNCTION CALL", CALL being
// JSON, each answered by a line: what the function gave, as JSON. Texts pass as
// they are: read by JSON.parse, a number past 2^53 would be another.
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

for await (const line of readline.createInterface({ input: process.stdin })) {
  const at = line.indexOf(' ');
  let out;
  try {
    out = answer(line.slice(0, at), line.slice(at + 1));
  } catch (error) {
    // What is not JSON for the engine is thrown; a panic of its own ends us.
    if (error instanceof WebAssembly.RuntimeError)
      throw error;
    out = failed(String(error.message ?? error));
  }
  process.stdout.write(out.replaceAll('\n', ' ') + '\n');
}
