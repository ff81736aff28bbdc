/*
 * How fast payers' remittances are read and posted, and in how much memory: the bytes of a file alone, its segments, the
 * typed model with all three checks; then posting until projected, on the embedded store and PGlite, into an empty
 * ledger with `createAccounts`, and onto accounts that were opened before. Makes up a balanced 835 of so many MB, and
 * reads or posts it in a process of its own for each run, so that the peak of memory is that of the run.
 *
 *   npx tsc --noEmit false --outDir dist/bench && node dist/bench/test/bench/remittances.bench.js [MB [POSTED_MB]]
 *
 * POSTED_MB, usually as large as the first, is the size of the file that is posted. With the path of a file in place of
 * MB, that file is read, and nothing is posted. `node … remittances.bench.js NAME FILE [FOLDER]` is one run.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readAdvices } from '../../src/remittances/remittance-advice/read-advices.js';
import { stops } from '../../src/x12/finding.js';
import { readSegments } from '../../src/x12/read-segments.js';
import { peakMbOf } from './peak-memory.js';

const RUNS = 3;
/** Small chunks keep more than the chunks small: what they hold is garbage before it is old. */
const CHUNK = 1 << 15;

/** What a run says of itself, beside what the process took. */
interface Done {
  /** What was read or posted. */
  did: string;
  /** What is so many a second. */
  rates?: string;
}

type Run = Done & { seconds: number; cpuSeconds: number; peakMb: number };

const readings: Record<string, (file: string) => Promise<Done>> = {
  async bytes(file) {
    let bytes = 0;
    for await (const chunk of chunksOf(file)) bytes += chunk.length;
    return { did: `${bytes} bytes` };
  },

  async segments(file) {
    let segments = 0;
    let findings = 0;
    for await (const batch of readSegments(chunksOf(file))) {
      segments += batch.segments.length;
      findings += batch.findings.length;
    }
    return { did: `${segments} segments, ${findings} findings` };
  },

  async 'typed and checked'(file) {
    let [transactions, claims, lines, held] = [0, 0, 0, 0];
    for await (const item of readAdvices(chunksOf(file), { contentHash: () => createHash('sha256') })) {
      if (item.kind === 'claim') {
        claims += 1;
        lines += item.claim.lines.length;
        if (stops(item.claim.findings)) held += 1;
      } else if (item.kind === 'end') {
        transactions += 1;
        if (stops(item.end.findings)) held += 1;
      }
    }
    return { did: `${transactions} transactions, ${claims} claims, ${lines} lines, ${held} held` };
  },
};

const POSTINGS = ['into an empty ledger', 'onto open accounts'];

function chunksOf(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: CHUNK });
}

/** Does one run, or what comes before it, in this process. */
async function runHere(name: string, file: string, of = ''): Promise<void> {
  const { postings, preparations } = name in readings ? {} : await import('./remittance-postings.js');
  const preparation = preparations?.[name];
  if (preparation) {
    await preparation(file, of);
    return;
  }
  const work = readings[name] ?? postings?.[name];
  if (!work) throw new Error(`there is no run ${name}`);
  const start = performance.now();
  const done: Done = await work(file, of);
  const { user, system } = process.cpuUsage();
  const run: Run = {
    ...done,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMb: peakMbOf(),
  };
  console.log(JSON.stringify(run));
}

function inProcess(...args: string[]): string {
  return execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { encoding: 'utf8' });
}

function report(name: string, mb: number, output: string): void {
  const { did, rates, seconds, cpuSeconds, peakMb } = JSON.parse(output) as Run;
  const speed = `${(mb / seconds).toFixed(1).padStart(8)} MB/s`;
  const cost = `${cpuSeconds.toFixed(2).padStart(6)} s CPU  peak ${peakMb.toFixed(0).padStart(4)} MiB`;
  console.log(`${name.padEnd(20)} ${speed}  ${cost}  ${did}`);
  if (rates !== undefined) console.log(`${' '.repeat(22)}${rates}`);
}

/** Writes the file that is asked for, and reads and posts it some times. */
async function runAll(size: string, postedSize: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'arledger-bench-'));
  const made = (name: string, mb: string): string => {
    const file = join(folder, name);
    inProcess('write', file, String(Number(mb) * 1e6));
    return file;
  };
  const mbOf = (file: string): number => statSync(file).size / 1e6;
  try {
    const isGiven = existsSync(size);
    const file = isGiven ? size : made('read.835', size);
    console.log(`${mbOf(file).toFixed(1)} MB, Node ${process.version}`);
    for (let round = 0; round < RUNS; round += 1) {
      for (const name of Object.keys(readings)) report(name, mbOf(file), inProcess(name, file));
    }
    if (isGiven) return;
    const posted = postedSize === size ? file : made('posted.835', postedSize);
    console.log(`posting ${mbOf(posted).toFixed(1)} MB`);
    for (let round = 0; round < RUNS; round += 1) {
      for (const [i, name] of POSTINGS.entries()) {
        const data = join(folder, `data-${round}-${i}`);
        if (name === 'onto open accounts') inProcess('open', data, String(Number(postedSize) * 1e6));
        report(name, mbOf(posted), inProcess(name, posted, data));
        rmSync(data, { recursive: true });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first = '20', second, third] = process.argv.slice(2);
// A size, or a file, and perhaps another size; or a run and what it works on.
const isOneRun = second !== undefined && Number.isNaN(Number(first)) && !existsSync(first);
if (isOneRun) await runHere(first, second, third);
else await runAll(first, second ?? first);
