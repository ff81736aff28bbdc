import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { count } from '../../../src/command-line/table.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { exportJournal } from '../../../src/export/export-journal.js';
import { type RowBench, defineRow, median, timed } from '../bench-row.js';
import type { LedgerPlace } from '../bench-ledger.js';
import { row as rebuildRow } from '../rows/d-rebuild.js';
import { PLAIN_TEXT_TOOLS, TOOL_SECONDS_MAX, isInstalled, runTool } from './plain-text.js';

/*
 * What every account owes, asked of our read models, and of plain-text accounting by the journal that `arledger export`
 * writes of the same log. The tools read the whole journal each time; how long ours read the log before is told beside.
 */

/** The generated hospital's two years begin with 2025; half of its lines lie after this. */
const PAST = '2025-09-30';

interface Question {
  when: string;
  figure: 'today' | 'past';
  /** The first day that does not count, for the tools. */
  before?: string;
}

const TODAY: Question = { when: 'today', figure: 'today' };
const THEN: Question = { when: 'at a past date', figure: 'past', before: '2025-10-01' };

interface Journal {
  /** Lines come to some twice as many. */
  commands: number;
  questions: readonly Question[];
}

const SMALL: Journal = { commands: 4_000, questions: [TODAY, THEN] };
const JOURNALS: readonly Journal[] = [
  { commands: 50_000, questions: [TODAY, THEN] },
  // Each question takes the tools minutes.
  { commands: 500_000, questions: [TODAY] },
];
const ASKED = 5;

const measures = {
  'fill the log': rebuildRow.measures['fill the log'],

  async 'export the journal'({ folder }: { folder: string }) {
    const store = await openEmbeddedStore({ folder, readOnly: true });
    let lines = 0;
    for (const { format } of PLAIN_TEXT_TOOLS) {
      lines = 0;
      const counted = async function* (): AsyncGenerator<string> {
        for await (const text of exportJournal(store.readAll(), format)) {
          lines += linesIn(text);
          yield text;
        }
      };
      const text = Readable.from(counted(), { objectMode: false });
      await pipeline(text, createWriteStream(journalIn(folder, format)));
    }
    await store.close();
    return { lines };
  },

  /** In ms: aging by account, today and at a past date, after the seconds that the read models took. */
  async aging(place: LedgerPlace) {
    const { withLedger } = await import('../bench-ledger.js');
    const { AgingQuery } = await import('../../../src/read-models/queries/aging.js');
    return withLedger(place, { readModels: true }, async (ledger) => {
      const { seconds } = await timed(() => ledger.caughtUp());
      const aging = ledger.app.get(AgingQuery);
      const msOf = async (asOf: string | undefined): Promise<number> => {
        const times: number[] = [];
        for (let n = 0; n <= ASKED; n += 1) {
          const start = performance.now();
          await aging.run({ groupBy: 'account', ...(asOf !== undefined && { asOf }) });
          times.push(performance.now() - start);
        }
        // The first one warms up.
        return median(times.slice(1));
      };
      return { seconds, today: await msOf(undefined), past: await msOf(PAST) };
    });
  },
};

/** Lines with an amount: those of an entry are indented, and what else is indented is a comment or metadata. */
function linesIn(text: string): number {
  return text.match(/^ {2,4}[A-Z].* -?[\d.]+ [A-Z]{3}\b/gm)?.length ?? 0;
}

function journalIn(folder: string, format: string): string {
  return join(folder, `journal.${format}`);
}

export const row = defineRow({
  title: 'what every account owes, beside plain-text accounting',
  measures,
  async run(bench) {
    for (const tool of PLAIN_TEXT_TOOLS.filter((tool) => !isInstalled(tool))) {
      bench.add({ work: `${tool.name}: not taken`, unit: '', remark: 'not on the path' });
    }
    for (const journal of bench.isQuick ? [SMALL] : JOURNALS) await compareJournals(bench, journal);
  },
});

async function compareJournals(
  bench: RowBench<typeof measures>,
  { commands, questions }: Journal,
): Promise<void> {
  const folder = await bench.newFolder();
  await bench.measure('fill the log', { folder, commands });
  const { lines } = await bench.measure('export the journal', { folder });
  const ours = await bench.measure('aging', { folder });
  const { seconds, peakMb } = ours;
  const of = `of ${count(lines)} journal lines`;
  bench.add({ work: `our read models ${of}, made once`, unit: 's', ours: { value: seconds, peakMb } });
  for (const { when, figure, before } of questions) {
    const work = `what every account owes ${of}, ${when}`;
    const line = { work, unit: 'ms', ours: { value: ours[figure], peakMb } };
    for (const tool of PLAIN_TEXT_TOOLS.filter(isInstalled)) {
      const { name, format } = tool;
      const taken = await runTool(tool, journalIn(folder, format), before);
      bench.add(
        taken === undefined
          ? { ...line, remark: `${name}: not done in ${TOOL_SECONDS_MAX} s` }
          : { ...line, beside: { name, value: taken.ms, ...(taken.peakMb && { peakMb: taken.peakMb }) } },
      );
    }
  }
}
