// No input makes an export trap, and none makes the memory grow for ever.
import assert from 'node:assert/strict';
import test from 'node:test';

import { complete, fix, hover, lint, measure, wasm } from './module.mjs';

// The same numbers for the same seed: mulberry32.
let state = Number(process.env.SEED ?? 1);
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}

const pieces = [
  'persistence:', 'mysql:', 'config: |', 'data:', 'kind: ConfigMap', 'nodeStatusOffLoad', ': ', '\n', '\n  ',
  '\n    ', '- ', '"', "'", '#', '{', '}', '[', ']', '|', '>', '&a', '*a', '!!binary', '---\n', '\r\n', '\t', '0x1p',
  '1e309', 'ä', '😀', '\ud800', '\udc00', '\u0000', '\ufeff', '\u2028', '{"status":{"nodes":{"a":', 'true', 'null',
];

function text() {
  let out = '';
  for (let count = random(40); count > 0; count -= 1) {
    out += random(4) === 0 ? String.fromCharCode(random(0x10000)) : pieces[random(pieces.length)];
  }
  return out;
}

// An Error that was thrown is an answer; a trap is a WebAssembly.RuntimeError.
function call(what, ...parameters) {
  try {
    return what(...parameters);
  } catch (error) {
    assert.ok(!(error instanceof WebAssembly.RuntimeError), `${what.name} traps: ${JSON.stringify(parameters)}`);
    return undefined;
  }
}

test('random text traps nowhere', () => {
  const calls = Number(process.env.CALLS ?? 100000);
  const kinds = [
    (one) => call(lint, one),
    (one) => call(fix, one, 'safe'),
    (one) => call(hover, one, random(one.length + 2)),
    (one) => call(complete, one, random(one.length + 2)),
    (one) => call(measure, one),
  ];
  for (let index = 0; index < calls; index += 1) {
    kinds[index % kinds.length](text());
  }
  // Findings of another text.
  for (let index = 0; index < 1000; index += 1) {
    call(fix, text(), call(lint, text()));
  }
  assert.equal(call(() => lint('a: b')).length >= 0, true, 'it still answers');
});

test('memory stays as it is', () => {
  const one = 'persistence:\n  nodeStatusOffload: true\n  mysql: {host: db, port: "3306"}\n'.repeat(40);
  const bytes = () => wasm.memory.buffer.byteLength;
  for (let index = 0; index < 200; index += 1) lint(one);
  const before = bytes();
  for (let index = 0; index < 10000; index += 1) {
    if (index % 100 === 0) call(lint, one, { argoVersion: 'none' });
    lint(one);
  }
  assert.equal(bytes(), before);
});
