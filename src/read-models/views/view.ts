/** A view for reporting tools: a stable name, columns by their names, each with what it means. */
export interface View {
  name: string;
  comment: string;
  /** What it reads from, as SQL. */
  from: string;
  columns: Record<string, { is: string; comment: string }>;
}

/** Empty text where a part of a key does not apply shows as NULL. */
export const orNull = (column: string): string => `nullif(${column}, '')`;

/** Whether the account of a row, or whatever else events were set aside of, can be trusted. */
export const trustworthy = (alias: string, of = `${alias}.account_id`): View['columns'][string] => ({
  is: `not exists (select 1 from ledger_internal.dead_letters d where d.account_id = ${of})`,
  comment: 'False when an event of the account could not be projected: its figures are then incomplete.',
});

/** The columns that name a party. */
export const partyColumns = (alias: string): View['columns'] => ({
  party: { is: `${alias}.party`, comment: 'patient or payer; other for money of anyone else' },
  payer_id: { is: orNull(`${alias}.payer_id`), comment: 'The payer; NULL for others' },
  payer_position: {
    is: orNull(`${alias}.payer_position`),
    comment: 'primary, secondary or tertiary; NULL where it does not apply',
  },
});

/** The statements that make a view under its name, or bring it to this definition, and say what it is. */
export function statementsOf({ name, comment, from, columns }: View): string[] {
  const selected = Object.entries(columns).map(([column, { is }]) => `${is} as ${column}`);
  const create = `view ledger.${name} as select ${selected.join(',\n  ')}\n${from}`;
  return [
    replaceOrMakeAnew(create, `view ledger.${name}`, 'invalid_table_definition'),
    `comment on view ledger.${name} is ${literal(comment)}`,
    ...Object.entries(columns).map(
      ([column, said]) => `comment on column ledger.${name}.${column} is ${literal(said.comment)}`,
    ),
  ];
}

/**
 * Replaces an object in place, so that grants and what is built on it stay; only where its shape differs is it dropped
 * first. Runs inside a transaction: nobody sees the moment between.
 */
export function replaceOrMakeAnew(create: string, object: string, refusal: string): string {
  return `do $install$ begin
    execute ${dollars(`create or replace ${create}`)};
  exception when ${refusal} then
    execute ${dollars(`drop ${object}`)};
    execute ${dollars(`create ${create}`)};
  end $install$`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function dollars(statement: string): string {
  return `$statement$${statement}$statement$`;
}
