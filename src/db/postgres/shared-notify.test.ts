import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OpenListener } from './listener-hub.ts';
import { SharedNotifyChannel } from './shared-notify.ts';

/** A database with NOTIFY, and the connections that listen on it. */
class FakeDatabase {
  readonly connections = new Set<{
    readonly channels: Set<string>;
    receive: (channel: string, text: string) => void;
  }>();
  readonly notified: string[] = [];

  readonly open: OpenListener = async (receive) => {
    const connection = { channels: new Set<string>(), receive };
    this.connections.add(connection);
    return {
      add: async (channels) => {
        for (const channel of channels) connection.channels.add(channel);
      },
      notify: async (channels, text) => this.notify(channels, text),
      close: async () => void this.connections.delete(connection),
    };
  };

  notify(channels: readonly string[], text: string): void {
    this.notified.push(text);
    for (const channel of channels)
      for (const connection of this.connections)
        if (connection.channels.has(channel)) connection.receive(channel, text);
  }
}

const log = pino({ level: 'silent' });
let folder: string;
let database: FakeDatabase;
const open: SharedNotifyChannel[] = [];

/** A process, whose texts it emits. */
async function joinAs(nodeId: string, key = 'key') {
  const events = new EventEmitter();
  const path = join(folder, 'listen.sock');
  const channels = { channel: 'batchline', nodeId };
  const channel = new SharedNotifyChannel({ path, key, channels, openListener: database.open }, log);
  open.push(channel);
  await channel.open(
    (text) => events.emit('text', text),
    () => events.emit('reconnected'),
  );
  const next = async () => ((await once(events, 'text')) as [string])[0];
  return { channel, next, reconnected: () => once(events, 'reconnected') };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchline-listen-'));
  database = new FakeDatabase();
});
afterEach(async () => {
  for (const channel of open.splice(0)) await channel.close();
  await rm(folder, { recursive: true });
});

test('processes of a machine listen on one connection', async () => {
  const [a, b, c] = [await joinAs('a'), await joinAs('b'), await joinAs('c')];
  expect(database.connections.size).toBe(1);

  const everyone = Promise.all([a.next(), b.next(), c.next()]);
  await b.channel.send('to all');
  expect(await everyone).toEqual(['to all', 'to all', 'to all']);

  const own = c.next();
  await a.channel.send('to c', ['c']);
  expect(await own).toBe('to c');
  expect(database.notified).toEqual(['to all']); // a process of this machine needs no NOTIFY

  await a.channel.send('to d', ['d', 'b']);
  expect(database.notified).toEqual(['to all', 'to d']);
  const fromElsewhere = b.next();
  database.notify(['batchline_b'], 'from elsewhere');
  expect(await fromElsewhere).toBe('from elsewhere');
});

test('another process listens when the one that did is gone', async () => {
  const [a, b, c] = [await joinAs('a'), await joinAs('b'), await joinAs('c')];
  const back = Promise.all([b.reconnected(), c.reconnected()]);
  await a.channel.close();
  await back;
  const text = c.next();
  await b.channel.send('again', ['c']);
  expect(await text).toBe('again');
  const fromElsewhere = b.next();
  database.notify(['batchline_b'], 'from elsewhere');
  expect(await fromElsewhere).toBe('from elsewhere');
});

test('processes of another database are refused', async () => {
  await joinAs('a');
  await expect(joinAs('b', 'another key')).rejects.toThrow('another database');
  expect(database.connections.size).toBe(1);
});

test('a send fails if the database does, and the next one works', async () => {
  const a = await joinAs('a');
  const broken = vi.spyOn(database, 'notify').mockImplementationOnce(() => {
    throw new Error('no connection');
  });
  await expect(a.channel.send('lost')).rejects.toThrow('no connection');
  broken.mockRestore();
  const text = a.next();
  await a.channel.send('sent');
  expect(await text).toBe('sent');
});
