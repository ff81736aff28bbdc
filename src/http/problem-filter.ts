import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { NDJSON, X12_TYPES, sendProblem } from './fastify-edge.js';
import { type Problem, ProblemError, RETRY_AFTER_SECONDS, problem, problemOf } from './problem.js';
import type { RouteTable } from './route-table.js';

/** Turns every error into a problem (RFC 9457), once, at the edge. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const found =
      error instanceof HttpException ? this.ofHttp(error, request, reply) : problemOf(error, this.log);
    if (error instanceof ProblemError) void reply.headers(error.headers);
    if (found.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    void sendProblem(reply, found);
  }

  /** What Nest and Fastify refuse by themselves. */
  private ofHttp(error: HttpException, request: FastifyRequest, reply: FastifyReply): Problem {
    const status = error.getStatus();
    switch (status) {
      case 400:
        return problem('validation_failed', 400, 'The request is malformed.', {
          errors: [{ field: 'body', message: 'is not what its headers announce' }],
        });
      case 404: {
        const methods = this.routes.methodsOf(request.url);
        if (methods.length === 0) return problem('route_not_found', 404, 'There is no such path; see /docs.');
        void reply.header('allow', methods.join(', '));
        return problem('method_not_allowed', 405, 'The path does not answer this method; see Allow.');
      }
      case 413:
        return problem(
          'body_too_large',
          413,
          'The body is larger than 1 MB; send less, or many lines to /v1/commands.',
        );
      case 415:
        return problem(
          'unsupported_media_type',
          415,
          `Send application/json; /v1/commands takes ${NDJSON}, /v1/remittances ${X12_TYPES.join(' or ')}.`,
        );
      default:
        return status < 500
          ? problem('request_refused', status, 'The request cannot be answered as it is.')
          : problemOf(error, this.log);
    }
  }
}
