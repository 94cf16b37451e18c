import { type Kysely, sql } from 'kysely';
import { Type } from 'typebox';
import { defineTask, type TaskContext } from '../../../src/sdk/index.ts';

const one = async (db: Kysely<unknown>): Promise<void> => {
  await sql`select 1`.execute(db);
};
const children = [{ name: 'countdown', parameters: { seconds: 0 } }];
const never = (): Promise<never> => new Promise(() => undefined);

/** Actions inside `ctx.services.transaction`, or on a connection outside it. */
const USES: Readonly<Record<string, (ctx: TaskContext) => Promise<unknown>>> = {
  'ctx.checkpoint': (ctx) =>
    ctx.services.transaction(async (tx) => {
      await one(tx.sql);
      await ctx.checkpoint({ step: 1 });
      return 'joined';
    }),
  'ctx.checkpoint, then a failure': async (ctx) => {
    await ctx.checkpoint({ step: 'before' });
    await ctx.services
      .transaction(async () => {
        await ctx.checkpoint({ step: 'inside' });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    return ctx.services.transaction(async (tx) => {
      const { rows } = await sql`select checkpoint from batchline.task where id = ${ctx.task.id}`.execute(
        tx.sql,
      );
      await tx.checkpoint({ step: 'after' });
      return rows[0];
    });
  },
  'ctx.children.start': (ctx) => ctx.services.transaction(() => ctx.children.start(children)),
  'ctx.children.wait': (ctx) => ctx.services.transaction(() => ctx.children.wait()),
  'ctx.children.summary': (ctx) => ctx.services.transaction(() => ctx.children.summary()),
  'ctx.services.database': (ctx) => ctx.services.transaction(() => one(ctx.services.database)),
  'ctx.services.tasks': (ctx) =>
    ctx.services.transaction(async () => {
      for await (const task of ctx.services.tasks({})) return task.id;
    }),
  'ctx.services.transaction': (ctx) =>
    ctx.services.transaction(() => ctx.services.transaction((tx) => tx.checkpoint(1))),
  'ctx.log and ctx.progress': (ctx) =>
    ctx.services.transaction(async (tx) => {
      ctx.log.info('inside');
      ctx.progress(50, 'Inside');
      await tx.checkpoint(1);
      return 'fine';
    }),
  'a transaction that never ends': (ctx) => ctx.services.transaction(never),
  'a connection that is never given back': (ctx) => ctx.services.database.connection().execute(never),
  'a second connection': (ctx) =>
    ctx.services.database.connection().execute(async (held) => {
      await one(held);
      await one(ctx.services.database);
      await one(held);
      return 'got both';
    }),
  'a transaction that is used after its time': async (ctx) => {
    let late: Promise<unknown> = Promise.resolve();
    await ctx.services
      .transaction((tx) => {
        late = new Promise((resolve) => setTimeout(resolve, 2500)).then(() => one(tx.sql));
        return late;
      })
      .catch(() => undefined);
    await late;
  },
};

export const useDatabase = defineTask({
  name: 'use-database',
  description: 'Uses the database as its parameter says',
  parameters: Type.Object({ how: Type.String() }),
  run: (ctx) => USES[ctx.parameters.how]?.(ctx as unknown as TaskContext),
});
