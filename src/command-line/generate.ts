import { Command } from 'commander';
import { FIRST_DAY, hospital } from '../generator/hospital.js';
import { calendarDate, wholeNumber } from './option-values.js';
import { print } from './terminal.js';

const ACCOUNTS_MAX = 999_999;
const MONTHS_MAX = 600;
const CHUNK_CHARS = 1 << 16;

/** `arledger generate` */
export function generateCommand(): Command {
  return new Command('generate')
    .summary('make up a hospital as NDJSON commands')
    .description(
      'Writes the commands of a made-up hospital to standard output, one JSON object a line, in the order of their\n' +
        'dates. The same numbers give the same commands, on every machine and for ever. Nothing is opened or changed.',
    )
    .requiredOption('--accounts <n>', 'how many patient accounts', wholeNumber(1, ACCOUNTS_MAX))
    .requiredOption('--months <m>', 'how many months of business', wholeNumber(1, MONTHS_MAX))
    .requiredOption('--seed <s>', 'which hospital', wholeNumber(0, 2 ** 31 - 1))
    .option('--from <date>', 'first day', calendarDate, FIRST_DAY)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger generate --accounts 200 --months 6 --seed 1 > hospital.ndjson\n' +
        '  arledger generate --accounts 200 --months 6 --seed 1 | arledger import commands -',
    )
    .action(async (options: { accounts: number; months: number; seed: number; from: string }) => {
      let chunk = '';
      for (const command of hospital(options)) {
        chunk += `${JSON.stringify(command)}\n`;
        if (chunk.length < CHUNK_CHARS) continue;
        await print(chunk);
        chunk = '';
      }
      await print(chunk);
    });
}
