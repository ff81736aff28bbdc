import type { AccountCommand } from '../ledger/commands.js';
import { type CalendarDate, addDays, daysBetween } from '../ledger/calendar.js';
import { dollars, permilleOf } from './cents.js';
import { applyCopay, payPatientShare, takeCopay } from './patient-course.js';
import { payClaim } from './payer-course.js';
import { type Coverage, drawCoverage } from './payers.js';
import { Random } from './random.js';
import { type Line, Script, asParty } from './script.js';
import { drawEncounter } from './services.js';

/** The hospital to make up. The same options give the same commands, on every machine and for ever. */
export interface HospitalOptions {
  accounts: number;
  months: number;
  seed: number;
  /** First day; a fixed date unless given, since nothing here reads a clock. */
  from?: CalendarDate;
}

/** The first day of a made-up hospital when none is given. */
export const FIRST_DAY: CalendarDate = '2025-01-01';

type Task = { command: AccountCommand } | { visit: { account: number; encounter: number } };

/**
 * Makes up a hospital, one command at a time in the order of their dates, as the office would send them. The rules
 * accept every one of them. Only what is still to come of encounters under way is in memory, whatever the size.
 */
export function* hospital({
  accounts,
  months,
  seed,
  from = FIRST_DAY,
}: HospitalOptions): Generator<AccountCommand> {
  const days = daysBetween(from, monthsLater(from, months));
  const tasks = new Map<number, Task[]>();
  const plan = (day: number, task: Task): void => {
    if (day >= days) return;
    const planned = tasks.get(day);
    if (planned) planned.push(task);
    else tasks.set(day, [task]);
  };
  let opened = 0;
  for (let day = 0; day < days; day++) {
    for (; opened < accounts && Math.floor((opened * days) / accounts) === day; opened++) {
      yield openAccount(opened, seed, addDays(from, day));
      plan(day, { visit: { account: opened, encounter: 1 } });
    }
    const today = tasks.get(day) ?? [];
    // The list grows while it is worked off: a visit plans its own charges for the same day.
    for (const task of today) {
      if ('command' in task) {
        yield task.command;
        continue;
      }
      const { account, encounter } = task.visit;
      const random = new Random(seed, account, encounter);
      for (const { day: on, command } of visit(random, account, encounter, day, seed, from)) {
        plan(on, { command });
      }
      if (random.permille(800)) {
        plan(day + random.between(9, 110), { visit: { account, encounter: encounter + 1 } });
      }
    }
    tasks.delete(day);
  }
}

function accountIdOf(account: number): string {
  return `A${String(account + 1).padStart(6, '0')}`;
}

/** What belongs to the patient, not to one encounter, comes from a stream of its own. */
function patientOf(account: number, seed: number): { coverage: Coverage; entity: string } {
  const random = new Random(seed, account);
  return { coverage: drawCoverage(random), entity: random.permille(700) ? 'hospital' : 'clinic' };
}

function openAccount(account: number, seed: number, openedOn: CalendarDate): AccountCommand {
  const accountId = accountIdOf(account);
  const { entity } = patientOf(account, seed);
  return { type: 'OpenAccount', accountId, openedOn, entity, patientRef: `P${accountId.slice(1)}` };
}

/** One encounter and everything that follows from it; days may lie beyond the end of the hospital. */
function visit(
  random: Random,
  account: number,
  encounter: number,
  day: number,
  seed: number,
  from: CalendarDate,
): Script['scheduled'] {
  const { coverage } = patientOf(account, seed);
  const { primary } = coverage;
  const script = new Script(accountIdOf(account), encounter, from);
  const drawn = drawEncounter(random);
  const takesCopay = drawn.isVisit && primary !== undefined && primary.copayCents > 0 && random.permille(800);
  const copay = takesCopay
    ? { paymentId: takeCopay(script, random, day, primary.copayCents), cents: primary.copayCents }
    : undefined;

  const postedOn = day + random.between(0, 3);
  const provider = `DR-${String(random.between(1, 24)).padStart(2, '0')}`;
  const lines = drawn.lines.map(({ service, units }): Line => {
    const chargeId = script.id('CHG');
    const price = service.priceCents * units;
    script.add(postedOn, {
      type: 'PostCharge',
      chargeId,
      serviceDate: script.on(day),
      effectiveOn: script.on(postedOn),
      amount: dollars(price),
      code: {
        system: service.system,
        value: service.value,
        ...(service.modifiers ? { modifiers: service.modifiers } : {}),
      },
      responsible: primary ? asParty(primary) : { party: 'patient' },
      units,
      claimId: script.claimId,
      provider,
      placeOfService: drawn.placeOfService,
      diagnoses: drawn.diagnoses,
      description: service.description,
    });
    return { chargeId, price, atPayer: price, atSecondary: 0, atPatient: 0 };
  });

  if (primary) {
    const claim = { billedOn: postedOn + random.between(1, 5), isVisit: drawn.isVisit };
    const { patientFrom } = payClaim(script, random, { ...coverage, primary }, lines, claim);
    if (patientFrom === undefined) return script.scheduled;
    if (copay) applyCopay(script, random, patientFrom, copay, lines);
    payPatientShare(script, random, lines, patientFrom);
  } else {
    for (const line of lines) {
      line.atPatient = line.price;
      line.atPayer = 0;
    }
    if (random.permille(650)) discount(script, postedOn, lines);
    payPatientShare(script, random, lines, postedOn);
  }
  return script.scheduled;
}

/** The usual discount for patients without insurance. */
function discount(script: Script, day: number, lines: Line[]): void {
  const parts = lines.map((line) => ({ line, cents: permilleOf(line.price, 350) }));
  script.add(day, {
    type: 'PostAdjustment',
    adjustmentId: script.id('ADJ'),
    amount: dollars(parts.reduce((sum, { cents }) => sum + cents, 0)),
    category: 'discount',
    effectiveOn: script.on(day),
    allocations: parts.map(({ line, cents }) => ({
      chargeId: line.chargeId,
      amount: dollars(cents),
      responsible: { party: 'patient' },
    })),
  });
  for (const { line, cents } of parts) line.atPatient -= cents;
}

function monthsLater(date: CalendarDate, months: number): CalendarDate {
  const [year, month] = date.split('-').map(Number) as [number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  return addDays(first, Number(date.slice(8)) - 1);
}
