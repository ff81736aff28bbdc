import type { Party, PayerInPosition } from '../ledger/party.js';
import { readCsv } from './csv-file.js';
import { ledgerId } from '../ledger-id.js';

/** What `claims.csv` says of a claim that the transactions do not. */
export interface Claim {
  primary?: string;
  secondary?: string;
  diagnoses: string[];
}

const DIAGNOSES = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `DIAGNOSIS${n}`);

/** A payer that the files do not name: `claims.csv` is absent, or has no payer in that position. */
const UNNAMED = { primary: 'unnamed-primary', secondary: 'unnamed-secondary' } as const;

/** The claims with their insurances, as far as the files that tell are there. */
export class Claims {
  private readonly claims = new Map<string, Claim>();
  private readonly uninsured = new Set<string>();
  /** Each id kept once: a payer covers many claims. */
  private readonly known = new Map<string, string>();

  /** Reads `claims.csv`. */
  async readClaims(path: string): Promise<void> {
    const columns = ['Id', 'PRIMARYPATIENTINSURANCEID', 'SECONDARYPATIENTINSURANCEID'] as const;
    for await (const row of readCsv<string>(path, columns)) {
      const primary = this.keep(row.get('PRIMARYPATIENTINSURANCEID'));
      const secondary = this.keep(row.get('SECONDARYPATIENTINSURANCEID'));
      this.claims.set(row.get('Id'), {
        ...(primary ? { primary } : {}),
        ...(secondary ? { secondary } : {}),
        diagnoses: DIAGNOSES.map((column) => this.keep(row.get(column))),
      });
    }
  }

  /** Reads `payers.csv`: which "payer" means that nobody but the patient pays. */
  async readPayers(path: string): Promise<void> {
    for await (const row of readCsv<string>(path, ['Id', 'NAME'])) {
      const says = [row.get('NAME'), row.get('OWNERSHIP')].map((text) => text.toUpperCase());
      if (says.includes('NO_INSURANCE')) this.uninsured.add(row.get('Id'));
    }
  }

  /** The codes that a row's references name, in their order. */
  diagnosesOf(claimId: string, references: readonly string[]): string[] {
    const codes = this.claims.get(claimId)?.diagnoses;
    if (!codes) return [];
    const named = references.map((ref) => codes[Number(ref) - 1] ?? '').filter((code) => code !== '');
    return [...new Set(named)];
  }

  /**
   * Who a transfer type means on a claim: `1` its primary payer, `2` its secondary, `p` the patient; undefined for
   * anything else. Without insurance it is the patient, whatever the type.
   */
  partyOf(claimId: string, transferType: string): Party | undefined {
    switch (transferType) {
      case '1':
        return this.payer(claimId, 'primary');
      case '2':
        return this.payer(claimId, 'secondary');
      case 'p':
      case 'P':
        return { party: 'patient' };
      case '':
        return this.claims.get(claimId)?.primary ? this.payer(claimId, 'primary') : { party: 'patient' };
    }
    return undefined;
  }

  private payer(claimId: string, position: 'primary' | 'secondary'): Party {
    const payerId = this.claims.get(claimId)?.[position];
    if (payerId !== undefined && this.uninsured.has(payerId)) return { party: 'patient' };
    return {
      party: 'payer',
      payerId: payerId === undefined ? UNNAMED[position] : ledgerId(payerId),
      position,
    } satisfies PayerInPosition;
  }

  private keep(text: string): string {
    const kept = this.known.get(text);
    if (kept !== undefined) return kept;
    this.known.set(text, text);
    return text;
  }
}
