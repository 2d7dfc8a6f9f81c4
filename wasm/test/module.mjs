// The module as `wasm/build` made it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const folder = process.env.MODULE;
const module = await import(pathToFileURL(join(folder, 'argo_offload_lint.js')));
export const wasm = module.initSync({
  module: readFileSync(join(folder, 'argo_offload_lint_bg.wasm')),
});
export const { lint, fix, hover, complete, measure, rules, version } = module;
