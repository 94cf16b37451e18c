/**
 * SuperOffice's published samples of PUT (contract, section 5). Their values are random: State is All, and percentages
 * exceed 100. CancellationBehaviour is added to the response, because every response has it.
 */
export const PUT_SAMPLE = {
  request: {
    Id: 274,
    Name: 'Dietrich-Rogahn',
    AssociateId: 822,
    DetailsTable: 311,
    DetailsRecord: 619,
    IsSystemTask: true,
    IsInternalTask: true,
    ParameterObject: { ParameterObject1: 'tenetur', ParameterObject2: 'accusamus' },
    LastStarted: '2001-10-22T09:40:59.9150653+02:00',
    Created: '2014-07-31T09:40:59.9150653+02:00',
    StartCount: 970,
    DatabaseSerialNumber: '1630833',
    Context: 'ipsa',
    Result: 'excepturi',
    State: 'All',
    Description: 'Triple-buffered impactful leverage',
    Response: 'totam',
    Request: 'officia',
    ProgressDescription: 'Reduced dedicated budgetary management',
    ProgressPercent: 745,
  },
  response: {
    Id: 476,
    Name: 'Kling LLC',
    AssociateId: 269,
    DetailsTable: 920,
    DetailsRecord: 66,
    IsSystemTask: true,
    IsInternalTask: true,
    ParameterObject: { ParameterObject1: 'earum', ParameterObject2: 'sed' },
    LastStarted: '2009-10-01T09:40:59.9150653+02:00',
    Created: '2002-10-24T09:40:59.9150653+02:00',
    StartCount: 719,
    DatabaseSerialNumber: '257275',
    Context: 'enim',
    Result: 'maiores',
    State: 'All',
    Description: 'Reactive heuristic core',
    Response: 'aut',
    Request: 'voluptatem',
    ProgressDescription: 'Cross-platform methodical frame',
    ProgressPercent: 696,
    FileName: '',
    CancellationBehaviour: 'CanCancel',
    TableRight: { Mask: 'Delete', Reason: '' },
    FieldProperties: {
      fieldName: {
        FieldRight: { Mask: 'FULL', Reason: '' },
        FieldType: 'System.Int32',
        FieldLength: 844,
      },
    },
  },
} as const;

/** A start of `countdown`, which most examples use. */
export const COUNTDOWN_START = {
  Name: 'countdown',
  Description: 'One minute',
  ParameterObject: { seconds: '60' },
} as const;
