import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a measure tells: numbers by what they are of. */
export type Figures = Readonly<Record<string, number>>;

/** Pieces of work by name; each runs in a process of its own, on arguments that are JSON. */
export type Measures = Readonly<Record<string, (given: never) => Promise<Figures>>>;

/** Figures of a measure, and the most memory that its process had resident, in MiB. */
export type Measured<F extends Figures = Figures> = F & { peakMb: number };

/** What one process says when its measure is done. */
export interface MeasureDone {
  figures: Figures;
  peakMb: number;
}

/** What it says when it could not be taken. */
export interface MeasureFailed {
  failed: string;
}

/** One figure, as a line of the table shows it. */
export interface Taken {
  value: number;
  /** MiB. */
  peakMb?: number;
  /** How many takes the value is the median of. */
  takes?: number;
}

/** A limit, or a peer, that we are held against. */
export interface Side {
  name: string;
  take: () => Promise<Taken>;
}

/** A line of the table: one work, and ours beside one other. */
export interface Line {
  /** The letter of its row. */
  row: string;
  work: string;
  unit: string;
  ours?: Taken;
  beside?: Taken & { name: string };
  /** Why there is no figure. */
  remark?: string;
}

/** One row of the table of issue 6: its measures, and the order in which they are taken. */
export interface Row<M extends Measures = Measures> {
  title: string;
  measures: M;
  run(bench: RowBench<M>): Promise<void>;
}

/** Types the measures of a row by themselves. */
export function defineRow<M extends Measures>(row: Row<M>): Row<M> {
  return row;
}

/** A kind of database. */
export interface DatabaseKind {
  name: string;
  /** URL of a new empty one, which goes when the row is done; undefined for PGlite, which lies in a data folder. */
  newUrl: () => Promise<string | undefined>;
}

export interface RowBenchOptions {
  letter: string;
  isQuick: boolean;
  isLarge: boolean;
  /** Where folders of measures are made. */
  folder: string;
  /** Makes an empty database in the PostgreSQL of this machine; left out where it has none. */
  newPostgres?: (() => Promise<{ url: string; remove: () => Promise<void> }>) | undefined;
  onLine: (line: Line) => void;
  /** Told what is taken next. */
  onMeasure: (name: string) => void;
}

/** What a row measures with: processes, folders, databases, and where its lines go. */
export class RowBench<M extends Measures> implements AsyncDisposable {
  readonly isQuick: boolean;
  readonly isLarge: boolean;
  /** Every comparison is made so often, in turns; the table has the medians. */
  readonly rounds: number;
  /** A work that goes on for a time goes on for so long. */
  readonly seconds: number;
  private readonly given: RowBenchOptions;
  private readonly cleaning: (() => Promise<void>)[] = [];

  constructor(given: RowBenchOptions) {
    this.given = given;
    this.isQuick = given.isQuick;
    this.isLarge = given.isLarge;
    this.rounds = given.isQuick ? 1 : 3;
    this.seconds = given.isQuick ? 1 : 4;
  }

  /** A new folder, which goes when the row is done. */
  async newFolder(): Promise<string> {
    const folder = await mkdtemp(join(this.given.folder, `${this.given.letter}-`));
    this.cleaning.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** The databases that read models may lie in: PGlite, and PostgreSQL where this machine has one. */
  databases(): DatabaseKind[] {
    const pglite: DatabaseKind = { name: 'PGlite', newUrl: () => Promise.resolve(undefined) };
    const { newPostgres } = this.given;
    if (newPostgres === undefined) return [pglite];
    const newUrl = async (): Promise<string> => {
      const { url, remove } = await newPostgres();
      this.cleaning.push(remove);
      return url;
    };
    return [pglite, { name: 'PostgreSQL', newUrl }];
  }

  /**
   * Takes a measure of the row in a process of its own.
   *
   * @throws when it fails, or the process ends before it has told its figures; what it said stands on standard error
   */
  measure<N extends keyof M & string>(
    name: N,
    given: Parameters<M[N]>[0],
  ): Promise<Measured<Awaited<ReturnType<M[N]>>>> {
    this.given.onMeasure(name);
    return new Promise((resolve, reject) => {
      const program = new URL('./one-measure.js', import.meta.url);
      const child = fork(program, [this.given.letter, name, JSON.stringify(given)], {
        // Standard output is for the table alone.
        stdio: ['ignore', 2, 2, 'ipc'],
      });
      let told: MeasureDone | MeasureFailed | undefined;
      child.on('message', (message) => (told = message as typeof told));
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        if (told === undefined) reject(new Error(`measure ${name} ended with ${code ?? signal}`));
        else if ('failed' in told) reject(new Error(`measure ${name}: ${told.failed}`));
        else resolve({ ...(told.figures as Awaited<ReturnType<M[N]>>), peakMb: told.peakMb });
      });
    });
  }

  /** Takes a measure once a round. */
  async eachRound<T>(take: () => Promise<T>): Promise<T[]> {
    const all: T[] = [];
    for (let round = 0; round < this.rounds; round += 1) all.push(await take());
    return all;
  }

  /**
   * Takes ours and the others in turns, and adds a line for each of the others, or one for ours alone. One that fails is
   * named with its reason.
   *
   * @throws when ours fails
   */
  async compare(work: string, unit: string, ours: Side['take'], ...beside: readonly Side[]): Promise<void> {
    const own: Taken[] = [];
    const others = beside.map(({ name, take }) => ({ name, take, all: [] as Taken[], reason: '' }));
    for (let round = 0; round < this.rounds; round += 1) {
      own.push(await ours());
      for (const other of others.filter(({ reason }) => reason === '')) {
        try {
          other.all.push(await other.take());
        } catch (error) {
          other.reason = (error as Error).message;
        }
      }
    }
    const line = { work, unit, ours: middleOf(own) };
    if (others.length === 0) this.add(line);
    for (const { name, all, reason } of others) {
      this.add({
        ...line,
        ...(reason ? { remark: `${name}: ${reason}` } : { beside: { name, ...middleOf(all) } }),
      });
    }
  }

  /** Adds a line to the table. */
  add(line: Omit<Line, 'row'>): void {
    this.given.onLine({ row: this.given.letter, ...line });
  }

  /** Removes the folders and databases that were made. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const clean of this.cleaning.reverse()) await clean();
  }
}

/** The median of the values, and the most memory that any of them took. */
export function middleOf(all: readonly Taken[]): Taken {
  const peaks = all.flatMap(({ peakMb }) => (peakMb === undefined ? [] : [peakMb]));
  return {
    value: median(all.map(({ value }) => value)),
    takes: all.length,
    ...(peaks.length > 0 && { peakMb: Math.max(...peaks) }),
  };
}

/** One figure of several takes of a measure, as {@link middleOf}. */
export function middle<F extends string>(
  all: readonly ({ readonly [figure in F]: number } & { peakMb: number })[],
  figure: F,
): Taken {
  return middleOf(all.map((taken) => ({ value: taken[figure], peakMb: taken.peakMb })));
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** What a piece of work took, in seconds, and what came of it. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}

/**
 * Repeats a piece of work from so many callers side by side until the time is over, after a quarter of it to warm up.
 *
 * @returns how often it was done a second
 */
export async function repeated(
  { callers, seconds }: { callers: number; seconds: number },
  work: (caller: number) => Promise<unknown>,
): Promise<number> {
  const during = async (ms: number): Promise<number> => {
    const start = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({ length: callers }, async (_, caller) => {
        while (performance.now() - start < ms) {
          await work(caller);
          done += 1;
        }
      }),
    );
    return (done / (performance.now() - start)) * 1000;
  };
  await during(seconds * 250);
  return during(seconds * 1000);
}
