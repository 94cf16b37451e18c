import type { FastifyReply } from 'fastify';
import { preferredFormat, setContentType } from '../respond.ts';

/** The element of the archive list in XML. */
export const CARRIER = 'ArchiveList';

const MEDIA_TYPES = { JSON: 'application/json', XML: 'application/xml' } as const;

/** Answers in the format that `$format` names, whatever Accept prefers (contract, section 6). */
export function overrideFormat(reply: FastifyReply, name: 'JSON' | 'XML'): void {
  const format = preferredFormat(MEDIA_TYPES[name]);
  if (format !== undefined) setContentType(format, reply, CARRIER);
}
