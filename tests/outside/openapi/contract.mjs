// Holds the OpenAPI file against its standard, and a server against the file.
//
//   node contract.mjs FILE                       the file alone
//   node contract.mjs FILE URL DIR CASES...      also each case of the files
//
// DIR holds ca.crt, client.crt and client.key. A case is {method, path, body?,
// headers?, operation?, status?}: it is sent, and status, Content-Type and body
// must be what the file says for that operation (or for any operation, when
// the case names none: such cases are refused before they reach one).
// Output is TAP.
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

const [file, url, dir, ...caseFiles] = process.argv.slice(2);
const api = JSON.parse(readFileSync(file, 'utf8'));
let n = 0;
let failed = 0;

function report(isGood, name, why) {
  n++;
  failed += !isGood;
  console.log(`${isGood ? 'ok' : 'not ok'} ${n} ${name}`);
  if (!isGood) console.log(`# ${why}`.replaceAll('\n', '\n# '));
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: 'api', ...api });

// The value a JSON Pointer leads to; $ref followed once, as the file uses it.
function resolve(node) {
  if (!node?.$ref) return node;
  return node.$ref.slice(2).split('/').reduce((at, key) => at[key], api);
}

function operations() {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      ({ path, method: method.toUpperCase(), ...operation })));
}

function validator(schema) {
  return schema.$ref
    ? ajv.compile({ $ref: `api${schema.$ref}` })
    : ajv.compile(schema);
}

// What the file says against this answer; '' when nothing.
function complaint(operation, answer) {
  const documented = resolve(operation.responses[answer.status]);
  if (!documented) return `${operation.operationId}: ${answer.status} is not documented`;
  const type = answer.headers['content-type'];
  const content = documented.content?.[type];
  if (!content) return `${operation.operationId} ${answer.status}: Content-Type ${type} is not documented`;
  if (!/json/.test(type)) return '';
  const check = validator(content.schema);
  return check(JSON.parse(answer.body)) ? '' : ajv.errorsText(check.errors, { separator: '\n' });
}

const agent = url && new Agent({
  keepAlive: true,
  ca: readFileSync(join(dir, 'ca.crt')),
  cert: readFileSync(join(dir, 'client.crt')),
  key: readFileSync(join(dir, 'client.key')),
});

function send({ method, path, body, headers }) {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((done, fail) => {
    const r = request(new URL(path, url), { method, agent, headers: {
      ...(text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      ...headers } }, (response) => {
      let all = '';
      response.setEncoding('utf8').on('data', (piece) => { all += piece; })
        .on('end', () => done({ status: response.statusCode, headers: response.headers, body: all }));
    });
    r.on('error', fail);
    r.end(text);
  });
}

async function run(test) {
  const name = `${test.method} ${test.path}${test.operation ? ` (${test.operation})` : ''}`;
  const answer = await send(test);
  if (test.status && answer.status !== test.status)
    return report(false, name, `status ${answer.status}, expected ${test.status}: ${answer.body}`);
  const named = operations().filter((o) => o.operationId === test.operation);
  const candidates = test.operation ? named : operations().filter((o) => o.responses[answer.status]);
  if (candidates.length === 0 && answer.status !== 405 && answer.status !== 414 &&
      answer.status !== 417 && answer.status !== 501)
    return report(false, name, `no operation answers ${answer.status}`);
  if (candidates.length === 0) {
    const check = validator({ $ref: '#/components/schemas/Problem' });
    return report(check(JSON.parse(answer.body)), name, ajv.errorsText(check.errors));
  }
  const why = complaint(candidates[0], answer);
  return report(why === '', name, `${why}\n${answer.body}`);
}

const verdict = await new Validator().validate(structuredClone(api));
report(verdict.valid, 'the file is OpenAPI 3.1', JSON.stringify(verdict.errors, null, 1));
for (const operation of operations()) {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
  const given = operation.parameters.map(resolve).filter((p) => p.in === 'path').map((p) => p.name);
  report(names.join() === given.join(), `${operation.operationId} describes its path parameters`, `${names} against ${given}`);
}
for (const name of Object.keys(api.components.schemas)) {
  try {
    validator({ $ref: `#/components/schemas/${name}` });
    report(true, `schema ${name} compiles`);
  } catch (error) {
    report(false, `schema ${name} compiles`, error.message);
  }
}
for (const caseFile of caseFiles)
  for (const test of JSON.parse(readFileSync(caseFile, 'utf8'))) await run(test);
agent?.destroy();
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
