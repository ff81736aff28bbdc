import { Command } from 'commander';
import { readConfig } from '../config.js';
import type { DataOptions } from './open-ledger.js';

/** `arledger serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .summary('the HTTP service')
    .description('Serves the API until it is told to stop; the same as `npm start`.')
    .addHelpText(
      'after',
      '\nExamples:\n  arledger serve\n  PORT=8080 ARLEDGER_TIMEZONE=America/New_York arledger serve --data /srv/arledger',
    )
    .action(async (_options: DataOptions, command: Command) => {
      const { data }: DataOptions = command.optsWithGlobals();
      const config = readConfig({ ...process.env, ...(data === undefined ? {} : { ARLEDGER_DATA: data }) });
      const { serve } = await import('../main.js');
      await serve(config);
    });
}
