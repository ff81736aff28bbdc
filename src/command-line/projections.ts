import { Command } from 'commander';
import { CommandFailed } from './failures.js';

/** `arledger projections`: there from the start, so that scripts get an answer they understand. */
export function projectionsCommand(): Command {
  const group = new Command('projections')
    .summary('the folds as user projections in EventStoreDB (not yet)')
    .description(
      'Installs the folds as user projections in EventStoreDB. It comes with EventStoreDB support.',
    );
  for (const name of ['install', 'remove', 'list']) {
    group.addCommand(
      new Command(name)
        .description('Comes with EventStoreDB support.')
        .argument('[projection...]', 'which ones')
        .action(() => {
          throw new CommandFailed(
            'eventstoredb_not_supported_yet',
            'user projections come with EventStoreDB support in the next release; the embedded read models need none',
          );
        }),
    );
  }
  return group;
}
