import type { PostCharge } from '../ledger/rules/post-charge.js';
import type { Cents } from './cents.js';
import type { Random } from './random.js';

/** A line of the hospital's price list. Descriptions are this project's own words. */
export interface Service {
  system: PostCharge['code']['system'];
  value: string;
  modifiers?: string[];
  description: string;
  priceCents: Cents;
  /** Most units of it in one encounter. */
  unitsMax?: number;
}

const VISITS: readonly Service[] = [
  { system: 'CPT', value: '99213', description: 'Office visit, short', priceCents: 16800 },
  { system: 'CPT', value: '99214', description: 'Office visit, long', priceCents: 24700 },
  {
    system: 'CPT',
    value: '99214',
    modifiers: ['25'],
    description: 'Office visit beside a procedure',
    priceCents: 24700,
  },
  { system: 'CPT', value: '99203', description: 'First office visit', priceCents: 21900 },
  { system: 'HCPCS', value: 'G0439', description: 'Yearly wellness visit', priceCents: 23100 },
];

const TESTS: readonly Service[] = [
  { system: 'CPT', value: '80053', description: 'Metabolic panel', priceCents: 9875 },
  { system: 'CPT', value: '85025', description: 'Blood count', priceCents: 6140 },
  { system: 'CPT', value: '36415', description: 'Blood draw', priceCents: 2533 },
  { system: 'CPT', value: '80061', description: 'Lipid panel', priceCents: 8812 },
  { system: 'CPT', value: '83036', description: 'Glycated haemoglobin', priceCents: 7209 },
  { system: 'CPT', value: '93000', description: 'Electrocardiogram', priceCents: 14350 },
];

const IMAGES: readonly Service[] = [
  { system: 'CPT', value: '71046', modifiers: ['TC'], description: 'Chest X-ray', priceCents: 31260 },
  { system: 'CPT', value: '70450', description: 'CT of the head', priceCents: 148499 },
  { system: 'CPT', value: '73721', modifiers: ['LT'], description: 'MRI of a leg joint', priceCents: 213775 },
  { system: 'CPT', value: '76700', description: 'Abdominal ultrasound', priceCents: 67520 },
];

const EMERGENCY: readonly Service[] = [
  { system: 'CPT', value: '99283', description: 'Emergency visit, moderate', priceCents: 68410 },
  { system: 'CPT', value: '99284', description: 'Emergency visit, high', priceCents: 112905 },
  { system: 'CPT', value: '99285', description: 'Emergency visit, highest', priceCents: 171840 },
];

const DRUGS: readonly Service[] = [
  { system: 'HCPCS', value: 'J1885', description: 'Ketorolac, 15 mg', priceCents: 1944, unitsMax: 4 },
  { system: 'HCPCS', value: 'J2405', description: 'Ondansetron, 1 mg', priceCents: 1267, unitsMax: 8 },
  { system: 'HCPCS', value: 'J7030', description: 'Saline, 1000 cc', priceCents: 5890, unitsMax: 3 },
];

const SURGERY: readonly Service[] = [
  { system: 'CPT', value: '45378', description: 'Colonoscopy', priceCents: 286400 },
  { system: 'CPT', value: '29881', modifiers: ['RT'], description: 'Knee arthroscopy', priceCents: 718330 },
  { system: 'CPT', value: '66984', description: 'Cataract surgery', priceCents: 492575 },
  { system: 'CPT', value: '47562', description: 'Gallbladder removal', priceCents: 1043825 },
];

const STAY: readonly Service[] = [
  { system: 'REV', value: '0120', description: 'Room and board, a day', priceCents: 287500, unitsMax: 6 },
  { system: 'REV', value: '0250', description: 'Pharmacy', priceCents: 96318 },
  { system: 'REV', value: '0300', description: 'Laboratory', priceCents: 74290 },
  { system: 'REV', value: '0360', description: 'Operating room', priceCents: 865000 },
  { system: 'REV', value: '0710', description: 'Recovery room', priceCents: 143650 },
];

/** What happened in one encounter, before anybody is asked to pay. */
export interface Encounter {
  placeOfService: string;
  /** Whether a copay is taken at the desk. */
  isVisit: boolean;
  diagnoses: string[];
  lines: { service: Service; units: number }[];
}

const DIAGNOSES = ['E11.9', 'I10', 'J06.9', 'M25.561', 'R07.9', 'K80.20', 'Z00.00', 'N39.0', 'S83.241A'];

/** Draws an encounter: mostly visits and tests, now and then surgery or a stay. */
export function drawEncounter(random: Random): Encounter {
  const kind = random.weighted([
    [52, 'visit'],
    [18, 'tests'],
    [9, 'imaging'],
    [13, 'emergency'],
    [5, 'surgery'],
    [3, 'stay'],
  ] as const);
  const diagnoses = severalOf(random, DIAGNOSES, random.between(1, 2));
  const lines = (services: Service[]): Encounter['lines'] =>
    services.map((service) => ({ service, units: random.between(1, service.unitsMax ?? 1) }));
  const encounter = (placeOfService: string, services: Service[], isVisit = false): Encounter => ({
    placeOfService,
    isVisit,
    diagnoses,
    lines: lines(services),
  });
  switch (kind) {
    case 'visit':
      return encounter('11', [random.pick(VISITS), ...severalOf(random, TESTS, random.between(0, 2))], true);
    case 'tests':
      return encounter('22', severalOf(random, TESTS, random.between(2, 4)));
    case 'imaging':
      return encounter('22', severalOf(random, IMAGES, random.between(1, 2)));
    case 'emergency':
      return encounter('23', [
        random.pick(EMERGENCY),
        ...severalOf(random, DRUGS, random.between(1, 2)),
        ...severalOf(random, [...TESTS, ...IMAGES], random.between(1, 2)),
      ]);
    case 'surgery':
      return encounter('24', [random.pick(SURGERY), ...severalOf(random, DRUGS, 2)]);
    case 'stay':
      return encounter('21', [STAY[0]!, ...severalOf(random, STAY.slice(1), random.between(2, 4))]);
  }
}

function severalOf<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    return left.splice(random.between(0, left.length - 1), 1)[0]!;
  });
}
