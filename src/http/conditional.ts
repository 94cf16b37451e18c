import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import type { Caller } from '../core/access.ts';
import { invalid, precondition, type RequestError } from '../core/errors.ts';
import { rightsOn } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import type { Guard } from '../services/change-task.ts';
import { withoutCoding } from './compression.ts';
import { formatOf, vary } from './respond.ts';

/**
 * Conditional requests on one task (contract, section 5; RFC 9110, section 13).
 *
 * The ETag is `"<version>-<variant>"`. The version is the task's `updatedCount`, which every visible change increments.
 * The variant is a hash of what the representation depends on: format, language, time zone and rights. It distinguishes
 * cached responses; conditions on changes compare only the version, so that a task read as XML can be changed with JSON.
 *
 * HTTP dates have a resolution of one second, so Last-Modified and conditions on dates truncate to seconds. They miss a
 * second change within the same second; ETags do not.
 */

/** The request headers that the representation depends on, besides the caller's rights. */
const VARYING = ['accept', 'accept-language', 'so-language', 'so-culture', 'so-timezone'] as const;

/** Sets ETag and Last-Modified of a response with this task. */
export function setEtag(request: FastifyRequest, reply: FastifyReply, caller: Caller, task: BatchTask): void {
  reply.header('ETag', etagOf(request, caller, task));
  reply.header('Last-Modified', new Date(secondsOf(task.updated) * 1000).toUTCString());
}

/**
 * Evaluates If-None-Match, or else If-Modified-Since, of a GET. Returns true if the response should be an empty 304. Caches
 * may store responses, but must revalidate them each time.
 *
 * @throws RequestError (precondition) if If-Match, or else If-Unmodified-Since, does not hold
 */
export function isNotModified(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  task: BatchTask,
): boolean {
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers;
  checkUnchanged(request)?.(task);
  setEtag(request, reply, caller, task);
  reply.header('Cache-Control', 'private, no-cache');
  // Language and time zone add their own headers.
  vary(reply, 'Accept', 'Authorization', 'Cookie');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    const own = etagOf(request, caller, task);
    const tags = (readTags(ifNoneMatch) ?? []).map((tag) => tag.replace(/^W\//, ''));
    const match = tags.find((tag) => withoutCoding(tag) === own);
    if (match !== undefined) reply.header('ETag', match);
    return match !== undefined;
  }
  const since = readHttpDate(ifModifiedSince);
  return since !== undefined && secondsOf(task.updated) <= since;
}

/**
 * Reads the conditions of a change; `undefined` if there are none. Invalid dates are ignored (contract, section 5).
 *
 * @returns a guard that throws RequestError (precondition) if a condition is not met
 * @throws RequestError (invalid) if the ETags can't be parsed, because the caller relies on them
 */
export function conditionsOf(request: FastifyRequest): Guard | undefined {
  const unchanged = checkUnchanged(request);
  const { 'if-none-match': ifNoneMatch } = request.headers;
  if (ifNoneMatch === undefined) return unchanged;
  const unwanted = readCondition('If-None-Match', ifNoneMatch);
  return (task) => {
    unchanged?.(task);
    const version = String(task.updatedCount);
    if (unwanted === '*' || unwanted.some((tag) => versionOf(tag.replace(/^W\//, '')) === version))
      throw failed('If-None-Match', task);
  };
}

/** The guard of If-Match, or else of If-Unmodified-Since. */
function checkUnchanged({ headers }: FastifyRequest): Guard | undefined {
  const { 'if-match': ifMatch, 'if-unmodified-since': ifUnmodifiedSince } = headers;
  if (ifMatch !== undefined) {
    const wanted = readCondition('If-Match', ifMatch);
    if (wanted === '*') return undefined;
    return (task) => {
      if (!wanted.some((tag) => versionOf(tag) === String(task.updatedCount))) throw failed('If-Match', task);
    };
  }
  const since = readHttpDate(ifUnmodifiedSince);
  if (since === undefined) return undefined;
  return (task) => {
    if (secondsOf(task.updated) > since) throw failed('If-Unmodified-Since', task);
  };
}

/** True if If-None-Match names this tag, with or without the suffix of a coding. */
export function isKnown({ headers }: FastifyRequest, etag: string): boolean {
  const tags = readTags(headers['if-none-match'] ?? '') ?? [];
  return tags.some((tag) => withoutCoding(tag.replace(/^W\//, '')) === etag);
}

function failed(condition: string, task: BatchTask): RequestError {
  return precondition`The condition ${condition} is not met by the current version of batch task ${task.id}.`;
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function etagOf(request: FastifyRequest, caller: Caller, task: BatchTask): string {
  return `"${task.updatedCount}-${variantOf(request, caller, task)}"`;
}

const MAX_CACHED = 1000;
const variantCache = new Map<string, string>();

/** Distinguishes the representations of one version. */
function variantOf(request: FastifyRequest, caller: Caller, task: BatchTask): string {
  const rights = rightsOn(caller, task);
  let key = `${rights.table}\n${rights.reason}\n${formatOf(request).type}`;
  for (const name of VARYING) if (name !== 'accept') key += `\n${request.headers[name] ?? ''}`;
  let variant = variantCache.get(key);
  if (variant === undefined) {
    variant = hash('sha256', key, 'base64url').slice(0, 12);
    if (variantCache.size >= MAX_CACHED) variantCache.clear();
    variantCache.set(key, variant);
  }
  return variant;
}

/** The version in one of our strong tags; `undefined` for any other tag. */
function versionOf(tag: string): string | undefined {
  return /^"(\d+)-[^"]*"$/.exec(tag)?.[1];
}

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** The entity tags of a list; `undefined` if it is malformed. Our own tags have no comma. */
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
    throw invalid`${name} is "${header.slice(0, 60)}"; * or ETags in double quotes are accepted.`;
  }
  return tags;
}

/** Seconds since 1970; `undefined` if the date is absent or invalid. */
function readHttpDate(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const date = DateTime.fromHTTP(header.trim());
  return date.isValid ? date.toUnixInteger() : undefined;
}
