/** Whether this is the long form of the fault suite (`npm run test:faults`); CI runs the short one. */
export const IS_LONG = process.env.BATCHLINE_FAULTS === 'long';
