import { expect, test } from 'vitest';
import { conflict, notFound, RequestError, type RequestErrorKind } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { toErrorResponse } from './errors.ts';
import type { Locale } from './i18n/locale.ts';

const english = { message: String } as unknown as Locale;

// Contract, section 4.
test.each<[RequestErrorKind, number, string]>([
  ['invalid', 400, 'ArgumentException'],
  ['malformed', 400, 'FormatException'],
  ['unauthenticated', 401, 'SoUnauthorizedException'],
  ['forbidden', 403, 'SoSentryException'],
  ['notFound', 404, 'SoNotFoundException'],
  ['methodNotAllowed', 405, 'HttpException'],
  ['unacceptable', 406, 'HttpException'],
  ['conflict', 409, 'SoConflictException'],
  ['gone', 410, 'SoNotFoundException'],
  ['precondition', 412, 'SoPreconditionException'],
  ['oversized', 413, 'HttpException'],
  ['unsupported', 415, 'HttpException'],
  ['rateLimited', 429, 'SoBusyException'],
  ['unavailable', 503, 'SoBusyException'],
])('a RequestError of the kind %s is %i %s', (kind, status, type) => {
  expect(toErrorResponse(new RequestError(kind, message`What is wrong.`), english)).toEqual({
    status,
    body: {
      Error: true,
      ErrorType: type,
      Message: 'What is wrong.',
      ErrorMessage: 'What is wrong.',
      ErrorSource: 'Batchline.WebApi',
      Code: expect.stringMatching(/^[a-z_]+$/),
    },
  });
});

test.each([
  [400, 'ArgumentException', 'invalid_argument'],
  [404, 'SoNotFoundException', 'not_found'],
  [405, 'HttpException', 'method_not_allowed'],
  [413, 'HttpException', 'content_too_large'],
  [415, 'HttpException', 'unsupported_media_type'],
  [418, 'ArgumentException', 'invalid_argument'],
])('a Fastify error with the status %i is %s', (status, ErrorType, Code) => {
  const error = Object.assign(new Error('as Fastify says it'), { statusCode: status });
  expect(toErrorResponse(error, english)).toMatchObject({ status, body: { ErrorType, Code } });
});

test('any other error is a 500 that does not reveal its cause', () => {
  for (const error of [
    new Error('secret'),
    Object.assign(new Error('secret'), { statusCode: 502 }),
    'secret',
    null,
  ]) {
    const { status, body } = toErrorResponse(error, english);
    expect([status, body.ErrorType, body.Code]).toEqual([500, 'Exception', 'internal_error']);
    expect(JSON.stringify(body)).not.toMatch(/secret|\.ts|node_modules/);
  }
});

test('a RequestError may have its own code', () => {
  const codeOf = (refusal: RequestError) => toErrorResponse(refusal, english).body.Code;
  expect(codeOf(notFound`There is no batch task 5.`.withCode('task_not_found'))).toBe('task_not_found');
  expect(codeOf(conflict`It is taken.`)).toBe('conflict');
});
