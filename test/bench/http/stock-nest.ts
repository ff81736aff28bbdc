import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Module, Param, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsDateString,
  IsDecimal,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { createLogger, nestOptions } from '../../../src/logging.js';

/*
 * A charge and a payment as NestJS's own documentation would have them taken: ValidationPipe over decorated classes,
 * the command bus, and a handler that does nothing.
 */

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

class PartyDto {
  @IsIn(['patient', 'payer'])
  party!: string;

  @IsOptional()
  @Matches(ID)
  payerId?: string;

  @IsOptional()
  @IsIn(['primary', 'secondary', 'tertiary'])
  position?: string;
}

class CodeDto {
  @IsIn(['CPT', 'HCPCS'])
  system!: string;

  @IsString()
  @MaxLength(64)
  value!: string;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  modifiers?: string[];
}

class AllocationDto {
  @Matches(ID)
  chargeId!: string;

  @IsDecimal()
  amount!: string;
}

class ChargeDto {
  @Matches(ID)
  chargeId!: string;

  @IsDateString()
  serviceDate!: string;

  @IsDecimal()
  amount!: string;

  @ValidateNested()
  @Type(() => CodeDto)
  code!: CodeDto;

  @ValidateNested()
  @Type(() => PartyDto)
  responsible!: PartyDto;
}

class PaymentDto {
  @Matches(ID)
  paymentId!: string;

  @IsDecimal()
  amount!: string;

  @ValidateNested()
  @Type(() => PartyDto)
  from!: PartyDto;

  @IsIn(['cash', 'check', 'card', 'eft'])
  method!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AllocationDto)
  allocations!: AllocationDto[];
}

class PostStockCharge {
  constructor(
    readonly accountId: string,
    readonly charge: ChargeDto,
  ) {}
}

class PostStockPayment {
  constructor(
    readonly accountId: string,
    readonly payment: PaymentDto,
  ) {}
}

@CommandHandler(PostStockCharge)
class PostStockChargeHandler implements ICommandHandler<PostStockCharge> {
  execute({ accountId, charge }: PostStockCharge): Promise<object> {
    return Promise.resolve({ accountId, id: charge.chargeId });
  }
}

@CommandHandler(PostStockPayment)
class PostStockPaymentHandler implements ICommandHandler<PostStockPayment> {
  execute({ accountId, payment }: PostStockPayment): Promise<object> {
    return Promise.resolve({ accountId, id: payment.paymentId });
  }
}

@Controller('v1/accounts/:accountId')
class StockController {
  constructor(private readonly bus: CommandBus) {}

  @Post('charges')
  charge(@Param('accountId') accountId: string, @Body() body: ChargeDto): Promise<object> {
    return this.bus.execute(new PostStockCharge(accountId, body));
  }

  @Post('payments')
  payment(@Param('accountId') accountId: string, @Body() body: PaymentDto): Promise<object> {
    return this.bus.execute(new PostStockPayment(accountId, body));
  }
}

@Module({
  imports: [CqrsModule.forRoot()],
  controllers: [StockController],
  providers: [PostStockChargeHandler, PostStockPaymentHandler],
})
class StockModule {}

/** Listens on a free port; gives it. */
export async function startStockNest(): Promise<number> {
  const app = await NestFactory.create<NestFastifyApplication>(
    StockModule,
    new FastifyAdapter(),
    nestOptions(createLogger('silent')),
  );
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}
