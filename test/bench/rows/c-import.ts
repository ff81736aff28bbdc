import { join } from 'node:path';
import { type DatabaseKind, type RowBench, defineRow, middle, timed } from '../bench-row.js';
import { type LedgerPlace, eventsIn, importCommands, withLedger } from '../bench-ledger.js';
import { writeCommands } from '../hospital-commands.js';
import { KEYS, rowMeasures } from '../same-rows.js';

/*
 * The import of generated commands into an empty ledger, until the projections have all of it. The limit is COPY of the
 * same journal lines and history, without anything around it.
 */

const LARGEST_TABLES = ['journal_lines', 'account_history'];

const measures = {
  ...rowMeasures,

  async write({ file, commands }: { file: string; commands: number }) {
    await writeCommands(file, commands);
    return {};
  },

  async import({ file, ...place }: LedgerPlace & { file: string }) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const start = performance.now();
      const { seconds } = await timed(() => importCommands(ledger, file));
      await ledger.caughtUp();
      const events = await eventsIn(ledger);
      return { events, durable: events / seconds, projected: (events * 1000) / (performance.now() - start) };
    });
  },
};

export const row = defineRow({
  title: 'NDJSON import of generated commands, until projected',
  measures,
  async run(bench) {
    const file = join(await bench.newFolder(), 'commands.ndjson');
    await bench.measure('write', { file, commands: bench.isQuick ? 4_000 : 100_000 });
    for (const database of bench.databases()) await importInto(bench, database, file);
  },
});

async function importInto(
  bench: RowBench<typeof measures>,
  { name, newUrl }: DatabaseKind,
  file: string,
): Promise<void> {
  const newPlace = async () => ({ folder: await bench.newFolder(), databaseUrl: await newUrl() });
  const imports = await bench.eachRound(async () => {
    const place = await newPlace();
    return { ...(await bench.measure('import', { ...place, file })), place };
  });
  const { place, events } = imports.at(-1)!;
  const of = `${events.toLocaleString('en')} events`;
  const rows = join(place.folder, 'rows');
  await bench.measure('save rows', { ...place, rows, only: LARGEST_TABLES });
  for (const keys of KEYS) {
    const copies = await bench.eachRound(async () => {
      const copied = await bench.measure('copy rows', { ...(await newPlace()), rows, keys });
      return { ...copied, perSecond: events / copied.seconds, rowsPerSecond: copied.rows / copied.seconds };
    });
    const { value: rate } = middle(copies, 'rowsPerSecond');
    bench.add({
      work: `import of ${of} until projected, ${name}`,
      unit: 'events/s',
      ours: middle(imports, 'projected'),
      beside: { name: copyName(keys, rate), ...middle(copies, 'perSecond') },
    });
  }
  const work = `import of ${of} until durable, ${name}`;
  bench.add({ work, unit: 'events/s', ours: middle(imports, 'durable') });
}

function copyName(keys: string, rowsPerSecond: number): string {
  return `COPY of its lines and history, ${keys} (${Math.round(rowsPerSecond).toLocaleString('en')} rows/s)`;
}
