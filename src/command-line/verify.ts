import { Command } from 'commander';
import type { Config } from '../config.js';
import { verify } from '../read-models/projector/verify.js';
import { ReadModelsOfAnotherLog } from '../read-models/queries/refusals.js';
import { EXIT } from './failures.js';
import { catchUp } from './catch-up.js';
import type { EventStore } from '../event-store/event-store.js';
import type { LogContradiction } from './log-contradiction.js';
import { contradictions } from './log-invariants.js';
import { type DataOptions, type OpenLedger, configFor, withLedger, withLog } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { count } from './table.js';
import { printJson, printLine } from './terminal.js';
import { visible } from './visible.js';

interface VerifyOptions extends DataOptions {
  log?: boolean;
  json?: boolean;
}

/** What was wrong, in one line each. */
interface Finding {
  text: string;
}

/** `arledger verify` */
export function verifyCommand(): Command {
  return new Command('verify')
    .summary('check every read model and every invariant against the events')
    .description(
      'Replays everything and holds every read model, the trial balance and every invariant against it; with --log the\n' +
        'event log alone, beside a running service. Each difference is named. Nothing is changed.',
    )
    .option('--log', 'the event log alone')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  arledger verify\n  arledger verify --log')
    .action(async (_options: VerifyOptions, command: Command) => {
      const options: VerifyOptions = command.optsWithGlobals();
      process.exitCode = await (options.log ? verifyLog(options) : verifyAll(options));
    });
}

/** What the events say, as the log has them; tells how far it is. */
async function contradictionsIn(log: EventStore): Promise<{ found: LogContradiction[]; events: number }> {
  const startedAt = performance.now();
  const progress = startProgress('events', 0);
  let events = 0;
  try {
    const found = await Array.fromAsync(
      contradictions(log, (seen) => {
        events = seen;
        if (seen % 1000 === 0) progress.at(0, pace(seen, startedAt));
      }),
    );
    return { found, events };
  } finally {
    progress.end();
  }
}

async function verifyLog(options: VerifyOptions): Promise<number> {
  const config = configFor(options);
  const damage = await findingsOfFile(config);
  // A file that is damaged is not read any further: what it said could not be trusted.
  const { found, events } =
    damage.length > 0 ? { found: [], events: 0 } : await withLog(config, contradictionsIn);
  return report([...damage, ...found], `event log: ${count(events)} events`, { events }, options);
}

async function findingsOfFile(config: Config): Promise<Finding[]> {
  const { checkEventLog } = await import('../composition.js');
  const startedAt = performance.now();
  const checking = checkEventLog(config, (checked, total) =>
    file.at(total === 0 ? 0 : Math.floor((checked / total) * 1000), pace(checked, startedAt)),
  );
  if (checking === undefined) return [];
  const file = startProgress('log file', 1000);
  try {
    return await Array.fromAsync(checking);
  } finally {
    file.end();
  }
}

async function verifyAll(options: VerifyOptions): Promise<number> {
  const { findings, events } = await withLedger(configFor(options), async (ledger) => {
    try {
      await catchUp(ledger);
    } catch (error) {
      // That is the finding.
      if (!(error instanceof ReadModelsOfAnotherLog)) throw error;
    }
    const { found, events: seen } = await differences(ledger);
    const { found: said } = await contradictionsIn(ledger.store);
    // The read models name an event that cannot be read as one that they set aside.
    return {
      findings: [...found, ...said.filter(({ check }) => check !== 'unreadable_event')],
      events: seen,
    };
  });
  return report(findings, `read models: ${count(events)} events replayed`, { events }, options);
}

async function differences(ledger: OpenLedger): Promise<{ found: Finding[]; events: number }> {
  const startedAt = performance.now();
  const progress = startProgress('verify', 0);
  let seen = 0;
  try {
    const found = await verify(await ledger.readModels(), {
      onProgress: ({ events: read }) => {
        seen = read;
        progress.at(0, pace(read, startedAt));
      },
    });
    return { found, events: seen };
  } finally {
    progress.end();
  }
}

async function report(
  findings: readonly Finding[],
  what: string,
  facts: object,
  options: VerifyOptions,
): Promise<number> {
  if (options.json) await printJson({ ok: findings.length === 0, ...facts, findings });
  else {
    for (const { text } of findings) await printLine(visible(text));
    const result = findings.length === 0 ? 'nothing differs' : `${count(findings.length)} findings`;
    await printLine(`${what}, ${result}`);
  }
  return findings.length === 0 ? EXIT.done : EXIT.refused;
}
