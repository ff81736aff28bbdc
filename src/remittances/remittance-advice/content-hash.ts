/** What makes a SHA-256: `createHash('sha256')` of node:crypto is one. Given from outside, since this room does no I/O. */
export interface ContentHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}
