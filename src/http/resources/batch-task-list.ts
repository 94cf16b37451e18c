import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import { groupingOf } from '../../core/odata/grouping.ts';
import { parseOrder } from '../../core/odata/order.ts';
import { parseFilter } from '../../core/odata/parser.ts';
import { parseSelection } from '../../core/odata/selection.ts';
import type { TaskDeps } from '../../services/context.ts';
import { type ArchiveRequest, listArchive } from '../../services/task-list.ts';
import { callerOf } from '../auth/hooks.ts';
import { baseUrl } from '../base-url.ts';
import { ObjectReader } from '../body/object-reader.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { CARRIER, overrideFormat } from './answer-format.ts';
import { columnsByName } from './archive-columns.ts';
import { ENTITY, RowWriter } from './batch-task-list-codec.ts';
import {
  describeArchiveOperation,
  describeArchivesOperation,
  describeArchivesTooOperation,
  describeArchiveTooOperation,
  listArchiveOperation,
  listArchivesOperation,
  listBatchTasksOperation,
  postArchiveOperation,
} from './batch-task-list-operations.ts';
import { QueryOptions } from './query-options.ts';
import { readSkipToken, writeSkipToken } from './skip-token.ts';

/** The name of the list among the archives. */
export const ARCHIVE = 'BatchTasks';

/** The tasks of a page if `$top` names none. */
export const DEFAULT_TOP = 100;

/** Reports the number at which counting stopped. */
const COUNT_CUT_HEADER = 'Batchline-Count-Cut';

type Parts = { tasks: TaskDeps };

/** `GET /api/v1/BatchTask`: the archive list (contract, section 6). */
export async function batchTaskListRoutes(app: FastifyInstance, { tasks }: Parts): Promise<void> {
  app.get('/', { config: { answer: CARRIER, operation: listBatchTasksOperation } }, (request, reply) =>
    answerList(request, reply, tasks, '/BatchTask', new QueryOptions([request.query as object], false)),
  );
}

/** `/api/v1/Archive`: the archives there are, their columns, and the list again (contract, section 6). */
export async function archiveRoutes(app: FastifyInstance, { tasks }: Parts): Promise<void> {
  const path = `/Archive/${ARCHIVE}`;
  app.get('/Archive', { config: { answer: 'Archives', operation: listArchivesOperation } }, (request) => ({
    value: [{ name: ARCHIVE, url: `${baseUrl(request)}/api/v1${path}` }],
  }));

  for (const [url, operation] of Object.entries({
    '/Archive$metadata': describeArchivesOperation,
    '/Archive/$metadata': describeArchivesTooOperation,
  })) {
    const config = { answer: 'Archives', operation };
    app.get(url, { config }, (request) => ({ [ARCHIVE]: columnsByName(localeOf(request)) }));
  }

  for (const [url, operation] of Object.entries({
    [`${path}/$metadata`]: describeArchiveOperation,
    [`${path}$metadata`]: describeArchiveTooOperation,
  })) {
    const config = { answer: 'Columns', operation };
    app.get(url, { config }, (request) => columnsByName(localeOf(request)));
  }

  app.get(path, { config: { answer: CARRIER, operation: listArchiveOperation } }, (request, reply) => {
    const options = new QueryOptions([request.query as object], true);
    return answerList(request, reply, tasks, path, options);
  });

  app.post(path, { config: { answer: CARRIER, operation: postArchiveOperation } }, (request, reply) => {
    new ObjectReader(request.body ?? {}, 'The body'); // refuses anything but an object
    const sources = [request.query as object, (request.body ?? {}) as object];
    const options = new QueryOptions(sources, true);
    return answerList(request, reply, tasks, path, options);
  });
}

/** Returns a page of the list, or its columns if `$metadata` asks for them. */
async function answerList(
  request: FastifyRequest,
  reply: FastifyReply,
  tasks: TaskDeps,
  path: string,
  options: QueryOptions,
): Promise<object> {
  const caller = callerOf(request);
  const locale = localeOf(request);
  const format = options.word('$format', ['', 'JSON', 'XML']);
  if (format !== '') overrideFormat(reply, format);
  if (options.text('$metadata') !== '') return columnsByName(locale);
  const now = new Date();
  const asked = readRequest(options, tasks.listLimit, caller.associateId, now, locale);
  const style = {
    mode: options.word('$mode', ['Slim', 'Wide', 'Full']),
    output: options.word('$output', ['Logical', 'Display']),
    jsonSafe: options.word('$jsonSafe', ['false', 'true']) === 'true',
  };
  const page = await listArchive(tasks, caller, asked);
  if (page.total?.cut) reply.header(COUNT_CUT_HEADER, String(page.total.count));
  const base = `${baseUrl(request)}/api/v1`;
  const next = page.next && `${base}${path}?${options.continuedAt(writeSkipToken(asked.order, page.next))}`;
  const writer = new RowWriter(style, locale, caller);
  return {
    'odata.metadata': `${base}/archive$metadata`,
    ...(page.total === undefined ? {} : { 'odata.count': page.total.count }),
    'odata.nextLink': next ?? null,
    value: page.rows.map((row) => writer.write(row)),
  };
}

function readRequest(
  options: QueryOptions,
  listLimit: number,
  associateId: number,
  now: Date,
  { timeZone }: Locale,
): ArchiveRequest {
  const filter = parseFilter(options.text('$filter'), { associateId, now, zone: timeZone.zone });
  options.words('$entities', ',', [ENTITY]);
  const settings = options.words('$options', '&', ['GrandTotal=true', 'GrandTotal=false']);
  const selection = parseSelection(options.text('$select'), timeZone.iana);
  const grouping = groupingOf(selection, options.text('$orderBy'));
  const order = placesOf(grouping) ?? parseOrder(options.text('$orderBy'));
  const token = options.text('$skiptoken');
  const skip = options.count('$skip', INT32_MAX) ?? 0;
  if (token !== '' && skip > 0) throw invalid`$skip and $skiptoken are both there; one is accepted.`;
  return {
    filter,
    selection,
    grouping,
    order,
    after: token === '' ? undefined : readSkipToken(order, token),
    skip,
    top: Math.min(options.count('$top', INT32_MAX) ?? DEFAULT_TOP, listLimit),
    grandTotal: settings.includes('grandtotal=true'),
    count: options.word('$inlineCount', ['False', 'Estimate', 'True', 'AllPages']) !== 'False',
  };
}

/** What the places of a grouped list are in: groups alone are counted in the place of the task. */
function placesOf(grouping: ReturnType<typeof groupingOf>): ArchiveRequest['order'] | undefined {
  if (grouping === undefined || grouping.showsDetails) return grouping?.order;
  return [...grouping.groupOrder, ...parseOrder('batchTaskId')];
}
