import { Command } from 'commander';
import type { TableDifference } from '../read-models/projector/compare.js';
import { projectionStatuses } from '../read-models/projector/projection-statuses.js';
import {
  type ReadModels,
  type RebuiltProjection,
  dropThoseOfAnotherLog,
  rebuild,
} from '../read-models/projector/rebuild.js';
import { EXIT } from './failures.js';
import { catchUp } from './catch-up.js';
import { type DataOptions, configFor, withLedger } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { count, table } from './table.js';
import { printJson, printLine } from './terminal.js';

interface RebuildOptions extends DataOptions {
  json?: boolean;
}

/** `arledger rebuild` */
export function rebuildCommand(): Command {
  return new Command('rebuild')
    .summary('build read models anew beside the old ones, compare, switch')
    .description(
      'Builds read models anew beside those in use, compares the two row by row, and lets the new ones take their place\n' +
        'at once. What differed is named; then the exit code is 1, though the new ones are in place. Read models that were\n' +
        'made of another event log are dropped, and all are filled from the start of this one.',
    )
    .argument('[projection...]', 'which ones; all unless given')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  arledger rebuild\n  arledger rebuild balances open-items')
    .action(async (names: string[], _options: RebuildOptions, command: Command) => {
      const options: RebuildOptions = command.optsWithGlobals();
      const rebuilt = await withLedger(configFor(options), async (ledger) => {
        const readModels = await ledger.readModels();
        const startedAt = performance.now();
        if (await dropThoseOfAnotherLog(readModels)) {
          await catchUp(ledger);
          return filled(readModels, startedAt);
        }
        await catchUp(ledger);
        const caughtUpAt = performance.now();
        const progress = startProgress('rebuild', 0);
        try {
          return await rebuild(readModels, names.length > 0 ? names : undefined, {
            onProgress: ({ events }) => progress.at(0, pace(events, caughtUpAt)),
          });
        } finally {
          progress.end();
        }
      });
      await (options.json ? printJson(rebuilt) : printRebuilt(rebuilt));
      process.exitCode = rebuilt.some(({ differences }) => differences.length > 0) ? EXIT.refused : EXIT.done;
    });
}

/** All projections, filled from the start of the log; there was nothing to compare them with. */
async function filled({ database }: ReadModels, startedAt: number): Promise<RebuiltProjection[]> {
  const seconds = (performance.now() - startedAt) / 1000;
  return (await projectionStatuses(database)).map(({ name, events }) => ({
    projection: name,
    events,
    eventsPerSecond: Math.round(events / seconds),
    differences: [],
  }));
}

async function printRebuilt(rebuilt: readonly RebuiltProjection[]): Promise<void> {
  await printLine(
    table(
      [
        { title: 'Projection' },
        { title: 'Events', right: true },
        { title: 'Events/s', right: true },
        { title: 'Rows that differed', right: true },
      ],
      rebuilt.map(({ projection, events, eventsPerSecond, differences }) => [
        projection,
        count(events),
        count(eventsPerSecond),
        count(differences.reduce((sum, difference) => sum + difference.count, 0)),
      ]),
    ),
  );
  for (const difference of rebuilt.flatMap(({ differences }) => differences))
    await printDifference(difference);
}

async function printDifference({ table: name, count: rows, examples }: TableDifference): Promise<void> {
  await printLine(`\n${name}: ${count(rows)} rows differed; the first:`);
  for (const { key, live, rebuilt } of examples) {
    const columns = Object.keys(live ?? rebuilt ?? {}).filter(
      (column) => live?.[column] !== rebuilt?.[column],
    );
    const cells = (row: typeof live): string =>
      row ? columns.map((column) => `${column}=${row[column] ?? 'null'}`).join(' ') : 'no such row';
    await printLine(`  ${Object.values(key).join('/')}: was ${cells(live)}; now ${cells(rebuilt)}`);
  }
}
