import type { ApiTokenTable, ApplicationTable, AssociateTable, SignInTable } from './schema/account.ts';
import type {
  DefinitionAuditTable,
  DefinitionControlTable,
  DefinitionStartTable,
  OwnRetentionTable,
  RetentionTable,
  WorkerDefinitionTable,
} from './schema/definition.ts';
import type { ResultFileTable, UploadTable } from './schema/file.ts';
import type { ScheduleTable, ScheduleWatchTable } from './schema/schedule.ts';
import type {
  BinaryObjectTable,
  DeletedChildTable,
  IdempotencyKeyTable,
  TaskAttemptTable,
  TaskAuditTable,
  TaskChildrenTable,
  TaskLogTable,
  TaskTable,
} from './schema/task.ts';
import type {
  SignalTable,
  WebhookCursorTable,
  WebhookDeliveryTable,
  WebhookTable,
} from './schema/webhook.ts';

/** The tables of the server, by schema and name. */
export interface Schema {
  'batchline.task': TaskTable;
  'batchline.binary_object': BinaryObjectTable;
  'batchline.task_audit': TaskAuditTable;
  'batchline.task_attempt': TaskAttemptTable;
  'batchline.associate': AssociateTable;
  'batchline.api_token': ApiTokenTable;
  'batchline.sign_in': SignInTable;
  'batchline.application': ApplicationTable;
  'batchline.upload': UploadTable;
  'batchline.worker_definition': WorkerDefinitionTable;
  'batchline.task_log': TaskLogTable;
  'batchline.idempotency_key': IdempotencyKeyTable;
  'batchline.definition_control': DefinitionControlTable;
  'batchline.definition_audit': DefinitionAuditTable;
  'batchline.definition_start': DefinitionStartTable;
  'batchline.schedule': ScheduleTable;
  'batchline.webhook': WebhookTable;
  'batchline.webhook_cursor': WebhookCursorTable;
  'batchline.webhook_delivery': WebhookDeliveryTable;
  'batchline.result_file': ResultFileTable;
  'batchline.signal': SignalTable;
  'batchline.schedule_watch': ScheduleWatchTable;
  'batchline.retention': RetentionTable;
  'batchline.own_retention': OwnRetentionTable;
  'batchline.task_family': TaskChildrenTable;
  'batchline.deleted_child': DeletedChildTable;
}
