/** Imports flow one way: doors -> commands and read-models -> ledger; adapters -> port. */
const pure = '^(src/ledger|projections)/';
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the-ledger-is-pure',
      comment:
        'Rules import no framework, no I/O and no other room; decimal.js and zod are the libraries they know.',
      severity: 'error',
      from: { path: '^src/ledger/' },
      to: { pathNot: ['^src/ledger/', '^node_modules/(decimal\\.js|zod)/'] },
    },
    {
      name: 'projections-are-pure',
      comment: 'Folds know the ledger and each other, so that the same file runs inside EventStoreDB.',
      severity: 'error',
      from: { path: '^projections/' },
      to: { pathNot: ['^projections/', '^src/ledger/', '^node_modules/(decimal\\.js|zod)/'] },
    },
    {
      name: 'pure-rooms-import-no-node-modules-of-the-runtime',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'x12-is-pure',
      comment:
        'The reader knows segments and envelopes, of whatever transaction set; no other room, no library, no I/O.',
      severity: 'error',
      from: { path: '^src/x12/' },
      to: { pathNot: '^src/x12/' },
    },
    {
      name: 'the-remittance-model-is-pure',
      comment:
        'What an 835 says and whether it balances: from segments and the money and dates of the ledger alone.',
      severity: 'error',
      from: { path: '^src/remittances/remittance-advice/' },
      to: { pathNot: '^src/(remittances/remittance-advice|x12|ledger)/' },
    },
    {
      name: 'settlement-is-pure',
      comment:
        'What becomes of a claim on its account: from what the 835 says and the rules of the ledger alone.',
      severity: 'error',
      from: { path: '^src/remittances/settlement/' },
      to: { pathNot: '^src/(remittances/(settlement|remittance-advice)/|ledger/|ledger-id\\.ts$)' },
    },
    {
      name: 'commands-and-read-models-never-meet',
      severity: 'error',
      from: { path: '^src/(commands|read-models)/' },
      to: { path: '^src/(commands|read-models)/', pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-know-only-the-port',
      severity: 'error',
      from: { path: '^src/event-store/' },
      to: { path: '^src/', pathNot: '^src/(event-store|ledger)/' },
    },
    {
      name: 'copying-knows-only-the-port',
      severity: 'error',
      from: { path: '^src/copy/' },
      to: { path: '^src/', pathNot: '^src/(copy/|event-store/[^/]+$)' },
    },
    {
      name: 'only-the-composition-root-names-adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(event-store/|app\\.module|composition)' },
      to: { path: '^src/event-store/(embedded|eventstoredb)/' },
    },
    {
      name: 'only-the-composition-root-names-document-stores',
      comment: 'Where received files lie is chosen by the configuration, and known to nobody else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module|composition)' },
      to: { path: '^src/remittances/documents/(folder|database)-documents\\.ts$' },
    },
    {
      name: 'inner-rooms-do-not-know-the-doors',
      severity: 'error',
      from: { path: '^src/(ledger|event-store|database|http|commands|read-models)/' },
      to: { path: '^src/(main|cli|app\\.module|command-line/)' },
    },
    {
      name: 'only-tracing-knows-more-of-opentelemetry-than-its-api',
      comment: 'The SDK is loaded where traces are wanted, and nowhere else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing\\.ts$' },
      to: { path: '^node_modules/@opentelemetry/(?!api/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
