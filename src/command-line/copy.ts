import { Command } from 'commander';
import { type Comparison, compareLogs } from '../copy/compare-logs.js';
import { type CopyCounts, copyLog } from '../copy/copy-log.js';
import { type Place, PlaceUnusable, isSamePlace, readPlace } from '../copy/place.js';
import type { EventStore, Position } from '../event-store/event-store.js';
import { EXIT, Stopped, usageError } from './failures.js';
import { pace, startProgress } from './progress.js';
import { Stopping } from './stopping.js';
import { count } from './table.js';
import { printJson, printLine, tell } from './terminal.js';

interface CopyCommandOptions {
  from: string;
  to: string;
  verifyOnly?: boolean;
  json?: boolean;
}

/** `arledger copy` */
export function copyCommand(): Command {
  return new Command('copy')
    .summary('a ledger from one event store to another, verified')
    .description(
      'Copies every event of a ledger to another event store that is empty: with its id, type, data, metadata and\n' +
        'instant of recording, in the order of the log. Both logs are then read and compared, event by event. A copy\n' +
        'that was cut off is gone on with by the same command; a target that holds anything else is refused before\n' +
        'anything is written. The source is only read, beside a running service; let none run on the target. A place\n' +
        'is a data folder, esdb://user:password@host:2113 or esdb+discover://…',
    )
    .requiredOption('--from <place>', 'the ledger to copy')
    .requiredOption('--to <place>', 'where it goes to')
    .option('--verify-only', 'copy nothing, only compare the two')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  arledger copy --from ./data --to 'esdb://admin:changeit@localhost:2113?tlsCaFile=ca.crt'\n" +
        "  arledger copy --from ./data --to 'esdb://localhost:2113?tls=false' --verify-only",
    )
    .action(async (_options: CopyCommandOptions, command: Command) => {
      process.exitCode = await copy(command.optsWithGlobals());
    });
}

async function copy(options: CopyCommandOptions): Promise<number> {
  const from = placeGiven('--from', options.from);
  const to = placeGiven('--to', options.to);
  if (isSamePlace(from, to)) throw usageError('--from and --to are the same place');
  using stopping = new Stopping();
  const startedAt = performance.now();
  const { counts, comparison } = await withPlaces(from, to, options.verifyOnly === true, async (a, b) => {
    const copied = options.verifyOnly ? { copied: 0, alreadyThere: 0 } : await copyAll(a, b, stopping);
    const copySeconds = (performance.now() - startedAt) / 1000;
    return { counts: { ...copied, copySeconds }, comparison: await compareAll(a, b, stopping) };
  });
  return await report(counts, comparison, (performance.now() - startedAt) / 1000, options);
}

function placeGiven(option: string, text: string): Place {
  try {
    return readPlace(text);
  } catch (error) {
    if (!(error instanceof PlaceUnusable)) throw error;
    throw usageError(`${option}: ${error.message}`);
  }
}

/** The source first: when there is none, no target is made. */
async function withPlaces<T>(
  from: Place,
  to: Place,
  readOnly: boolean,
  work: (source: EventStore, target: EventStore) => Promise<T>,
): Promise<T> {
  const { openPlace } = await import('../composition-event-log.js');
  const source = await openPlace(from, { readOnly: true });
  try {
    const target = await openPlace(to, { readOnly });
    try {
      return await work(source.store, target.store);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyAll(source: EventStore, target: EventStore, stopping: Stopping): Promise<CopyCounts> {
  let counts: CopyCounts = { copied: 0, alreadyThere: 0 };
  const startedAt = performance.now();
  return withProgress('copying', source, stopping, (at) => ({
    work: copyLog(source, target, {
      signal: stopping.signal,
      onProgress: (now, position) => {
        counts = { ...now };
        at(position, pace(now.copied + now.alreadyThere, startedAt));
      },
    }),
    remark: () =>
      `${count(counts.copied + counts.alreadyThere)} events are in the target so far; ` +
      'running the same command again goes on from there',
  }));
}

async function compareAll(source: EventStore, target: EventStore, stopping: Stopping): Promise<Comparison> {
  const startedAt = performance.now();
  return withProgress('verifying', source, stopping, (at) => ({
    work: compareLogs(source, target, {
      signal: stopping.signal,
      onProgress: (equal, position) => at(position, pace(equal, startedAt)),
    }),
    remark: () => 'what was copied is not verified yet; running the same command again does it',
  }));
}

/** Tells how far a pass over the source is, and what to do when it was stopped. */
async function withProgress<T>(
  what: string,
  source: EventStore,
  stopping: Stopping,
  begin: (at: (position: Position, note: string) => void) => { work: Promise<T>; remark: () => string },
): Promise<T> {
  const head = await source.head();
  const progress = startProgress(what, Number(head ?? 0));
  const { work, remark } = begin((position, note) => progress.at(Number(position), note));
  try {
    return await work;
  } catch (error) {
    if (stopping.asked) throw new Stopped(remark());
    throw error;
  } finally {
    progress.end();
  }
}

async function report(
  { copied, alreadyThere, copySeconds }: CopyCounts & { copySeconds: number },
  comparison: Comparison,
  seconds: number,
  { json, verifyOnly }: CopyCommandOptions,
): Promise<number> {
  const { equal, missing, difference, digest } = comparison;
  const ok = difference === undefined && missing === 0;
  const eventsPerSecond = Math.round(copied / Math.max(copySeconds, 0.001));
  const rounded = Math.round(seconds * 1000) / 1000;
  if (json) {
    const facts = { ok, copied, alreadyThere, eventsPerSecond, seconds: rounded };
    await printJson({ ...facts, ...comparison });
  } else {
    if (!verifyOnly) {
      await printLine(
        `${count(copied)} events copied, ${count(alreadyThere)} already there (${count(eventsPerSecond)} events/s)`,
      );
    }
    await printLine(`${count(equal)} events are the same in both, after ${rounded.toFixed(1)} s`);
    await printLine(`sha256 of them: ${digest}`);
  }
  if (difference !== undefined) tell(`arledger: copy_differs: ${difference}`);
  else if (missing > 0) {
    tell(
      `arledger: copy_incomplete: the source has ${count(missing)} events more; ` +
        'stop what writes to it, and run the same command again',
    );
  }
  return ok ? EXIT.done : EXIT.refused;
}
