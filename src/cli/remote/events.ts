import { setTimeout as delay } from 'node:timers/promises';
import type { Carrier } from '#client';
import { type ListedState, listedStateOf } from '../../core/odata/listed-state.ts';
import type { StoredState } from '../../core/task-state.ts';
import { type ExitCode, escapeLine, untilSignal } from '../output.ts';
import { timeText } from '../table.ts';
import { type ConnectionOptions, connect } from './connection.ts';

/** Options of `events`. */
export interface ListEventsOptions extends ConnectionOptions {
  readonly after?: number;
  readonly name?: readonly string[];
  readonly state?: readonly ListedState[];
  readonly mine?: boolean;
  readonly follow?: boolean;
}

/** Polling interval of `--follow`. */
const INTERVAL_MS = 500;

/** `batchline events`: prints the events after an id, or those since the last ones; a line for each. */
export async function listEvents(options: ListEventsOptions): Promise<ExitCode> {
  const { name = [], state = [], mine, json } = options;
  const { client, answer } = await connect(options);
  const follow = options.follow === true || options.after === undefined;
  const stopped = follow ? untilSignal() : undefined;
  // The API has no state Stopped: it is Failed, with Stopped set.
  const states = new Set(state.map((one) => (one === 'Stopped' ? 'Failed' : one)));
  for (let after = options.after; ; ) {
    const page: Carrier<'EventPage'> = (await answer(
      client.GET('/api/v1/Events', {
        params: {
          query: {
            ...(after === undefined ? {} : { After: String(after) }),
            ...(name.length === 0 ? {} : { Name: name.join(',') }),
            ...(states.size === 0 ? {} : { State: [...states].join(',') }),
            ...(mine === true ? { Own: 'true' } : {}),
          },
        },
      }),
    )) as Carrier<'EventPage'>;
    for (const event of page.Events) {
      const listed = listedStateOf(event.To as StoredState, event.Stopped);
      if (state.length > 0 && !state.includes(listed)) continue;
      const line = [timeText(event.At), `#${event.TaskId}`, event.Name, listed, event.Reason].join('  ');
      console.log(escapeLine(json === true ? JSON.stringify(event) : line));
    }
    after = page.After;
    if (page.More) continue;
    if (stopped === undefined) return 0;
    if ((await Promise.race([stopped, delay(INTERVAL_MS)])) === 'signalled') return 0;
  }
}
