import type { CommandAnswer, CommandLine } from '../commands/command-stream.js';
import { LOG } from '../logging.js';
import { CommandFailed } from './failures.js';
import type { OpenLedger } from './open-ledger.js';

/** What became of the commands sent. */
export interface SendingCounts {
  posted: number;
  alreadyThere: number;
  refused: number;
}

const POSTED = 201;
const ALREADY_THERE = 200;

export const NOTHING_SENT: SendingCounts = { posted: 0, alreadyThere: 0, refused: 0 };

/** Sends commands down the same road as HTTP does, many accounts side by side, and counts the answers. */
export async function sendCommands(
  ledger: OpenLedger,
  commands: AsyncIterable<CommandLine> | Iterable<CommandLine>,
  options: {
    actor: string;
    /** Hears of each answer, in the order of the commands; true where a refusal is none for this caller. */
    onAnswer: (answer: CommandAnswer, counts: SendingCounts) => boolean;
  },
): Promise<SendingCounts> {
  const [{ CommandBus }, { runCommandLines }] = await Promise.all([
    import('@nestjs/cqrs'),
    import('../commands/command-stream.js'),
  ]);
  const counts = { ...NOTHING_SENT };
  const bus = ledger.app.get(CommandBus);
  const answers = runCommandLines(
    commands,
    (command) => {
      command.sender = { actor: options.actor };
      return bus.execute(command);
    },
    { log: ledger.app.get(LOG) },
  );
  for await (const answer of answers) {
    if (answer.status >= 500) throw notServed(answer, counts);
    const isExcused = options.onAnswer(answer, counts);
    if (answer.status === POSTED) counts.posted += 1;
    else if (!isRefused(answer) || isExcused) counts.alreadyThere += 1;
    else counts.refused += 1;
  }
  return counts;
}

/** Whether an answer is anything but a receipt, new or old. */
export function isRefused({ status }: CommandAnswer): boolean {
  return status !== POSTED && status !== ALREADY_THERE;
}

/** Nothing is wrong with the command: the store is away or full, and the next ones would fare no better. */
function notServed({ code, detail }: CommandAnswer, { posted }: SendingCounts): CommandFailed {
  return new CommandFailed(
    String(code),
    `${String(detail)} ${posted} posted so far; running the same command again completes it (LOG_LEVEL=error says more)`,
  );
}

/** A refusal in a few words: its code, what to do, and the fields it is about. */
export function refusalText({ code, detail, errors, differs }: CommandAnswer): string {
  const fields = Array.isArray(errors)
    ? errors.map(({ field, message }: { field: string; message: string }) => `${field} ${message}`).join('; ')
    : Array.isArray(differs)
      ? `differs in ${differs.join(', ')}`
      : '';
  return `${String(code)}: ${fields || String(detail)}`;
}
