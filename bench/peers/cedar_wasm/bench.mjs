// A peer of bench/cedar: the original engine as WebAssembly, policies parsed
// before the clock starts; entities are read again in every call, as its
// interface has it. Usage and output are those of bench/cedar_bench.c.
import cedar from '@cedar-policy/cedar-wasm/nodejs';
import fs from 'node:fs';

const [root, set, size] = process.argv.slice(2);
const folder = `${root}/${set}`;
const read = (kind) => {
  const path = `${folder}/${size}.${kind}.json`;
  return fs.existsSync(path) ? JSON.parse(fs.readFileSync(path, 'utf8')) : null;
};
const now = () => Number(process.hrtime.bigint());
const path = [`${folder}/policies.cedar`, `${folder}/${size}.policies.cedar`]
  .find((p) => fs.existsSync(p));
const text = fs.readFileSync(path, 'utf8');
const templateLinks = read('links') ?? [];
let policies = { staticPolicies: text, templates: {}, templateLinks };
if (templateLinks.length > 0) {
  const parts = cedar.policySetTextToParts(text);
  const named = (list) => Object.fromEntries(
    list.map((one, i) => [/@id\("([^"]*)"\)/.exec(one)?.[1] ?? `policy${i}`, one]));
  policies = { staticPolicies: named(parts.policies),
    templates: named(parts.policy_templates), templateLinks };
}
let start = now();
const parsed = cedar.preparsePolicySet('bench', policies);
const policiesUs = (now() - start) / 1000;
if (parsed.type !== 'success')
  throw new Error(JSON.stringify(parsed.errors));
const entities = read('entities');
const expected = read('expected');
const times = [];
let allowed = 0;
let wrong = 0;
const began = now();
for (const [i, request] of read('requests').entries()) {
  start = now();
  const answer = cedar.statefulIsAuthorized({ context: {}, ...request, entities,
    preparsedPolicySetId: 'bench' });
  times.push(now() - start);
  const { decision, diagnostics } = answer.response;
  allowed += decision === 'allow';
  if (expected?.[i])
    wrong += decision !== expected[i].d || diagnostics.reason.length !== expected[i].r.length;
  if (now() - began > 5e9)
    break;
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({
  policies: null, entities: entities.length, entities_us: null,
  policies_us: Math.round(policiesUs), p50_ns: times[times.length >> 1],
  p99_ns: times[Math.floor(times.length * 0.99)], requests: times.length,
  allowed, wrong, rss_kib: Math.round(process.memoryUsage().rss / 1024),
}));
