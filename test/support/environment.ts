import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/*
 * What all test files of a process share: code that is compiled once.
 */
const require = createRequire(import.meta.url);

/*
 * PGlite's WebAssembly: V8 hands what it has compiled to all threads that ask for the same bytes, as long as somebody
 * holds it, so that an instance opens in half the time. And it is not thrown away again and again, at which Node now and
 * then ends with `jit_page_->allocations_.erase(addr) == 1` (nodejs/node#64500).
 */
const pglite = dirname(require.resolve('@electric-sql/pglite'));
const { Module } = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } })
  .WebAssembly;
export const held = ['pglite.wasm', 'initdb.wasm'].map(
  (file) => new Module(readFileSync(join(pglite, file))),
);

/* Threads and processes that tests start: Node keeps there what it made of a file, and looks whether it still fits. */
process.env['NODE_COMPILE_CACHE'] ??= join(
  dirname(require.resolve('jest/package.json')),
  '../.cache/arledger-compiled',
);

export default TestEnvironment;
