export { countdown } from './countdown.ts';
