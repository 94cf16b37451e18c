import { expect, test } from 'vitest';
import { RunEnded } from './errors.ts';
import { RunHandle } from './run-control.ts';

test('the signal is aborted when the run is told to end, also where it is asked for later', () => {
  const early = new RunHandle(100);
  expect(early.signal.aborted).toBe(false);
  early.end('stopped');
  expect(early.signal.reason).toEqual(new RunEnded('stopped'));
  const late = new RunHandle(100);
  late.end('shutdown');
  expect(late.signal.reason).toEqual(new RunEnded('shutdown'));
});

test('whoever listens is called once, at once where the run was told already, and not after it has left', () => {
  const control = new RunHandle(100);
  const heard: string[] = [];
  control.onEnd(() => heard.push('stays'));
  const leave = control.onEnd(() => heard.push('left'));
  leave();
  control.end('stopped');
  control.end('shutdown');
  control.onEnd(() => heard.push('late'));
  expect(heard).toEqual(['stays', 'late']);
});

test('the first reason stays, but a lost task outweighs all', () => {
  const control = new RunHandle(100);
  control.end('stopped');
  control.end('shutdown');
  expect(control.cancelReason).toBe('stopped');
  control.end('lost');
  control.end('waiting');
  expect(control.cancelReason).toBe('lost');
});
