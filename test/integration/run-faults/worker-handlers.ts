// Threads are for the server's own process.
export { fault, neighbour } from './handlers.ts';
