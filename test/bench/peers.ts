/*
 * Ours beside other ledgers and libraries, taken in the same run:
 *
 *   npm run bench:peers [-- --quick] [--markdown] [--json FILE]
 *
 * Each peer is installed, in exact versions, into a folder of its own below the temporary folder, where the next run finds
 * it again; none is among the project's dependencies. What does not install, or has nothing to run on, is named in the
 * table. EVENTSTORE_URL and BENCH_FOLDER as for bench.ts.
 */
import { Command } from 'commander';
import { runRows } from './run-rows.js';

const { quick, markdown, json } = new Command('npm run bench:peers --')
  .option('--quick', 'small sizes, to see that it works', false)
  .option('--markdown', 'the table as Markdown', false)
  .option('--json <file>', 'every line also there, one JSON object a line')
  .parse()
  .opts<{ quick: boolean; markdown: boolean; json?: string }>();

const isWhole = await runRows({
  command: `npm ci && npm run bench:peers${quick ? ' -- --quick' : ''}`,
  letters: ['p'],
  isQuick: quick,
  isLarge: false,
  isMarkdown: markdown,
  json,
});
process.exitCode = isWhole ? 0 : 1;
