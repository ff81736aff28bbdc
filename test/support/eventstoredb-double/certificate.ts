import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate of one's own for the loopback interface. */
export interface Certificate {
  key: Buffer;
  certificate: Buffer;
  /** Holds the certificate, which is its own authority: for `tlsCaFile`. */
  file: string;
}

/** Whether this machine can make one. */
export function canMakeCertificates(): boolean {
  return spawnSync('openssl', ['version']).status === 0;
}

/** Makes a certificate in a folder, by `openssl`. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const key = join(folder, 'node.key');
  const file = join(folder, 'node.crt');
  const subject = ['-subj', '/CN=eventstoredb-node', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2'],
    ...subject,
    ...['-keyout', key, '-out', file],
  ]);
  return { key: await readFile(key), certificate: await readFile(file), file };
}
