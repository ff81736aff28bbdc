import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Remittance files that nobody here wrote, read in place, and their index, in which somebody else counted what balances.
 */
const FOLDER = join(import.meta.dirname, '../../../../shared/data');

/** Whether the files are there; where not, this says so. */
export const samplesAreThere = existsSync(join(FOLDER, 'INDEX.tsv'));
if (!samplesAreThere) console.log(`skipped: the sample remittances are not in ${FOLDER}`);

export interface Sample {
  /** Name of the file, without its folder. */
  file: string;
  /** In the words of the index, such as `BALANCES` or `UNBALANCED(claims 1/3, tx 0/1, svc 5/5)`. */
  balance: string;
}

/** Every 835 of the index, in the order of their names; none where the files are not there. */
export function samples(): Sample[] {
  if (!samplesAreThere) return [];
  const rows = readFileSync(join(FOLDER, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.split('\t'))
    .filter(([path]) => path?.startsWith('835/'))
    .map(([path, , , , balance]) => ({ file: path!.slice('835/'.length), balance: balance! }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** The bytes of a sample. */
export function bytesOf(file: string): Buffer {
  return readFileSync(join(FOLDER, '835', file));
}
