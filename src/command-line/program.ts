import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { accountsCommand } from './accounts.js';
import { agingCommand } from './aging.js';
import { copyCommand } from './copy.js';
import { demoCommand } from './demo.js';
import { exportJournalCommand } from './export-journal.js';
import { EXIT, explain } from './failures.js';
import { generateCommand } from './generate.js';
import { importCommandsCommand } from './import-commands.js';
import { import835Command } from './import-835.js';
import { importSyntheaCommand } from './import-synthea.js';
import { projectionsCommand } from './projections.js';
import { rebuildCommand } from './rebuild.js';
import { replayCommand } from './replay.js';
import { serveCommand } from './serve.js';
import { tell, watchOutput } from './terminal.js';
import { trialBalanceCommand } from './trial-balance.js';
import { verifyCommand } from './verify.js';

/** The whole command line. */
export function program(): Command {
  const arledger = new Command('arledger')
    .description('An event-sourced accounts-receivable ledger for patient accounts.')
    .version(version(), '--version', 'print the version')
    .option('--data <folder>', 'folder of the event log and read models; before ARLEDGER_DATA')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger demo\n' +
        '  arledger serve\n' +
        '  arledger import synthea ./synthea/output/csv\n' +
        '  arledger aging --group-by payer\n' +
        '\nExit codes: 0 done, 1 refused or not matching, 2 asked wrongly. Configuration: see the README.',
    );
  const imports = new Command('import')
    .summary('remittances (835), commands or Synthea CSV')
    .description('Imports what others wrote.');
  imports
    .addCommand(import835Command())
    .addCommand(importCommandsCommand())
    .addCommand(importSyntheaCommand());
  const exports = new Command('export')
    .summary('the journal')
    .description('Writes the books for other programs.');
  exports.addCommand(exportJournalCommand());
  const commands = [
    serveCommand(),
    demoCommand(),
    generateCommand(),
    imports,
    replayCommand(),
    agingCommand(),
    trialBalanceCommand(),
    accountsCommand(),
    rebuildCommand(),
    verifyCommand(),
    projectionsCommand(),
    exports,
    copyCommand(),
  ];
  for (const command of commands) arledger.addCommand(command);
  forAll(arledger, (command) => {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`arledger: usage: ${text.replace(/^error: /, '')}`),
    });
    // `--data` may stand before or after the name of the command.
    if (command !== arledger && command.commands.length === 0) {
      command.option('--data <folder>', 'folder of the event log and read models; before ARLEDGER_DATA');
    }
  });
  return arledger;
}

/** Runs the command line of a process; sets its exit code, and lets it end by itself. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  let unwritable: Error | undefined;
  watchOutput((error) => {
    if (unwritable !== undefined) return;
    unwritable = error;
    tell(`arledger: ${explain(error).line}`);
    // Whatever a command, or its help, takes for its end.
    process.once('exit', () => (process.exitCode ||= EXIT.refused));
  });
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (unwritable !== undefined && error === unwritable) return;
    if (error instanceof CommanderError) {
      // Help and version are no errors, and commander has said what was wrong with the rest.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    const { line, exitCode } = explain(error);
    tell(`arledger: ${line}`);
    process.exitCode = exitCode;
  }
}

function forAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const sub of command.commands) forAll(sub, change);
}

function version(): string {
  // Sources and the built program lie at different depths.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (name === 'arledger') return found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
