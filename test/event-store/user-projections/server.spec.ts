import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { balances } from '../../../projections/balances.js';
import { denials } from '../../../projections/denials.js';
import { openItems } from '../../../projections/open-items.js';
import type { Projection } from '../../../projections/projection.js';
import type { AccountState } from '../../../projections/user-projection.js';
import { accountStream } from '../../../src/event-store/codec.js';
import type { EventStore, StoredEvent } from '../../../src/event-store/event-store.js';
import { openEventStoreDb } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { type Script, headerLine } from '../../../src/event-store/eventstoredb/user-projections/scripts.js';
import { UserProjections } from '../../../src/event-store/eventstoredb/user-projections/user-projections.js';
import { hospital } from '../../../src/generator/hospital.js';
import { RuleBook } from '../../generator/rule-book.js';
import { statesOutside } from '../../support/projection-engine.js';
import { bundledScripts } from '../../support/user-projection-scripts.js';

const url = process.env['EVENTSTORE_URL'];
/** Of this run alone, on a server that others use, too. */
const RUN = randomUUID().slice(0, 8);
const APPENDED_TOGETHER = 20;
const WITHIN_MS = 240_000;

if (url) {
  describe('the folds inside a real EventStoreDB', () => onServer(url));
} else {
  test.skip('the folds inside a real EventStoreDB equal ours (EVENTSTORE_URL is not set)', () => undefined);
}

function onServer(at: string): void {
  const folds: readonly Projection[] = [balances, denials, openItems];
  let client: EventStoreDBClient;
  let store: EventStore;
  let scripts: Script[];
  let userProjections: UserProjections;
  const streams: string[] = [];
  let events: StoredEvent[];

  beforeAll(async () => {
    client = EventStoreDBClient.connectionString(at);
    store = await openEventStoreDb({ url: at });
    // Under names of this run: what the server's owner has installed is left alone.
    scripts = (await bundledScripts()).map((script) => ({
      ...script,
      name: `arledger-spec-${RUN}-${script.projection}`,
    }));
    userProjections = new UserProjections(at, scripts);
    streams.push(...(await appendHospital(store)));
    events = await readBack();
  }, WITHIN_MS);

  afterAll(async () => {
    await userProjections.remove();
    userProjections.close();
    await store.close();
    await client.dispose();
  }, WITHIN_MS);

  async function readBack(): Promise<StoredEvent[]> {
    const all: StoredEvent[] = [];
    for (const stream of streams) for await (const event of store.readStream(stream)) all.push(event);
    return all;
  }

  const nameOf = ({ name }: Projection): string => scripts.find((script) => script.projection === name)!.name;

  /** Results of the server for every account, undefined for those it has none of. */
  async function results(name: string): Promise<Map<string, AccountState | undefined>> {
    const found = new Map<string, AccountState | undefined>();
    for (const stream of streams) {
      found.set(stream, await client.getProjectionResult<AccountState>(name, { partition: stream }));
    }
    return found;
  }

  /**
   * Waits until the server has come as far as the log, then compares everything. It gives a script 250 ms of the clock
   * for an event, unless told otherwise, and a busy machine may take that long for anything: then it is started again.
   */
  async function expectOurs(
    projection: Projection,
    { by = userProjections, as = projection } = {},
  ): Promise<void> {
    const ours = statesOutside(projection, events);
    const name = nameOf(as);
    const last = streams.at(-1)!;
    const until = performance.now() + WITHIN_MS;
    while (performance.now() < until) {
      const standing = (await by.list()).projections.find((one) => one.name === name)!;
      if (standing.state === 'faulted') {
        expect(standing.reason).toContain('took too long to execute');
        await by.install([as.name]);
      }
      const state = await client
        .getProjectionResult<AccountState>(name, { partition: last })
        .catch(() => undefined);
      if (isDeepStrictEqual(state, ours.get(last))) break;
      await delay(250);
    }
    expect(await results(name)).toEqual(ours);
  }

  it(
    'are installed once, and equal ours for every account',
    async () => {
      const first = await userProjections.install();
      expect(first.projections.map(({ outcome }) => outcome)).toEqual([
        'installed',
        'installed',
        'installed',
      ]);
      for (const projection of folds) await expectOurs(projection);

      const second = await userProjections.install();
      expect(second.startedCategories).toBe(false);
      expect(second.projections.map(({ outcome }) => outcome)).toEqual(folds.map(() => 'already_installed'));
      expect(streams.length).toBe(40);
      expect(events.length).toBeGreaterThan(400);
    },
    WITHIN_MS,
  );

  it('are listed with their progress and version', async () => {
    const { projections, categories } = await userProjections.list();
    expect(categories).toBe('running');
    for (const [i, { version, content, name }] of scripts.entries()) {
      const standing = projections[i]!;
      expect(standing).toMatchObject({
        name,
        state: 'running',
        matches: true,
        installed: { version, content },
      });
      expect(standing.events).toBeGreaterThanOrEqual(events.length);
      expect(standing.progressPercent).toBeGreaterThan(0);
    }
  });

  it(
    'mark the account of an event that cannot be read, and go on',
    async () => {
      const stream = streams[3]!;
      const metadata = { recordedAt: '2026-01-01T00:00:00.000Z' };
      const good = { noteId: 'after', effectiveOn: '2026-01-01', kind: 'call', text: 'x' };
      await client.appendToStream(
        stream,
        [
          jsonEvent({ type: 'SomethingElse', data: { a: 1 }, metadata }),
          jsonEvent({ type: 'NoteRecorded', data: 'a text' as never, metadata }),
          jsonEvent({ type: 'NoteRecorded', data: null as never, metadata }),
          binaryEvent({ type: 'NoteRecorded', data: new Uint8Array([255, 0, 123]) }),
          jsonEvent({ type: 'ChargePosted', data: { chargeId: 'C', amount: 'NaN' }, metadata }),
          jsonEvent({ type: '$of-the-system', data: {} }),
          jsonEvent({ type: 'NoteRecorded', data: good }),
          jsonEvent({ type: 'NoteRecorded', data: good, metadata }),
        ],
        { credentials: credentialsIn(at) },
      );
      // It is the last one that is waited for.
      streams.push(...streams.splice(3, 1));
      events = await readBack();
      const { unreadable } = statesOutside(balances, events).get(stream)!;
      expect(unreadable).toHaveLength(7);
      for (const projection of folds) await expectOurs(projection);
      const { projections } = await userProjections.list();
      expect(projections.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    },
    WITHIN_MS,
  );

  it(
    'are computed anew when another content is installed, and run again when they were stopped',
    async () => {
      const [script] = scripts as [Script];
      const code = scripts[1]!.query.replace(/^.*\n/, '');
      const other = { ...script, version: 2, content: '0123456789abcdef' };
      other.query = `${headerLine(other)}\n${code}`;
      const newer = new UserProjections(at, [other]);
      try {
        const { projections } = await newer.install();
        expect(projections).toEqual([
          {
            projection: 'balances',
            name: script.name,
            version: 2,
            content: other.content,
            outcome: 'updated',
          },
        ]);
        // The other content is that of the denials.
        await expectOurs(denials, { by: newer, as: balances });
        expect((await newer.list()).projections[0]).toMatchObject({ matches: true, state: 'running' });
        const [seen] = (await userProjections.list()).projections;
        expect(seen).toMatchObject({
          matches: false,
          installed: { version: 2, content: other.content },
          build: { version: script.version, content: script.content },
        });

        await client.disableProjection(script.name);
        expect((await newer.install()).projections[0]!.outcome).toBe('started');
      } finally {
        newer.close();
      }
      expect((await userProjections.install(['balances'])).projections).toMatchObject([
        { outcome: 'updated' },
      ]);
      await expectOurs(balances);
    },
    WITHIN_MS,
  );

  it(
    'that stop with an error say why, and are put right by the next installation',
    async () => {
      const [script] = scripts as [Script];
      const broken = { ...script, version: 3, content: 'fedcba9876543210' };
      broken.query = `${headerLine(broken)}\nfromCategory('account').foreachStream().when({ $any() { throw new Error('no good'); } });`;
      const wrong = new UserProjections(at, [broken]);
      try {
        // It may run for a moment before it meets its first event.
        await wrong
          .install()
          .catch((error: unknown) => expect(error).toHaveProperty('name', 'UserProjectionFaulted'));
        const by = performance.now() + WITHIN_MS;
        for (;;) {
          const [standing] = (await wrong.list()).projections;
          if (standing!.state === 'faulted' || performance.now() > by) {
            expect(standing).toMatchObject({ state: 'faulted', reason: expect.stringContaining('no good') });
            break;
          }
          await delay(100);
        }
      } finally {
        wrong.close();
      }
      expect((await userProjections.install()).projections[0]!.outcome).toBe('updated');
      await expectOurs(balances);
    },
    WITHIN_MS,
  );

  it(
    'are removed, and can be installed again',
    async () => {
      expect((await userProjections.remove(['balances'])).map(({ outcome }) => outcome)).toEqual(['removed']);
      expect((await userProjections.remove(['balances'])).map(({ outcome }) => outcome)).toEqual([
        'not_installed',
      ]);
      const states = (await userProjections.list()).projections.map(({ state }) => state);
      expect(states).toEqual(['not installed', 'running', 'running']);
      expect((await userProjections.install(['balances'])).projections[0]!.outcome).toBe('installed');
      await expectOurs(balances);
    },
    WITHIN_MS,
  );
}

/** Some accounts of a made-up hospital, each in appends of several events. */
async function appendHospital(store: EventStore): Promise<string[]> {
  const book = new RuleBook();
  const logs = new Map<string, { type: string; data: unknown }[]>();
  for (const command of hospital({ accounts: 40, months: 6, seed: 20_260_101 })) {
    const stream = accountStream(`${RUN}-${command.accountId}`);
    const log = logs.get(stream) ?? [];
    logs.set(stream, log);
    log.push(...book.accepted(command));
  }
  let second = Date.parse('2026-01-01T00:00:00Z') / 1000;
  for (const [stream, log] of logs) {
    for (let first = 0; first < log.length; first += APPENDED_TOGETHER) {
      const together = log.slice(first, first + APPENDED_TOGETHER).map(({ type, data }) => ({
        id: randomUUID(),
        type,
        data,
        metadata: { recordedAt: new Date(second++ * 1000).toISOString(), actor: 'spec' },
      }));
      await store.append(stream, first === 0 ? 'no_stream' : first - 1, together);
    }
  }
  return [...logs.keys()];
}

/** With credentials of its own, the client does not batch. */
function credentialsIn(text: string): { username: string; password: string } {
  const [, username = '', password = ''] = /^esdb[^/]*\/\/([^:@]*):([^@]*)@/.exec(text) ?? [];
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
