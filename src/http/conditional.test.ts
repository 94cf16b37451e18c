import fc from 'fast-check';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../test/support/fuzz.ts';
import type { Caller } from '../core/access.ts';
import { RequestError } from '../core/errors.ts';
import type { BatchTask } from '../core/task.ts';
import { conditionsOf, isNotModified } from './conditional.ts';

const owner = {
  associateId: 7,
  login: 'olga',
  tenant: 't',
  roles: [],
  scopes: ['read', 'write'],
} as unknown as Caller;
const reader = { ...owner, scopes: ['read'] } as unknown as Caller;
const task = {
  id: 5,
  tenant: 't',
  ownerId: 7,
  updated: new Date('2026-11-24T10:20:30.400Z'),
  updatedCount: 3,
} as BatchTask;

const requestWith = (headers: Record<string, string>): FastifyRequest =>
  ({ headers }) as unknown as FastifyRequest;

/** The response headers of a GET with these headers, and whether it is a 304. */
function get(headers: Record<string, string> = {}, seen: BatchTask = task, caller: Caller = owner) {
  const sent: Record<string, string> = {};
  const reply = {
    getHeader: (name: string) => sent[name.toLowerCase()],
    header(name: string, value: string) {
      sent[name.toLowerCase()] = value;
      return reply;
    },
  };
  const notModified = isNotModified(requestWith(headers), reply as unknown as FastifyReply, caller, seen);
  return { notModified, etag: sent.etag ?? '', headers: sent };
}

/** The outcome of a change with these headers: `done`, or the kind of its RequestError. */
function change(headers: Record<string, string>, seen: BatchTask = task): string {
  try {
    conditionsOf(requestWith(headers))?.(seen);
    return 'done';
  } catch (error) {
    if (error instanceof RequestError) return error.kind;
    throw error;
  }
}

/** Like `change`, for a GET. */
function getOrRefusal(headers: Record<string, string>): string {
  try {
    get(headers);
    return 'done';
  } catch (error) {
    if (error instanceof RequestError) return error.kind;
    throw error;
  }
}

describe('ETag', () => {
  test('differs for each version and each representation', () => {
    const tags = [
      get(),
      get({}, { ...task, updatedCount: 4 }),
      get({ accept: 'application/xml' }),
      get({ 'so-language': 'no' }),
      get({ 'so-timezone': 'NO' }),
      get({}, task, reader),
    ].map(({ etag }) => etag);
    expect(new Set(tags).size).toBe(tags.length);
    expect(get({ accept: 'application/json' }).etag).toBe(tags[0]);
    expect(get().headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringContaining('Accept'),
    });
  });

  test('If-None-Match: 304 for the current tag, strong or weak', () => {
    const { etag } = get();
    const compressed = etag.replace(/"$/, '+gzip"');
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*', compressed]) {
      expect(get({ 'if-none-match': header }).notModified).toBe(true);
    }
    for (const header of ['"x"', 'x', '', etag.slice(1, -1)]) {
      expect(get({ 'if-none-match': header }).notModified).toBe(false);
    }
    expect(get({ 'if-none-match': etag }, { ...task, updatedCount: 4 }).notModified).toBe(false);
    expect(get({ 'if-none-match': etag, accept: 'text/xml' }).notModified).toBe(false);
    expect(
      get({ 'if-none-match': '"x"', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }).notModified,
    ).toBe(false);
  });

  test('If-Match: compares the version, and weak tags never match', () => {
    const { etag } = get();
    const xml = get({ accept: 'text/xml' }).etag;
    for (const header of [etag, xml, '*', `"x", ${etag}`])
      expect(change({ 'if-match': header })).toBe('done');
    for (const header of [`W/${etag}`, '"x"', get({}, { ...task, updatedCount: 4 }).etag]) {
      expect(change({ 'if-match': header })).toBe('precondition');
    }
    for (const header of ['x', '', etag.slice(1)]) expect(change({ 'if-match': header })).toBe('invalid');
  });

  test('If-None-Match of a change: 412 for the current tag', () => {
    const { etag } = get();
    expect(change({ 'if-none-match': '*' })).toBe('precondition');
    expect(change({ 'if-none-match': `W/${etag}` })).toBe('precondition');
    expect(change({ 'if-none-match': '"x"' })).toBe('done');
  });
});

describe('dates, with a resolution of one second (contract, section 5)', () => {
  test.each([
    ['Tue, 24 Nov 2026 10:20:29 GMT', false],
    ['Tue, 24 Nov 2026 10:20:30 GMT', true],
    ['Tue, 24 Nov 2026 10:20:31 GMT', true],
    ['Tuesday, 24-Nov-26 10:20:31 GMT', true],
    ['Tue Nov 24 10:20:31 2026', true],
  ])('%s is at or after the second of the change: %s', (date, isAfter) => {
    expect(get({ 'if-modified-since': date }).notModified).toBe(isAfter);
    expect(change({ 'if-unmodified-since': date })).toBe(isAfter ? 'done' : 'precondition');
    expect(getOrRefusal({ 'if-unmodified-since': date })).toBe(isAfter ? 'done' : 'precondition');
  });

  test('invalid dates are ignored', () => {
    for (const date of ['yesterday', '', '2026-11-24T10:20:31Z', 'Tue, 24 Nov 1990 10:20:29']) {
      expect(get({ 'if-modified-since': date }).notModified).toBe(false);
      expect(change({ 'if-unmodified-since': date })).toBe('done');
      expect(getOrRefusal({ 'if-unmodified-since': date })).toBe('done');
    }
  });

  test('ETags take precedence over dates, on reads and changes', () => {
    const { etag } = get();
    const before = 'Tue, 24 Nov 2026 10:20:29 GMT';
    expect(change({ 'if-match': etag, 'if-unmodified-since': before })).toBe('done');
    expect(getOrRefusal({ 'if-match': etag, 'if-unmodified-since': before })).toBe('done');
    expect(getOrRefusal({ 'if-match': '"x"' })).toBe('precondition');
  });

  test('Last-Modified is the second of the change, and as a condition is met until the next second', () => {
    const time = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(time, time, (first, later) => {
        const updated = new Date(first);
        const said = get({}, { ...task, updated }).headers['last-modified'] ?? '';
        expect(Date.parse(said)).toBe(Math.floor(first / 1000) * 1000);
        const next = { ...task, updated: new Date(first + later) };
        const isSameSecond = Math.floor((first + later) / 1000) === Math.floor(first / 1000);
        expect(change({ 'if-unmodified-since': said }, next)).toBe(isSameSecond ? 'done' : 'precondition');
        expect(get({ 'if-modified-since': said }, next).notModified).toBe(isSameSecond);
      }),
    );
  });
});

const { options, timeout } = fuzzing();
test(
  'any header is a condition, is ignored, or is rejected',
  () => {
    const header = fc
      .array(
        fc.oneof(
          fc.constantFrom('"', 'W/', ',', '*', '3-', 'GMT', 'Tue, ', '24 Nov 2026', ' '),
          fc.string({ maxLength: 4 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(header, header, header, (match, none, since) => {
        change({ 'if-match': match, 'if-none-match': none });
        change({ 'if-unmodified-since': since });
        getOrRefusal({ 'if-match': match, 'if-unmodified-since': since });
        get({ 'if-none-match': none });
        get({ 'if-modified-since': since });
      }),
      options,
    );
  },
  timeout,
);
