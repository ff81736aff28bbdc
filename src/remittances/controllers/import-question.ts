import { OneOfField } from '../../http/value-fields.js';

/** The parameters of an import. */
export class ImportQuestion {
  @OneOfField(['true', 'false'] as const, {
    optional: true,
    description: 'Open accounts and post the charges that the remittances state where there are none.',
  })
  createAccounts?: 'true' | 'false';

  @OneOfField(['true', 'false'] as const, {
    optional: true,
    description: 'Say what would be posted, and keep nothing.',
  })
  dryRun?: 'true' | 'false';
}
