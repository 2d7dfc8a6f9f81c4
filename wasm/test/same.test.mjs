// The module says what native code says, in UTF-16 and all.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';

import { complete, fix, folder, hover, lint, measure, rules, version } from './module.mjs';

// What is undefined in JavaScript is left out in JSON.
const plain = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

test('findings, fixes, hover and completion are those of native code', async () => {
  const lines = createInterface({ input: createReadStream(join(folder, 'native.jsonl')) });
  let texts = 0;
  let findings = 0;
  let applied = 0;
  for await (const line of lines) {
    const native = JSON.parse(line);
    const found = plain(lint(native.text));
    assert.deepEqual(found, native.lint, native.text);
    assert.deepEqual(plain(fix(native.text, 'safe')), native.fixed, native.text);
    assert.deepEqual(plain(hover(native.text, native.offset)), native.hover, native.text);
    assert.deepEqual(plain(complete(native.text, native.offset)), native.complete, native.text);
    // Each place is where JavaScript finds it.
    for (const { range } of found) {
      const before = native.text.slice(0, range.start.offset);
      assert.equal(before.split('\n').length, range.start.line, native.text);
      assert.equal(before.length - before.lastIndexOf('\n'), range.start.column, native.text);
    }
    texts += 1;
    findings += found.length;
    applied += native.fixed.edits.length;
  }
  console.log(`${texts} texts, ${findings} findings, ${applied} edits`);
  assert.ok(texts > 300 && findings > 1000 && applied > 50);
});

test('one finding can be fixed by itself', () => {
  const text = 'persistence:\n  nodeStatusOffload: true\n  mysql: {host: db}\n';
  const [finding] = lint(text).filter((one) => one.fix?.title.includes('nodeStatusOffLoad'));
  const fixed = fix(text, [finding]);
  assert.equal(fixed.text, text.replace('nodeStatusOffload', 'nodeStatusOffLoad'));
  assert.equal(fixed.edits.length, 1);
  assert.throws(() => fix(text, 'unsafe'));
  assert.throws(() => fix(text, 7));
  assert.deepEqual(fix(text, []), { text, edits: [] });
});

test('versions decide, and one that is none is refused', () => {
  const text = 'persistence:\n  connectionTimeoutSeconds: 5\n  mysql: {host: db}\n';
  const refused = (argoVersion) =>
    lint(text, { argoVersion }).some((one) => one.name === 'unknown-key');
  assert.equal(refused('3.7.6'), true);
  assert.equal(refused('4.1'), false);
  assert.throws(() => lint('', { argoVersion: 'three' }), /three/);
  assert.throws(() => complete('', 0, 'three'), /three/);
});

test('a workflow is measured', () => {
  const workflow = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'w' },
    spec: {},
    status: { nodes: { w: { id: 'w', name: 'w', displayName: 'w', type: 'Pod' } } },
  };
  const report = measure(JSON.stringify(workflow));
  assert.equal(report.nodeCount, 1);
  assert.equal(report.verdict, 'inline');
  assert.equal(report.maxBytes, 1 << 20);
  assert.match(report.nodeVersion, /^fnv:\d+$/);
  assert.ok(report.fields['status.nodes'] > 0 && report.countedBytes > report.nodesBytes);
  assert.throws(() => measure('{"kind": "Pod"}'), /Workflow/);
  assert.throws(() => measure('{'));
});

test('rules and version are told', () => {
  assert.ok(rules().length > 20);
  assert.match(version(), /^\d+\.\d+\.\d+$/);
});
