import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import type { BatchTask } from '../../domain/batch-task.ts';
import type { Caller } from '../../domain/caller.ts';
import { invalid, precondition, type Refusal } from '../../domain/errors.ts';
import { rightsOn } from '../../domain/rights.ts';
import type { Guard } from '../../tasks/update-task.ts';
import { vary } from '../wire/vary.ts';
import { formatOf } from './answer-format.ts';

/**
 * Conditional requests on one task (contract, section 5; RFC 9110, section 13).
 *
 * The ETag is `"<version>-<variant>"`. The version is the task's `updatedCount`: one more with everything that a
 * caller can see change. The variant stands for how this caller sees it: format, language, zone and rights. It
 * tells cached answers apart; a condition on a change asks for the version only, so that what was read as XML
 * may be changed by JSON.
 *
 * Dates of HTTP have seconds. Last-Modified is rounded up to the next one, though never past the time of the
 * answer, and conditions compare it with the exact time of the change. So two changes in one second are never
 * taken for one; a date from the very second of the change is refused, and an answer of a second later has
 * one that holds.
 */

/** The headers by which answers differ, beside the caller's rights. */
const VARYING = ['accept', 'accept-language', 'so-language', 'so-culture', 'so-timezone'] as const;

/** Writes ETag and Last-Modified of a task into an answer that holds it. */
export function tellVersion(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  task: BatchTask,
): void {
  reply.header('ETag', etagOf(request, caller, task));
  reply.header('Last-Modified', lastModified(task.updated, Date.now()));
}

/**
 * Whether the caller of a GET has the answer already: If-None-Match, or else If-Modified-Since. Then the answer
 * is an empty 304. Caches may keep answers, but must ask each time.
 */
export function isNotModified(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  task: BatchTask,
): boolean {
  tellVersion(request, reply, caller, task);
  reply.header('Cache-Control', 'private, no-cache');
  // Language and zone say so themselves.
  vary(reply, 'Accept', 'Authorization', 'Cookie');
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    const own = etagOf(request, caller, task);
    return (readTags(ifNoneMatch) ?? []).some((tag) => tag.replace(/^W\//, '') === own);
  }
  const since = ifModifiedSince === undefined ? undefined : readHttpDate(ifModifiedSince);
  return since !== undefined && task.updated.getTime() <= since;
}

/**
 * The conditions that a call sets on the task that it changes; `undefined` where it sets none.
 *
 * @returns a guard that refuses (412) where one does not hold
 * @throws Refusal (invalid) where one can't be read: it is refused, since the caller counts on it
 */
export function conditionsOf(request: FastifyRequest): Guard | undefined {
  const {
    'if-match': ifMatch,
    'if-none-match': ifNoneMatch,
    'if-unmodified-since': ifUnmodifiedSince,
  } = request.headers;
  if (ifMatch === undefined && ifNoneMatch === undefined && ifUnmodifiedSince === undefined) return undefined;
  const wanted = ifMatch === undefined ? undefined : readCondition('If-Match', ifMatch);
  const unwanted = ifNoneMatch === undefined ? undefined : readCondition('If-None-Match', ifNoneMatch);
  // If-Match is the finer one: where both are there it counts alone.
  const since =
    ifUnmodifiedSince === undefined || wanted !== undefined ? undefined : readSince(ifUnmodifiedSince);
  return (task) => {
    const version = String(task.updatedCount);
    if (wanted !== undefined && wanted !== '*' && !wanted.some((tag) => versionOf(tag) === version)) {
      throw failed('If-Match', task);
    }
    if (since !== undefined && task.updated.getTime() > since) {
      throw failed('If-Unmodified-Since', task);
    }
    const isUnwanted =
      unwanted === '*' || unwanted?.some((tag) => versionOf(tag.replace(/^W\//, '')) === version);
    if (isUnwanted === true) {
      throw failed('If-None-Match', task);
    }
  };
}

function failed(condition: string, task: BatchTask): Refusal {
  return precondition`The condition ${condition} does not hold for batch task ${task.id} as it is now.`;
}

/** A time as Last-Modified: rounded up to seconds, though not past the second of the answer. */
export function lastModified(updated: Date, now: number): string {
  const seconds = Math.min(Math.ceil(updated.getTime() / 1000), Math.floor(now / 1000));
  return new Date(seconds * 1000).toUTCString();
}

function etagOf(request: FastifyRequest, caller: Caller, task: BatchTask): string {
  return `"${task.updatedCount}-${variantOf(request, caller, task)}"`;
}

const MOST_REMEMBERED = 1000;
const variants = new Map<string, string>();

/** What tells apart how callers see the same version. */
function variantOf(request: FastifyRequest, caller: Caller, task: BatchTask): string {
  const rights = rightsOn(caller, task);
  let key = `${rights.table}\n${rights.reason}\n${formatOf(request).type}`;
  for (const name of VARYING) if (name !== 'accept') key += `\n${request.headers[name] ?? ''}`;
  let variant = variants.get(key);
  if (variant === undefined) {
    variant = hash('sha256', key, 'base64url').slice(0, 12);
    if (variants.size >= MOST_REMEMBERED) variants.clear();
    variants.set(key, variant);
  }
  return variant;
}

/** The version in a strong tag of ours; `undefined` in any other. */
function versionOf(tag: string): string | undefined {
  return /^"(\d+)-[^"]*"$/.exec(tag)?.[1];
}

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** The entity tags of a list; `undefined` where it is none. A tag of ours has no comma. */
export function readTags(header: string): readonly string[] | undefined {
  const tags = header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return tags.length > 0 && tags.every((tag) => TAG.test(tag)) ? tags : undefined;
}

function readCondition(name: string, header: string): '*' | readonly string[] {
  if (header.trim() === '*') return '*';
  const tags = readTags(header);
  if (tags === undefined) {
    throw invalid`${name} is "${header.slice(0, 60)}"; * or ETags in double quotes, as answers have them, are accepted.`;
  }
  return tags;
}

function readSince(header: string): number {
  const since = readHttpDate(header);
  if (since === undefined) {
    throw invalid`If-Unmodified-Since is "${header.slice(0, 60)}"; a date such as "Sun, 06 Nov 1994 08:49:37 GMT" is accepted.`;
  }
  return since;
}

function readHttpDate(header: string): number | undefined {
  const date = DateTime.fromHTTP(header.trim());
  return date.isValid ? date.toMillis() : undefined;
}
