import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { leafCommands } from '../command-line/leaf-commands.js';
import { type Service, startService } from '../../src/main.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Every block that is to be run, with the JSON that it is said to print last. */
const steps = [...readme.matchAll(/^```sh run\n([\s\S]*?)^```\n\n```json\n([\s\S]*?)^```/gm)].map(
  ([, script, printed]) => ({ script: script!, printed: JSON.parse(printed!) as object }),
);
const hasCurl = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);

(hasCurl ? describe : describe.skip)('the examples of the README (skipped without bash and curl)', () => {
  let folder: string;
  let service: Service;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arledger-readme-'));
    service = await startService(readConfig({ ARLEDGER_DATA: folder, PORT: '0', LOG_LEVEL: 'silent' }));
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run in order, and print what the README says', async () => {
    expect(steps.length).toBeGreaterThanOrEqual(7);
    expect(readme.match(/^```sh run$/gm)).toHaveLength(steps.length);
    // One shell for all: later blocks use what earlier ones set.
    const script = steps.map((step, i) => `${step.script}\necho "=== ${i}"`).join('\n');
    const { stdout: output } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      env: { ...process.env, API: service.url },
      timeout: 30_000,
    });
    const printed = output.split(/^=== \d+\n/m);
    for (const [i, { printed: expected }] of steps.entries()) {
      const last = printed[i]!.trim().split('\n').at(-1)!;
      expect(JSON.parse(last)).toMatchObject(expected);
    }
  });
});

describe('the README', () => {
  it('names every command and every variable', () => {
    for (const command of leafCommands()) {
      if (!command.startsWith('projections')) expect(readme).toContain(command);
    }
    const config = readFileSync(new URL('../../src/config.ts', import.meta.url), 'utf8');
    const variables = [...config.matchAll(/(?:text|wholeNumber)\('([A-Z_]+)'/g)].map(([, name]) => name!);
    expect(variables.length).toBeGreaterThan(5);
    for (const variable of variables) expect(readme).toContain(variable);
  });
});
