import { Command } from 'commander';
import type { Installed, Removal, Standing, Standings } from '../composition-user-projections.js';
import { CommandFailed, EXIT } from './failures.js';
import { type DataOptions, configFor } from './open-ledger.js';
import { count, table } from './table.js';
import { printJson, printLine } from './terminal.js';

interface ProjectionsOptions extends DataOptions {
  json?: boolean;
}

/** `arledger projections` */
export function projectionsCommand(): Command {
  return new Command('projections')
    .summary('the folds as user projections in EventStoreDB')
    .description(
      'Balances, open items and denials, computed by EventStoreDB itself: the same folds as in the read models, one state ' +
        'an account. EVENTSTORE_URL must name an administrator; the server must run with --run-projections=All, and had ' +
        'better with --projection-execution-timeout=5000: by itself it gives up on an event that takes it 250 ms.',
    )
    .addCommand(installCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function installCommand(): Command {
  return withNames(new Command('install'))
    .summary('install or update them')
    .description(
      'Installs the folds as arledger-balances, arledger-denials and arledger-open-items. What is there with the same ' +
        'content stays as it is, and goes on where it had stopped; what differs is updated and computed anew from the first ' +
        'event. Starts $by_category, from which they hear of accounts, where it does not run.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  arledger projections install\n  arledger projections install balances',
    )
    .action(async (names: string[], _options: ProjectionsOptions, command: Command) => {
      const options: ProjectionsOptions = command.optsWithGlobals();
      const installed = await withUserProjections(options, names, (all) => all.install(names));
      await (options.json ? printJson(installed) : printInstalled(installed));
    });
}

function listCommand(): Command {
  return new Command('list')
    .summary('their state, progress and version')
    .description(
      'Says of each how it stands in the server, how far it has come, and whether what is installed is what this version ' +
        'of arledger would install. The exit code is 1 when one has stopped with an error, or gets no events.',
    )
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  arledger projections list\n  arledger projections list --json')
    .action(async (_options: ProjectionsOptions, command: Command) => {
      const options: ProjectionsOptions = command.optsWithGlobals();
      const standings = await withUserProjections(options, [], (all) => all.list());
      await (options.json ? printJson(standings) : printStandings(standings));
      const faulted = standings.projections.some(({ state }) => state === 'faulted');
      process.exitCode = faulted || getNothing(standings) ? EXIT.refused : EXIT.done;
    });
}

function removeCommand(): Command {
  return withNames(new Command('remove'))
    .summary('take them out of the server')
    .description(
      'Stops the folds and deletes them with their checkpoints. The events of accounts stay as they are.',
    )
    .addHelpText('after', '\nExamples:\n  arledger projections remove\n  arledger projections remove denials')
    .action(async (names: string[], _options: ProjectionsOptions, command: Command) => {
      const options: ProjectionsOptions = command.optsWithGlobals();
      const removed = await withUserProjections(options, names, (all) => all.remove(names));
      await (options.json ? printJson(removed) : printRemoved(removed));
    });
}

function withNames(command: Command): Command {
  return command
    .argument('[projection...]', 'which ones: balances, denials, open-items; all unless given')
    .option('--json', 'as JSON');
}

type UserProjections = NonNullable<
  Awaited<ReturnType<typeof import('../composition-user-projections.js').openUserProjections>>
>['userProjections'];

async function withUserProjections<T>(
  options: DataOptions,
  asked: readonly string[],
  work: (all: UserProjections) => Promise<T>,
): Promise<T> {
  const { openUserProjections } = await import('../composition-user-projections.js');
  const opened = await openUserProjections(configFor(options));
  if (opened === undefined) {
    throw new CommandFailed(
      'eventstore_url_missing',
      'user projections need EventStoreDB: set EVENTSTORE_URL; the embedded event log has none, and its reports need none',
    );
  }
  const { userProjections, names } = opened;
  try {
    const unknown = asked.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new CommandFailed(
        'unknown_projection',
        `there is no user projection "${unknown}"; there are ${names.join(', ')}`,
        EXIT.usage,
      );
    }
    return await work(userProjections);
  } finally {
    userProjections.close();
  }
}

const INSTALLED = {
  installed: 'installed',
  updated: 'updated, and computed anew',
  started: 'already installed; started',
  already_installed: 'already installed',
} as const satisfies Record<Installed['projections'][number]['outcome'], string>;

async function printInstalled({ projections, startedCategories }: Installed): Promise<void> {
  if (startedCategories) await printLine('$by_category: started');
  for (const { name, version, content, outcome } of projections) {
    await printLine(`${name}: ${INSTALLED[outcome]} (${versionText({ version, content })})`);
  }
}

async function printRemoved(removed: readonly Removal[]): Promise<void> {
  for (const { name, outcome } of removed) {
    await printLine(`${name}: ${outcome === 'removed' ? 'removed' : 'not installed'}`);
  }
}

async function printStandings(standings: Standings): Promise<void> {
  await printLine(
    table(
      [
        { title: 'Projection' },
        { title: 'State' },
        { title: 'Progress', right: true },
        { title: 'Events', right: true },
        { title: 'Installed' },
        { title: 'This build' },
      ],
      standings.projections.map((standing) => [
        standing.name,
        standing.state,
        standing.progressPercent === undefined ? '' : `${standing.progressPercent} %`,
        standing.events === undefined ? '' : count(standing.events),
        installedText(standing),
        standing.matches ? 'the same' : versionText(standing.build),
      ]),
    ),
  );
  for (const { name, reason } of standings.projections) {
    if (reason !== undefined) await printLine(`\n${name}: ${reason.replace(/\s+/g, ' ')}`);
  }
  if (getNothing(standings)) {
    await printLine(
      `\n$by_category: ${standings.categories}; no event comes to the folds until arledger projections install starts it`,
    );
  }
}

function getNothing({ projections, categories }: Standings): boolean {
  return categories !== 'running' && projections.some(({ state }) => state !== 'not installed');
}

function installedText({ state, installed }: Standing): string {
  if (state === 'not installed') return '';
  return installed ? versionText(installed) : 'of unknown version';
}

function versionText({ version, content }: Standing['build']): string {
  return `version ${version}, ${content.slice(0, 8)}`;
}
