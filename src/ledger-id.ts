import { createHash } from 'node:crypto';

const AS_IT_IS = /^(?!enc:|sha:)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const ENCODED_BYTES_MAX = 45;

/**
 * The ledger's id for an id of the file: itself where it can be one, as Synthea's UUIDs are; otherwise `enc:` and the
 * base64url of its UTF-8 bytes, which can be read back; from 46 bytes on `sha:` and the base64url of their SHA-256.
 * Different ids of the file never share one, and the same id gives the same one in every run.
 */
export function ledgerId(id: string): string {
  if (AS_IT_IS.test(id)) return id;
  const bytes = Buffer.from(id, 'utf8');
  if (bytes.length <= ENCODED_BYTES_MAX) return `enc:${bytes.toString('base64url')}`;
  return `sha:${createHash('sha256').update(bytes).digest('base64url')}`;
}
