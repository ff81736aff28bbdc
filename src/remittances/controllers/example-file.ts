/**
 * A made-up 835 that OpenAPI shows, and that posts as it stands: one claim of 180.00, of which 60.00 are contractual, 20.00
 * the patient's and 100.00 paid, less 5.00 that the payer keeps back.
 */
export const EXAMPLE_FILE = [
  'ISA*00*          *00*          *ZZ*NORTHFIELD     *ZZ*SUNRISE        *260210*1200*^*00501*000000007*0*P*:',
  'GS*HP*NORTHFIELD*SUNRISE*20260210*1200*7*X*005010X221A1',
  'ST*835*0001',
  'BPR*I*95*C*ACH*CCP*01*999999999*DA*1*1512345678**01*999999999*DA*2*20260210',
  'TRN*1*EFT-EXAMPLE*1512345678',
  'DTM*405*20260209',
  'N1*PR*NORTHFIELD HEALTH*XV*12345',
  'N1*PE*SUNRISE CLINIC*XX*1234567893',
  'LX*1',
  'CLP*CLM-EXAMPLE*1*180*100*20*12*ICN-EXAMPLE*11*1',
  'SVC*HC:99213*180*100**1',
  'DTM*472*20260112',
  'CAS*CO*45*60',
  'CAS*PR*1*20',
  'PLB*1234567893*20261231*WO:ICN-EARLIER*5',
  'SE*14*0001',
  'GE*1*7',
  'IEA*1*000000007',
]
  .map((segment) => `${segment}~\n`)
  .join('');
