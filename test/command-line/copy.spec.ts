import type { spawn } from 'node:child_process';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/clock.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { acquireFolderLock } from '../../src/event-store/embedded/folder-lock.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { hospital } from '../../src/generator/hospital.js';
import { said } from '../copy/ledgers.js';
import { startTestService } from '../support/service.js';
import { arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

/* Each step is a process of its own; those on `source` build on the import before them. */
const folder = temporaryFolder();
const source = join(folder, 'source');
/** Of some MB that a whole copy writes. */
const WRITTEN_BYTES = 200_000;

interface CopySummary {
  ok: boolean;
  copied: number;
  alreadyThere: number;
}

async function eventsIn(data: string) {
  const store = await openEmbeddedStore({ folder: data, readOnly: true });
  try {
    return await said(store);
  } finally {
    await store.close();
  }
}

/** What everybody who asks a ledger gets to see: over HTTP, and of the log as it is printed. */
async function answersOf(data: string): Promise<string[]> {
  const answers: string[] = [];
  // Positions belong to a store; that those of two embedded ones are the same is no promise.
  const take = (text: string) =>
    answers.push(text.replace(/("knownAt"|"position"|"asOfPosition"): *"[^"]*"/g, '$1'));
  const service = await startTestService({ folder: data, readModels: true, clock: systemClock });
  try {
    const waitFor = (await service.app.get<EventStore>(EVENT_STORE).head())!;
    for (const path of ['accounts?limit=500&', 'aging?groupBy=account&', 'trial-balance?']) {
      const { status, body } = await service.get(`/v1/${path}asOf=2026-03-01&waitFor=${waitFor}`);
      expect({ path, status }).toEqual({ path, status: 200 });
      take(JSON.stringify(body));
    }
  } finally {
    await service.close();
  }
  for (const question of [
    ['replay', 'A000003', '--as-of', '2026-03-01', '--json'],
    ['export', 'journal', '--format', 'csv'],
  ]) {
    const { code, stdout } = await arledger([...question, '--data', data]);
    expect({ question, code }).toEqual({ question, code: 0 });
    take(stdout);
  }
  return answers;
}

/** Does something to a process that copies, when a part of it is written and much is left. */
function inTheMiddle(data: string, act: (child: ReturnType<typeof spawn>) => void) {
  return (child: ReturnType<typeof spawn>): void => {
    const log = join(data, 'events.db-wal');
    const wait = setInterval(() => {
      if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) < WRITTEN_BYTES) return;
      clearInterval(wait);
      act(child);
    }, 2);
    child.on('close', () => clearInterval(wait));
  };
}

beforeAll(async () => {
  const file = join(folder, 'hospital.ndjson');
  const commands = [...hospital({ accounts: 120, months: 4, seed: 9 })];
  writeFileSync(file, commands.map((command) => `${JSON.stringify(command)}\n`).join(''));
  const { code } = await arledger(['import', 'commands', file, '--data', source]);
  expect(code).toBe(0);
}, 120_000);

describe('arledger copy', () => {
  it('copies a ledger so that every answer is the same, and verifies it', async () => {
    const target = join(folder, 'target');
    const { code, stdout, stderr } = await arledger(['copy', '--from', source, '--to', target, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = await eventsIn(source);
    const summary = JSON.parse(stdout);
    expect(summary).toEqual({
      ok: true,
      copied: events.length,
      alreadyThere: 0,
      eventsPerSecond: expect.any(Number),
      seconds: expect.any(Number),
      equal: events.length,
      missing: 0,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await eventsIn(target)).toEqual(events);
    expect(await answersOf(target)).toEqual(await answersOf(source));

    const again = await arledger(['copy', '--from', source, '--to', target]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const n = events.length.toLocaleString('en');
    expect(again.stdout).toMatch(
      new RegExp(
        `^0 events copied, ${n} already there .*\\n${n} events are the same in both.*\\nsha256 .*: ${summary.digest}\\n$`,
      ),
    );
  }, 180_000);

  it('killed in the middle, goes on where it was', async () => {
    const target = join(folder, 'killed');
    const copy = ['copy', '--from', source, '--to', target, '--json'];
    const killed = await arledger(copy, { onStart: inTheMiddle(target, (child) => child.kill('SIGKILL')) });
    expect(killed).toMatchObject({ code: null, stdout: '' });
    const { code, stdout } = await arledger(copy);
    const all = (await eventsIn(source)).length;
    const { copied, alreadyThere, ok } = JSON.parse(stdout) as CopySummary;
    expect({ code, ok, all: copied + alreadyThere }).toEqual({ code: 0, ok: true, all });
    expect(Math.min(copied, alreadyThere)).toBeGreaterThan(0);
    expect(await eventsIn(target)).toEqual(await eventsIn(source));
  }, 120_000);

  it('stopped by Ctrl-C, says how to go on', async () => {
    const target = join(folder, 'stopped');
    const stopped = await arledger(['copy', '--from', source, '--to', target], {
      onStart: inTheMiddle(target, (child) => child.kill('SIGINT')),
    });
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toMatch(
      /stopped: [1-9][\d,]* events are in the target so far; running the same command again goes on from there\n$/,
    );
    expect((await arledger(['copy', '--from', source, '--to', target])).code).toBe(0);
  }, 120_000);

  it('refuses a target that holds something else, and changes nothing there', async () => {
    const target = join(folder, 'foreign');
    const file = join(folder, 'foreign.ndjson');
    writeFileSync(file, '{"type":"OpenAccount","accountId":"Jane","openedOn":"2026-01-01"}\n');
    await arledger(['import', 'commands', file, '--data', target]);
    const before = await eventsIn(target);
    const { code, stdout, stderr } = await arledger(['copy', '--from', source, '--to', target]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^arledger: target_not_a_copy: .* nothing was written\n$/);
    expect(stderr).not.toContain('Jane');
    expect(await eventsIn(target)).toEqual(before);
  }, 60_000);

  it('only verifies when asked to, and names what is missing', async () => {
    const empty = join(folder, 'empty');
    const missing = await arledger(['copy', '--verify-only', '--from', source, '--to', empty]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^arledger: event_log_missing: /);
    expect(existsSync(empty)).toBe(false);
    await (await openEmbeddedStore({ folder: empty })).close();
    const { code, stdout, stderr } = await arledger([
      'copy',
      '--verify-only',
      '--from',
      source,
      '--to',
      empty,
      '--json',
    ]);
    const all = (await eventsIn(source)).length;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, copied: 0, equal: 0, missing: all });
    expect(stderr).toMatch(/^arledger: copy_incomplete: the source has [\d,]+ events more; /);
    expect(await eventsIn(empty)).toEqual([]);
  }, 60_000);

  it.each([
    [
      'the same folder',
      ['--to', join(source, '..', 'source')],
      2,
      /usage: --from and --to are the same place/,
    ],
    ['the same folder by another name', ['--to', join(folder, 'link')], 2, /the same place/],
    ['another kind of store', ['--to', 'postgres://me:secret@host/db'], 2, /usage: --to: .* not at postgres/],
    ['a broken address', ['--to', 'esdb://me:secret@'], 1, /connection_string_unusable: /],
    ['a user without a password', ['--to', 'esdb://secret@host:1'], 1, /connection_string_unusable: /],
    [
      'a server that is not there',
      ['--to', 'esdb://me:secret@127.0.0.1:9?tls=false'],
      1,
      /store_unavailable: /,
    ],
    ['no target', [], 2, /usage: required option '--to <place>' not specified/],
  ])(
    'refuses %s',
    async (_, to, code, reason) => {
      if (!existsSync(join(folder, 'link'))) symlinkSync(source, join(folder, 'link'));
      const refused = await arledger(['copy', '--from', source, ...to]);
      expect(refused).toMatchObject({ code, stdout: '' });
      expect(refused.stderr).toMatch(reason);
      expect(refused.stderr).not.toContain('secret');
      expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
    },
    60_000,
  );

  it('of a source that is missing makes no target', async () => {
    const target = join(folder, 'never');
    const { code, stderr } = await arledger(['copy', '--from', join(folder, 'nowhere'), '--to', target]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^arledger: event_log_missing: /);
    expect(existsSync(target)).toBe(false);
  });

  it('says who holds the target, and reads a source that is held', async () => {
    const target = join(folder, 'held');
    const held = [acquireFolderLock(target), acquireFolderLock(source)];
    try {
      const refused = await arledger(['copy', '--from', source, '--to', target]);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(new RegExp(`data_folder_in_use: .* process ${process.pid}`));
      held[0]!.release();
      expect((await arledger(['copy', '--from', source, '--to', target])).code).toBe(0);
    } finally {
      for (const lock of held) lock.release();
    }
  }, 60_000);
});
