import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountCommand } from '../ledger/commands.js';
import {
  type NothingToPost,
  REQUIRED_COLUMNS,
  SyntheaConversion,
  type SyntheaColumn,
  type SyntheaRow,
  type UnusableRow,
} from './conversion.js';
import { Claims } from './coverage.js';
import { readCsv } from './csv-file.js';
import { FileSums } from './file-sums.js';

export const TRANSACTIONS = 'claims_transactions.csv';

/** A command and the line of the row that it comes from. */
export interface ImportedCommand {
  line: number;
  command: AccountCommand;
}

export interface SyntheaFolder {
  /** Folder of the CSV files. */
  folder: string;
  timeZone: string;
  /** Hears of each row that cannot be used, as it is met. */
  onUnusable: (row: UnusableRow) => void;
  /** Hears how many bytes have been read. */
  onBytes?: (bytes: number) => void;
}

/** A pass over a Synthea folder: its commands in the order of the file, and what was met on the way. */
export class SyntheaImport {
  readonly fileSums = new FileSums();
  readonly nothing: Record<NothingToPost, number> = {
    no_money: 0,
    transfer_in_came_first: 0,
    transfer_to_same_party: 0,
  };
  rows = 0;
  unusable = 0;

  private constructor(
    private readonly options: SyntheaFolder,
    private readonly conversion: SyntheaConversion,
  ) {}

  /** Reads the small files beside the transactions, as far as they are there. */
  static async open(options: SyntheaFolder): Promise<SyntheaImport> {
    const claims = new Claims();
    const beside = (name: string): string => join(options.folder, name);
    if (existsSync(beside('claims.csv'))) await claims.readClaims(beside('claims.csv'));
    if (existsSync(beside('payers.csv'))) await claims.readPayers(beside('payers.csv'));
    return new SyntheaImport(options, new SyntheaConversion(claims, options.timeZone, TRANSACTIONS));
  }

  /** @throws BrokenCsvFile where the file cannot be read on; the commands up to there have been given */
  async *commands(): AsyncGenerator<ImportedCommand> {
    const path = join(this.options.folder, TRANSACTIONS);
    const rows: AsyncIterable<SyntheaRow> = readCsv<SyntheaColumn>(
      path,
      REQUIRED_COLUMNS,
      this.options.onBytes,
    );
    for await (const row of rows) {
      this.rows += 1;
      this.fileSums.add(row.get);
      const converted = this.conversion.convert(row);
      if ('unusable' in converted) this.tell({ line: row.line, ...converted.unusable });
      else if ('nothing' in converted) this.nothing[converted.nothing] += 1;
      else if ('commands' in converted) {
        for (const command of converted.commands) yield { line: row.line, command };
      }
    }
    for (const row of this.conversion.unmatched()) this.tell(row);
  }

  /** The patients met, as the file names them. */
  get patients(): ReadonlySet<string> {
    return this.conversion.patients;
  }

  get rowIds(): SyntheaConversion['rowIds'] {
    return this.conversion.rowIds;
  }

  get toSameParty(): SyntheaConversion['toSameParty'] {
    return this.conversion.toSameParty;
  }

  private tell(row: UnusableRow): void {
    this.unusable += 1;
    this.options.onUnusable(row);
  }
}
