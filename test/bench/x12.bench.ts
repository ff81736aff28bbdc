/*
 * How fast a remittance file is read, and in how much memory: its bytes alone, its segments, and the typed model with all
 * three checks. Makes up a balanced 835 of so many MB, and reads it in a process of its own for each run.
 *
 *   npx tsc --noEmit false --outDir dist/bench && node dist/bench/test/bench/x12.bench.js 20
 *
 * With a file as second argument, that file is read instead.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readAdvices } from '../../src/remittances/remittance-advice/read-advices.js';
import { stops } from '../../src/x12/finding.js';
import { readSegments } from '../../src/x12/read-segments.js';

const RUNS = 3;

/** Small chunks keep more than the chunks small: what they hold is garbage before it is old. */
const CHUNK = 1 << 15;

interface Run {
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  read: string;
}

const readings: Record<string, (file: string) => Promise<string>> = {
  async bytes(file) {
    let bytes = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK }))
      bytes += (chunk as Buffer).length;
    return `${bytes} bytes`;
  },

  async segments(file) {
    let segments = 0;
    let findings = 0;
    for await (const batch of readSegments(createReadStream(file, { highWaterMark: CHUNK }))) {
      segments += batch.segments.length;
      findings += batch.findings.length;
    }
    return `${segments} segments, ${findings} findings`;
  },

  async 'typed and checked'(file) {
    let [transactions, claims, lines, held] = [0, 0, 0, 0];
    for await (const item of readAdvices(createReadStream(file, { highWaterMark: CHUNK }), {
      contentHash: () => createHash('sha256'),
    })) {
      if (item.kind === 'claim') {
        claims += 1;
        lines += item.claim.lines.length;
        if (stops(item.claim.findings)) held += 1;
      } else if (item.kind === 'end') {
        transactions += 1;
        if (stops(item.end.findings)) held += 1;
      }
    }
    return `${transactions} transactions, ${claims} claims, ${lines} lines, ${held} held`;
  },
};

/** Cents as an 835 writes them. */
function amount(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** A claim with three lines that balances, and what it was paid in cents. */
function claim(number: number): { segments: string[]; paid: number } {
  const lines = [0, 1, 2].map((line) => {
    const charge = 10_000 + ((number * 131 + line * 977) % 40_000);
    const contractual = Math.floor(charge / 4);
    const coinsurance = Math.floor(charge / 10);
    return { charge, contractual, coinsurance, paid: charge - contractual - coinsurance };
  });
  const sum = (of: 'charge' | 'paid' | 'coinsurance') => lines.reduce((total, line) => total + line[of], 0);
  const day = `202601${String(1 + (number % 28)).padStart(2, '0')}`;
  const segments = [
    `CLP*PCN${number}*1*${amount(sum('charge'))}*${amount(sum('paid'))}*${amount(sum('coinsurance'))}*12*ICN${number}*11*1`,
    `NM1*QC*1*DOE*JANE****MI*M${number}`,
    'NM1*82*1*ROE*RICHARD****XX*1234567893',
    'REF*1L*GROUP7',
    `DTM*232*${day}`,
    `DTM*233*${day}`,
    `AMT*AU*${amount(sum('charge'))}`,
    ...lines.flatMap(({ charge, contractual, coinsurance, paid }, line) => [
      `SVC*HC:9921${line}:25*${amount(charge)}*${amount(paid)}**1`,
      `DTM*472*${day}`,
      `CAS*CO*45*${amount(contractual)}`,
      `CAS*PR*2*${amount(coinsurance)}`,
      `REF*6R*L${number}${line}`,
      `AMT*B6*${amount(charge - contractual)}`,
    ]),
  ];
  return { segments, paid: sum('paid') };
}

const CLAIMS_A_TRANSACTION = 5000;
const SEGMENTS_BEFORE = 8;

/** Writes a file of at least so many bytes: whole transactions of so many claims each. */
async function makeUp(file: string, bytes: number): Promise<void> {
  const out = createWriteStream(file);
  const write = async (segments: string[]): Promise<void> => {
    if (!out.write(segments.map((segment) => `${segment}~\n`).join(''))) await once(out, 'drain');
  };
  await write([
    'ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *260115*1200*^*00501*000000001*0*P*:',
    'GS*HP*PAYER*PROVIDER*20260115*1200*1*X*005010X221A1',
  ]);
  let transactions = 0;
  let number = 0;
  for (let written = 0; written < bytes;) {
    transactions += 1;
    const claims = Array.from({ length: CLAIMS_A_TRANSACTION }, () => claim((number += 1)));
    const body = claims.flatMap(({ segments }) => segments);
    const paid = claims.reduce((total, one) => total + one.paid, 0);
    await write([
      `ST*835*${String(transactions).padStart(4, '0')}`,
      `BPR*I*${amount(paid - 500)}*C*ACH*CCP*01*999999999*DA*1*1512345678**01*999999999*DA*2*20260115`,
      `TRN*1*TRACE${transactions}*1512345678`,
      'DTM*405*20260115',
      'N1*PR*ACME HEALTH PLAN*XV*12345',
      'N1*PE*SUNRISE CLINIC*XX*1234567893',
      'LX*1',
      ...body,
      'PLB*1234567893*20261231*WO:OLD*5.00',
      `SE*${body.length + SEGMENTS_BEFORE + 1}*${String(transactions).padStart(4, '0')}`,
    ]);
    written += body.reduce((total, segment) => total + segment.length + 2, 0);
  }
  await write([`GE*${transactions}*1`, 'IEA*1*000000001']);
  out.end();
  await once(out, 'finish');
}

const [first, second] = process.argv.slice(2);
const reading = readings[first ?? ''];
if (reading && second !== undefined) {
  const start = performance.now();
  const read = await reading(second);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage();
  const run: Run = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    read,
  };
  console.log(JSON.stringify(run));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'arledger-bench-'));
  try {
    const file = second ?? join(folder, 'remittances.835');
    if (second === undefined) await makeUp(file, Number(first ?? 20) * 1e6);
    const mb = statSync(file).size / 1e6;
    console.log(`${mb.toFixed(1)} MB, Node ${process.version}`);
    for (let round = 0; round < RUNS; round += 1) {
      for (const name of Object.keys(readings)) {
        const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, file], {
          encoding: 'utf8',
        });
        const run = JSON.parse(output) as Run;
        const speed = `${(mb / run.seconds).toFixed(1).padStart(8)} MB/s`;
        const cost = `${run.cpuSeconds.toFixed(2)} s CPU  peak ${run.peakMb.toFixed(0).padStart(4)} MiB`;
        console.log(`${name.padEnd(20)} ${speed}  ${cost}  ${run.read}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
