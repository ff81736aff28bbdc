import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { balances } from '../../../projections/balances.js';
import { denials } from '../../../projections/denials.js';
import { openItems } from '../../../projections/open-items.js';
import type { Projection } from '../../../projections/projection.js';
import { accountStream } from '../../../src/event-store/codec.js';
import type { StoredEvent } from '../../../src/event-store/event-store.js';
import type { Script } from '../../../src/event-store/eventstoredb/user-projections/scripts.js';
import { ADJUSTMENT_CATEGORIES } from '../../../src/ledger/events.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { LogInMemory } from '../../read-models/projector/log-in-memory.js';
import { randomHistory } from '../../read-models/queries/random-history.js';
import { anyHistory, play, simulation } from '../../support/ledger-histories.js';
import { ProjectionEngine, inCategory, statesOutside } from '../../support/projection-engine.js';
import { bundledScripts } from '../../support/user-projection-scripts.js';

const RUNS = 40;
const folds = [balances, denials, openItems];
let scripts: Script[];
let engines: Map<string, ProjectionEngine>;

beforeAll(async () => {
  scripts = await bundledScripts();
  engines = new Map(scripts.map(({ projection, query }) => [projection, new ProjectionEngine(query)]));
});

/** What a fold makes of events inside the engine. */
function inside({ name }: Projection, events: readonly StoredEvent[]): ProjectionEngine {
  const engine = engines.get(name)!;
  engine.forget();
  for (const event of events) engine.handle(inCategory(event));
  return engine;
}

function agreeOn(events: readonly StoredEvent[]): void {
  for (const projection of folds) {
    const engine = inside(projection, events);
    for (const [stream, state] of statesOutside(projection, events)) {
      expect(engine.stateOf(stream)).toEqual(state);
    }
  }
}

function logOf(history: readonly RecordedEvent[]): StoredEvent[] {
  return new LogInMemory(history).events;
}

describe('the user projections of EventStoreDB', () => {
  it('are the folds of bounded state, each with its version and content in the first line', () => {
    expect(scripts.map(({ projection, version }) => ({ projection, version }))).toEqual(
      folds.map(({ name, version }) => ({ projection: name, version })),
    );
    for (const { name, version, content, query } of scripts) {
      expect(query.split('\n', 1)).toEqual([`// ${name} version ${version} content ${content}`]);
      expect(content).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it('are bundled to the same text each time', async () => {
    expect(await bundledScripts()).toEqual(scripts);
  });

  it('follow the accounts, and need nothing but the language', () => {
    expect([...engines.values()].map(({ category }) => category)).toEqual(folds.map(() => 'account'));
  });

  it('give the tables of the fold for any history of several accounts', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 160 }), (seed, length) => {
        agreeOn(logOf(randomHistory(seed, 4, 40).slice(0, length)));
      }),
      simulation(RUNS),
    );
  });

  it('give the tables of the fold for any history of one account with every kind of command', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        agreeOn(logOf(play(commands).recorded));
      }),
      simulation(RUNS),
    );
  });

  it('read and refuse what the codec reads and refuses, whatever is broken in an event', () => {
    const events = logOf(randomHistory(7, 4, 40));
    const nonsense = fc.oneof(
      fc.constantFrom(
        null,
        '',
        'x'.repeat(65),
        '-1',
        '1e3',
        '1.00000',
        '2026-02-30',
        'XXX',
        [],
        {},
        0.5,
        1e300,
      ),
      fc.constantFrom(
        ...ADJUSTMENT_CATEGORIES,
        'Income:Adjustments:',
        'Income:Adjustments:1',
        'payer',
        'other',
      ),
      fc.jsonValue({ maxDepth: 1 }),
    );
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(fc.nat(), fc.nat(), nonsense, fc.boolean(), (which, where, value, dropped) => {
        const victim = events[which % events.length]!;
        const broken = { ...victim, data: withOneChange(victim.data, where, dropped ? undefined : value) };
        agreeOn([broken]);
        if (statesOutside(balances, [broken]).get(victim.stream)!.unreadable.length === 0) read += 1;
        else refused += 1;
      }),
      simulation(400),
    );
    expect(read).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
  });

  describe('events that cannot be read', () => {
    const history = logOf(randomHistory(3, 1, 30));
    const { stream } = history[0]!;
    const poison: readonly (readonly [string, Partial<StoredEvent>])[] = [
      ['of an unknown type', { type: 'SomethingElse', data: { chargeId: 'C1' } }],
      ['of the system', { type: '$metadata', data: { $maxCount: 1 } }],
      ['named like something every object has', { type: 'constructor', data: {} }],
      ['of a malformed amount', { type: 'NoteRecorded', data: { noteId: 'N', text: 1 } }],
      ['that are no object', { type: 'NoteRecorded', data: 'text' }],
      ['that are no JSON', { type: 'NoteRecorded', data: undefined }],
      ['without recordedAt', { metadata: {}, type: 'NoteRecorded', data: noteData() }],
    ];

    it.each(poison)('%s mark their account, and the rest goes on', (_, event) => {
      const log = new LogInMemory();
      for (const stored of history.slice(0, 20)) log.put(stored);
      const metadata = { recordedAt: '2026-01-01T00:00:00.000Z', ...event.metadata };
      const bad = log.put({ stream, revision: 20, ...event, metadata: event.metadata ?? metadata });
      for (const stored of history.slice(20)) log.put({ ...stored, revision: stored.revision + 1 });
      for (const projection of folds) {
        const state = inside(projection, log.events).stateOf(stream)!;
        expect(state.unreadable).toEqual([bad.revision]);
        expect(state).toEqual(statesOutside(projection, log.events).get(stream));
      }
    });

    it('are also those whose bytes or links hold no JSON', () => {
      const good = inCategory(history[0]!);
      for (const broken of [
        { bodyRaw: '{' },
        { bodyRaw: null },
        { metadataRaw: '' },
        { metadataRaw: '[]' },
        { linkMetadataRaw: null },
        { linkMetadataRaw: '{}' },
        { streamId: 'account' },
      ]) {
        const engine = inside(balances, []);
        const event = { ...good, ...broken };
        engine.handle(event);
        expect(engine.stateOf(event.streamId)).toEqual({ tables: {}, unreadable: [0] });
      }
    });
  });

  it('keep sums exact, beyond what a binary number holds', () => {
    const log = new LogInMemory();
    const metadata = { recordedAt: '2026-01-01T00:00:00.000Z' };
    const at = accountStream('BIG');
    const date = '2026-01-01';
    const opened = { accountId: 'BIG', openedOn: date, currency: 'KWD', entity: 'main' };
    log.put({ stream: at, type: 'AccountOpened', data: opened, metadata });
    for (const [i, amount] of ['999999999999.999', '999999999999.999', '0.001', '0.100', '0.200'].entries()) {
      const data = {
        chargeId: `C${i}`,
        currency: 'KWD',
        effectiveOn: date,
        serviceDate: date,
        amount,
        code: { system: 'CPT', value: '1' },
        responsible: { party: 'patient' },
      };
      log.put({ stream: at, type: 'ChargePosted', data, metadata });
    }
    const { tables } = inside(balances, log.events).stateOf(at)!;
    expect(Object.values(tables['accounts']!)[0]).toMatchObject({ balance: '2000000000000.299' });
  });
});

function noteData() {
  return { noteId: 'N', effectiveOn: '2026-01-01', kind: 'call', text: 'x' };
}

/** The data with one of its values, counted through all depths, replaced or left out. */
function withOneChange(data: unknown, where: number, value: unknown): unknown {
  const copy = structuredClone(data);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      walk(holder[key]);
    }
  };
  walk(copy);
  const { holder, key } = places[where % places.length]!;
  if (value === undefined && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else holder[key] = value ?? null;
  return copy;
}
