import { ApiProperty } from '@nestjs/swagger';

/** How OpenAPI describes a problem; `problem.ts` makes them. */
export class ProblemFields {
  @ApiProperty({ example: 'urn:arledger:problem:charge_not_found' })
  type!: string;

  @ApiProperty({ example: 'Charge not found' })
  title!: string;

  @ApiProperty({ example: 422 })
  status!: number;

  @ApiProperty({ description: 'What to do about it.' })
  detail!: string;

  @ApiProperty({ description: 'Stable; what a program goes by.', example: 'charge_not_found' })
  code!: string;
}

/** The part of a described answer that says it is a problem. */
export const PROBLEM = {
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemFields' } } },
};
