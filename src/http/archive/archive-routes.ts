import type { FastifyInstance } from 'fastify';
import { parseOrder } from '../../domain/archive/order.ts';
import { parseFilter } from '../../domain/archive/parse-filter.ts';
import { parseSelection } from '../../domain/archive/selection.ts';
import { invalid } from '../../domain/errors.ts';
import { INT32_MAX } from '../../domain/limits.ts';
import { type ArchiveRequest, listArchive } from '../../tasks/list-archive.ts';
import type { TaskParts } from '../../tasks/task-parts.ts';
import { callerOf } from '../auth/sign-in.ts';
import { baseUrl } from '../base-url.ts';
import { localeOf } from '../localization/locale.ts';
import { listBatchTasks } from '../operations/batch-task.ts';
import { CARRIER, overrideFormat } from './answer-format.ts';
import { QueryOptions } from './query-options.ts';
import { RowWriter } from './row-writer.ts';
import { readSkipToken, writeSkipToken } from './skip-token.ts';

/** The tasks of a page where `$top` says nothing. */
const DEFAULT_TOP = 100;

/** Tells that the count of a GrandTotal was cut, and at what. */
const COUNT_CUT_HEADER = 'Batchline-Count-Cut';

/** `GET /api/v1/BatchTask`: the archive list (contract, section 6). */
export async function archiveRoutes(app: FastifyInstance, { tasks }: { tasks: TaskParts }): Promise<void> {
  app.get('/', { config: { answer: CARRIER, operation: listBatchTasks } }, async (request, reply) => {
    const caller = callerOf(request);
    const options = new QueryOptions(request.query);
    const format = options.word('$format', ['', 'JSON', 'XML']);
    if (format !== '') overrideFormat(reply, format);
    const locale = localeOf(request);
    const context = { associateId: caller.associateId, now: new Date(), zone: locale.timeZone.zone };
    const asked = readRequest(options, tasks.listLimit, parseFilter(options.text('$filter'), context));
    const writer = new RowWriter(
      {
        mode: options.word('$mode', ['Slim', 'Wide', 'Full']),
        output: options.word('$output', ['Logical', 'Display']),
        jsonSafe: options.word('$jsonSafe', ['false', 'true']) === 'true',
      },
      locale,
    );
    const page = await listArchive(tasks, caller, asked);
    const url = `${baseUrl(request)}/api/v1/BatchTask`;
    const next = page.next && `${url}?${options.continuedAt(writeSkipToken(asked.order, page.next))}`;
    if (page.total?.cut) reply.header(COUNT_CUT_HEADER, String(page.total.count));
    return {
      'odata.metadata': `${url}$metadata`,
      ...(page.total === undefined ? {} : { 'odata.count': page.total.count }),
      'odata.nextLink': next ?? null,
      value: [
        ...(page.header.length > 0 ? [writer.aggregates('header', page.header)] : []),
        ...page.rows.map((row) => writer.task(row)),
        ...(page.footer.length > 0 ? [writer.aggregates('footer', page.footer)] : []),
      ],
    };
  });
}

function readRequest(
  options: QueryOptions,
  listLimit: number,
  filter: ArchiveRequest['filter'],
): ArchiveRequest {
  options.words('$entities', ',', ['batchTask']);
  const settings = options.words('$options', '&', ['GrandTotal=true', 'GrandTotal=false']);
  const order = parseOrder(options.text('$orderBy'));
  const token = options.text('$skiptoken');
  const skip = options.count('$skip', INT32_MAX) ?? 0;
  if (token !== '' && skip > 0) throw invalid`$skip and $skiptoken are both there; one is accepted.`;
  return {
    filter,
    selection: parseSelection(options.text('$select')),
    order,
    after: token === '' ? undefined : readSkipToken(order, token),
    skip,
    top: Math.min(options.count('$top', INT32_MAX) ?? DEFAULT_TOP, listLimit),
    grandTotal: settings.includes('grandtotal=true'),
  };
}
