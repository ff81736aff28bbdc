/** Injection token of the one document store. */
export const DOCUMENTS = Symbol('DocumentStore');

/** Injection token of what opens a store for files that are only looked at: they are gone when it is let go. */
export const TEMPORARY_DOCUMENTS = Symbol('TemporaryDocuments');

/** A file as it was received. */
export interface KeptDocument {
  /** Of its bytes. */
  sha256: string;
  bytes: number;
}

/**
 * The files that were received, byte for byte. They hold names, so they are kept apart from the events, which know them
 * by hash and segment number; erasing one takes nothing from the ledger.
 *
 * They are no read models: a rebuild leaves them alone, and nothing makes them anew. A backup of the event log is whole
 * without them; whoever wants the files back as well backs up the folder `documents` of ARLEDGER_DATA, or, with
 * DATABASE_URL, the schema `ledger_documents` (`pg_dump --schema=ledger_documents`). What was erased stays in backups
 * that were made before.
 */
export interface DocumentStore {
  /**
   * Keeps a file; it is durable when the promise resolves. The same content is kept once.
   *
   * @throws DocumentsUnavailable when the store is away or full; errors of the source pass through, and nothing is kept
   */
  keep(source: AsyncIterable<Uint8Array>): Promise<KeptDocument>;
  /**
   * The bytes of a file in order; undefined when it was erased or never kept. At their end they are compared with its
   * hash.
   *
   * @throws DocumentsUnavailable, also while the bytes are read; DocumentUnreadable while they are read
   */
  open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Erases a file for good; false when there was none.
   *
   * @throws DocumentsUnavailable
   */
  erase(sha256: string): Promise<boolean>;
}

/** The document store is away or full; the caller may try again. */
export class DocumentsUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentsUnavailable';
  }
}

/** What is kept is not what was received, or it was erased while it was read; trying again changes nothing. */
export class DocumentUnreadable extends Error {
  constructor(readonly sha256: string) {
    super(`document ${sha256} is damaged, or was erased while it was read`);
    this.name = 'DocumentUnreadable';
  }
}

/** Whether this can name a document: nothing else is ever looked for. */
export function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
