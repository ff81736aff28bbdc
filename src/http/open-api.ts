import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `
Accounts-receivable ledger. Every amount a patient account ever owed, was paid, was adjusted or was denied is one event.

**Values.** Money is a decimal string with exactly the currency's minor digits. Dates are \`YYYY-MM-DD\` (1900–2199),
instants ISO 8601 UTC. Ids are 1–64 of \`A-Za-z0-9._:-\`. A field that is not known, and \`null\`, are refused; leave a
field out instead. Texts hold no control characters (notes may have line ends and tabs). Bodies are UTF-8 JSON of at
most 1 MB and 16 levels; a name twice in one object is refused.

**Repeating.** The caller's id is the idempotency key: the same id with the same content is answered \`200\` with the
first receipt, whatever \`If-Match\` says, and appends nothing; with other content it is \`409 id_already_used\`.

**Receipts** hold every value of the stored event that the caller did not give in just that form. \`ETag\` is the
account's revision after the event of the receipt. \`If-Match: "7"\` carries a command out only at revision 7 of the
account, \`If-Match: *\` only if it exists.

**Problems** are RFC 9457 with a stable \`code\`. Everything malformed is \`400 validation_failed\` with \`errors\`. A
\`503\` has \`Retry-After\`; send the same again.

**Headers.** \`X-Actor\` says who (at most 128 characters); the trace id of W3C \`traceparent\` is kept with the event.
`;

/** Serves the description at `/openapi.json` and its pages, without anything from elsewhere, at `/docs`. */
export function serveOpenApi(app: INestApplication, version: string): void {
  const document = new DocumentBuilder()
    .setTitle('arledger')
    .setDescription(DESCRIPTION.trim())
    .setVersion(version);
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document.build()), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'arledger',
  });
}
