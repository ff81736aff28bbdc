import { CommanderError } from 'commander';
import { ProblemError } from '../http/problem.js';
import { QueryRefused } from '../read-models/queries/refusals.js';

/** How a command ends: done, refused or not matching, asked in a way that cannot be understood. */
export const EXIT = { done: 0, refused: 1, usage: 2, stopped: 130 } as const;

/** Something a command has to say no to; the message says what to do. */
export class CommandFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: number = EXIT.refused,
  ) {
    super(message);
    this.name = 'CommandFailed';
  }
}

/** Asked in a way that cannot be understood. */
export function usageError(message: string): CommandFailed {
  return new CommandFailed('usage', message, EXIT.usage);
}

/** Stopped by Ctrl-C or SIGTERM. */
export class Stopped extends Error {
  constructor(readonly remark: string) {
    super(remark);
    this.name = 'Stopped';
  }
}

/** Errors whose message is written for whoever starts a command, by their names. */
const CODES: Readonly<Partial<Record<string, string>>> = {
  BrokenCsvFile: 'broken_csv_file',
  CategoriesDiffer: 'categories_differ',
  ConnectionStringUnusable: 'connection_string_unusable',
  DatabaseUnavailable: 'database_unavailable',
  DocumentUnreadable: 'document_unreadable',
  DocumentsUnavailable: 'documents_unavailable',
  EventLogDamaged: 'event_log_damaged',
  EventLogMissing: 'event_log_missing',
  EventNotCopied: 'event_not_copied',
  FolderInUse: 'data_folder_in_use',
  FolderUnusable: 'data_folder_unusable',
  PGliteDoesNotOpen: 'read_models_do_not_open',
  ProjectionsBehind: 'projections_behind',
  ProjectionsDiffer: 'projections_differ',
  ProjectionsNewer: 'projections_newer',
  RebuildUnderWay: 'rebuild_under_way',
  SchemaNewer: 'schema_newer',
  StoreAccessDenied: 'store_access_denied',
  StoreUnavailable: 'store_unavailable',
  TargetNotACopy: 'target_not_a_copy',
  TargetWrittenByOthers: 'target_written_by_others',
  UnknownProjection: 'unknown_projection',
  UserProjectionFaulted: 'user_projection_faulted',
  UserProjectionsDenied: 'user_projections_denied',
  UserProjectionsNotBuilt: 'user_projections_not_built',
  UserProjectionsOff: 'user_projections_off',
};

/** What is told about an error: one line, and how to end. */
export function explain(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CommandFailed) {
    return { line: `${error.code}: ${error.message}`, exitCode: error.exitCode };
  }
  if (error instanceof Stopped) return { line: `stopped: ${error.remark}`, exitCode: EXIT.stopped };
  if (error instanceof CommanderError) return { line: error.message, exitCode: EXIT.usage };
  if (error instanceof ProblemError) {
    const { code, detail, errors } = error.problem;
    const fields = Array.isArray(errors)
      ? ` (${errors.map((e: { field: string; message: string }) => `${e.field} ${e.message}`).join('; ')})`
      : '';
    const exitCode = error.problem.status === 400 ? EXIT.usage : EXIT.refused;
    return { line: `${code}: ${detail}${fields}`, exitCode };
  }
  if (error instanceof QueryRefused) {
    const exitCode = error.code === 'validation_failed' ? EXIT.usage : EXIT.refused;
    return { line: `${error.code}: ${error.message}`, exitCode };
  }
  if (!(error instanceof Error)) return { line: `unforeseen: ${String(error)}`, exitCode: EXIT.refused };
  if (error.name === 'ConfigError') {
    return { line: `configuration: ${error.message}`, exitCode: EXIT.refused };
  }
  const system = systemError(error);
  if (system !== undefined) return { line: system, exitCode: EXIT.refused };
  const code = CODES[error.name];
  const message = error.message.replace(/\s*\n\s*/g, ' ');
  return {
    line:
      code === undefined
        ? `unforeseen: ${error.name}: ${message}; please report it, with what LOG_LEVEL=debug prints`
        : `${code}: ${message}`,
    exitCode: error.name === 'UnknownProjection' ? EXIT.usage : EXIT.refused,
  };
}

const SYSTEM_REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be read or written by this user',
  EPERM: 'it may not be read or written by this user',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk has no more room for this user',
  EROFS: 'the disk can only be read',
  EIO: 'the disk or the terminal fails',
};

/** Why nobody can listen where HOST and PORT say. */
const LISTENING_REASONS: Readonly<Partial<Record<string, string>>> = {
  EADDRINUSE: 'another process listens there; set PORT to another one',
  EACCES: 'this user may not listen there; set PORT to 1024 or above',
  EPERM: 'this user may not listen there; set PORT to 1024 or above',
  EADDRNOTAVAIL:
    'this machine has no such address; set HOST to one that it has, such as 127.0.0.1, or to 0.0.0.0 for all',
  EAFNOSUPPORT: 'this machine has no such kind of address; set HOST to another one, such as 127.0.0.1',
  EINVAL: 'nobody can listen at this address; set HOST to another one, such as 127.0.0.1',
};

const UNKNOWN_NAME = 'this name leads to no address; set HOST to an address, such as 127.0.0.1';

interface SystemError extends NodeJS.ErrnoException {
  address?: string;
  port?: number;
  hostname?: string;
}

function systemError(error: SystemError): string | undefined {
  const { code, syscall, path, address, port, hostname } = error;
  if (code === undefined) return undefined;
  // Names of databases are looked up too, but what comes of it is a DatabaseUnavailable.
  const reason =
    syscall === 'listen'
      ? LISTENING_REASONS[code]
      : syscall === 'getaddrinfo'
        ? UNKNOWN_NAME
        : SYSTEM_REASONS[code];
  if (reason === undefined) return undefined;
  const host = address?.includes(':') ? `[${address}]` : address;
  const what = path ?? (host === undefined ? hostname : `${host}:${port ?? ''}`);
  return `${code.toLowerCase()}: ${what === undefined ? '' : `${what}: `}${reason}`;
}
