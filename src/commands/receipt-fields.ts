import { ApiProperty } from '@nestjs/swagger';

class EventFields {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'ChargePosted' })
  type!: string;
}

/** How OpenAPI describes a receipt; `receipt.ts` makes them. */
export class ReceiptFields {
  @ApiProperty()
  accountId!: string;

  @ApiProperty({ description: "The account's revision after the command." })
  revision!: number;

  @ApiProperty({ description: 'Opaque; for ?waitFor= of queries.' })
  position!: string;

  @ApiProperty({ type: [EventFields] })
  events!: EventFields[];

  @ApiProperty({
    required: false,
    description: 'And so on: every stored value that the caller did not give just so.',
  })
  effectiveOn?: string;
}
