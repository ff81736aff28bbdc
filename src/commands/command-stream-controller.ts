import { Readable } from 'node:stream';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { NDJSON } from '../http/fastify-edge.js';
import { problemError, validationFailed } from '../http/problem.js';
import type { FieldError } from '../ledger/rejection.js';
import { LOG } from '../logging.js';
import { STOPPING } from '../stopping.js';
import { type CommandAnswer, runCommandLines } from './command-stream.js';
import { linesOf } from './lines.js';
import { senderOf, streamSentAs } from './received.js';

const DESCRIPTION = `
A line is a command, \`{"type":"PostCharge","accountId":"…", …}\` with the fields of its body and what its path would
hold; the answers are one line each, \`{line, status, …}\`, in the order of the lines: the receipt, or the problem. Up to
1,000 lines are under way at once, different accounts side by side, one account in order. Read the answers while you
send: who does not is kept from sending on. A line that cannot be used (not JSON, broken UTF-8, longer than 1 MB, an
unknown type, a wrong field) has its own answer and the rest goes on; blank lines are counted and have none.
\`X-Actor\` and \`traceparent\` count for every line; \`If-Match\` is refused.
`;

/** The door for many commands: NDJSON in, NDJSON out, both as streams. */
@Controller('v1')
@ApiTags('commands')
export class CommandStreamController {
  constructor(
    private readonly bus: CommandBus,
    @Inject(LOG) private readonly log: Logger,
    @Inject(STOPPING) private readonly stopping: AbortController,
  ) {}

  @Post('commands')
  @ApiOperation({
    summary: 'Carry out many commands',
    operationId: 'RunCommands',
    description: DESCRIPTION.trim(),
  })
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'application/x-ndjson' })
  @ApiResponse({ status: 200, content: { [NDJSON]: { schema: { type: 'object' } } } })
  run(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const errors: FieldError[] = [];
    const { ifRevision, ...sender } = senderOf(request, errors);
    if (ifRevision !== undefined) errors.push({ field: 'If-Match', message: 'is for single commands' });
    if (errors.length > 0) throw validationFailed(errors);
    const sent = streamSentAs([NDJSON], request);
    if (!sent) throw problemError('unsupported_media_type', 415, `Send ${NDJSON}.`);
    const answers = runCommandLines(
      linesOf(untilAborted(sent, this.stopping.signal)),
      (command) => {
        command.sender = sender;
        return this.bus.execute(command);
      },
      { log: this.log },
    );
    void reply
      .status(200)
      .type(NDJSON)
      .send(Readable.from(asText(answers), { objectMode: false }));
  }
}

/**
 * Passes chunks on until the signal, then breaks off with an error: what was begun is answered, and the connection is
 * cut rather than ended, so that the client knows that lines are left without an answer.
 */
async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const source = chunks[Symbol.asyncIterator]();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Error('the service stops'));
  aborted.catch(() => undefined);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const next = await Promise.race([source.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Ending the source closes the connection, over which answers are still to go when the service stops.
    if (!signal.aborted) await source.return?.();
  }
}

async function* asText(answers: AsyncIterable<CommandAnswer>): AsyncGenerator<string> {
  for await (const answer of answers) yield `${JSON.stringify(answer)}\n`;
}
