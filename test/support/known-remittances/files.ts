import { Random } from '../../../src/generator/random.js';
import { STYLES, fileText } from './file-text.js';
import type { KnownTransaction } from './model.js';
import type { DatedTransaction } from './transactions.js';

/** A file as a clearing house would hand it over. */
export interface KnownFile {
  name: string;
  text: string;
}

/** Puts transactions into files, a few in each, some under an ISA of their own. */
export function filesOf(
  transactions: readonly DatedTransaction[],
  random: Random,
  name: string,
): KnownFile[] {
  const byPeriod = [...transactions]
    .sort((a, b) => a.period - b.period)
    .map(({ transaction }) => transaction);
  const files: KnownFile[] = [];
  for (let at = 0; at < byPeriod.length;) {
    const count = random.weighted([
      [5, 1],
      [3, 2],
      [1, 4],
    ]);
    files.push(fileOf(byPeriod.slice(at, at + count), random, `${name}-${files.length + 1}.835`));
    at += count;
  }
  return files;
}

/** One file of some transactions, with control numbers and delimiters as they come. */
function fileOf(transactions: readonly KnownTransaction[], random: Random, name: string): KnownFile {
  const interchanges: KnownTransaction[][] = [];
  for (const transaction of transactions) {
    const open = interchanges.at(-1);
    if (open && open[0]!.version === transaction.version && random.permille(600)) open.push(transaction);
    else interchanges.push([transaction]);
  }
  const numbers = { interchange: random.between(1, 900_000), transaction: random.between(1, 9_000) };
  return { name, text: fileText(interchanges, random.pick(STYLES), numbers) };
}

/** The files in an order of their own: what arrives first need not have been sent first. */
export function arrivals<T>(files: readonly T[], seed: number): T[] {
  const random = new Random(seed, 0xa44);
  const left = [...files];
  for (let i = left.length - 1; i > 0; i -= 1) {
    const j = random.between(0, i);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}
