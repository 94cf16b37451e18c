import type { Generated } from 'kysely';

/** Table `batchline.upload`: input files of clients. */
export interface UploadTable {
  id: string;
  associate_id: number;
  tenant: string;
  name: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
  /** When a run last read it, within an hour; initially the time of the upload. */
  last_used: Generated<Date>;
}

/** Table `batchline.result_file`: result files, whose content is in the blob store. */
export interface ResultFileTable {
  task_id: number;
  /** The attempt that wrote it. */
  attempt: number;
  name: string;
  /** Key of the content in the blob store. */
  key: string;
  bytes: string;
  sha256: string;
  created: Generated<Date>;
}
