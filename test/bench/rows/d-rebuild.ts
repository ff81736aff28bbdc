import { join } from 'node:path';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { type DatabaseKind, type RowBench, defineRow, middle, timed } from '../bench-row.js';
import { type LedgerPlace, eventsIn, importCommands, withLedger } from '../bench-ledger.js';
import { writeCommands } from '../hospital-commands.js';
import { KEYS, rowMeasures } from '../same-rows.js';

/*
 * All projections from the start of a log. The limits are reading and parsing the log alone, and COPY of all rows that
 * come of it, without anything around it.
 */

const measures = {
  ...rowMeasures,

  /** A log of generated commands, without read models. */
  async 'fill the log'({ folder, commands }: { folder: string; commands: number }) {
    const file = join(folder, 'commands.ndjson');
    await writeCommands(file, commands);
    return withLedger({ folder }, { readModels: false }, async (ledger) => {
      await importCommands(ledger, file);
      return { events: await eventsIn(ledger) };
    });
  },

  async 'read the log'({ folder }: { folder: string }) {
    const store = await openEmbeddedStore({ folder, readOnly: true });
    const { seconds, result } = await timed(async () => {
      let events = 0;
      for await (const _ of store.readAll()) events += 1;
      return events;
    });
    return { perSecond: result / seconds };
  },

  /** What the projector does with a log that it has not seen yet. */
  async 'fill the projections'(place: LedgerPlace) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      const events = await eventsIn(ledger);
      const { seconds } = await timed(() => ledger.caughtUp());
      return { perSecond: events / seconds };
    });
  },

  async rebuild(place: LedgerPlace) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const events = await eventsIn(ledger);
      const readModels = await ledger.readModels();
      const { seconds, result } = await timed(() => rebuild(readModels));
      if (result.some(({ differences }) => differences.length > 0)) throw new Error('rows differed');
      return { built: result[0]!.eventsPerSecond, whole: events / seconds };
    });
  },

  async verify(place: LedgerPlace) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const events = await eventsIn(ledger);
      const readModels = await ledger.readModels();
      const { seconds, result } = await timed(() => verify(readModels));
      if (result.length > 0) throw new Error('something was found');
      return { perSecond: events / seconds };
    });
  },
};

export const row = defineRow({
  title: 'rebuild of all projections from the log',
  measures,
  async run(bench) {
    const folder = await bench.newFolder();
    const { events } = await bench.measure('fill the log', {
      folder,
      commands: bench.isQuick ? 4_000 : 100_000,
    });
    for (const database of bench.databases()) await rebuildIn(bench, database, { folder, events });
  },
});

async function rebuildIn(
  bench: RowBench<typeof measures>,
  { name, newUrl }: DatabaseKind,
  { folder, events }: { folder: string; events: number },
): Promise<void> {
  const place = { folder, databaseUrl: await newUrl() };
  const fill = await bench.measure('fill the projections', place);
  // In turns: what is read comes from the same caches of the system.
  const turns = await bench.eachRound(async () => ({
    reading: await bench.measure('read the log', { folder }),
    rebuilding: await bench.measure('rebuild', place),
  }));
  const built = middle(
    turns.map(({ rebuilding }) => rebuilding),
    'built',
  );
  const from = `of ${events.toLocaleString('en')} events, ${name}`;
  const line = { work: `build all projections ${from}`, unit: 'events/s', ours: built };
  const reading = middle(
    turns.map((turn) => turn.reading),
    'perSecond',
  );
  bench.add({ ...line, beside: { name: 'reading and parsing the log alone', ...reading } });
  const rows = join(folder, `rows-${name}`);
  await bench.measure('save rows', { ...place, rows });
  for (const keys of KEYS) {
    const copies = await bench.eachRound(async () => {
      const empty = { folder: await bench.newFolder(), databaseUrl: await newUrl() };
      const { seconds, peakMb } = await bench.measure('copy rows', { ...empty, rows, keys });
      return { perSecond: events / seconds, peakMb };
    });
    bench.add({ ...line, beside: { name: `COPY of its rows, ${keys}`, ...middle(copies, 'perSecond') } });
  }
  const whole = middle(
    turns.map(({ rebuilding }) => rebuilding),
    'whole',
  );
  bench.add({ work: `rebuild: build, compare, switch, ${name}`, unit: 'events/s', ours: whole });
  bench.add({ work: `first fill, ${name}`, unit: 'events/s', ours: middle([fill], 'perSecond') });
  const verified = await bench.measure('verify', place);
  bench.add({ work: `verify, ${name}`, unit: 'events/s', ours: middle([verified], 'perSecond') });
}
