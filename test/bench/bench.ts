/*
 * One table of all speeds, ours beside the limits of this machine, taken in the same run:
 *
 *   npm run bench [-- --only a,c] [--quick] [--large] [--markdown] [--json FILE]
 *
 * Rows a to g are those of issue 6; h and i are payers' remittances. Lines come on standard error as they are known, the
 * whole table on standard output at the end. Every measure has a process of its own, so that the peak of memory is its
 * own. BENCH_FOLDER is where logs and databases are written, the temporary folder if it is not set; EVENTSTORE_URL names
 * an EventStoreDB to take row a on too; PostgreSQL is the one that tests use. Memory is that of our process: a PostgreSQL
 * or EventStoreDB beside it has its own.
 */
import { Command, InvalidArgumentError } from 'commander';
import { runRows } from './run-rows.js';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];

interface Options {
  only?: string[];
  quick: boolean;
  large: boolean;
  markdown: boolean;
  json?: string;
}

const { only, quick, large, markdown, json } = new Command('npm run bench --')
  .option('--only <rows>', 'letters of rows, with commas between', lettersOf)
  .option('--quick', 'small sizes, to see that it works', false)
  .option('--large', 'row f at five million journal lines too', false)
  .option('--markdown', 'the table as Markdown', false)
  .option('--json <file>', 'every line also there, one JSON object a line')
  .parse()
  .opts<Options>();

const flags = [
  ...(only ? ['--only', only.join(',')] : []),
  ...(quick ? ['--quick'] : []),
  ...(large ? ['--large'] : []),
];
const isWhole = await runRows({
  command: ['npm ci && npm run bench', ...(flags.length > 0 ? ['--', ...flags] : [])].join(' '),
  letters: only ?? LETTERS,
  isQuick: quick,
  isLarge: large,
  isMarkdown: markdown,
  json,
});
process.exitCode = isWhole ? 0 : 1;

function lettersOf(given: string): string[] {
  const letters = given.split(',');
  const unknown = letters.find((letter) => !LETTERS.includes(letter));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no row ${unknown}`);
  return LETTERS.filter((letter) => letters.includes(letter));
}
