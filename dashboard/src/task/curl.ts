import type { BatchTaskInfo } from '../api/carriers.ts';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns a curl command that starts a copy of the task. */
export function curlOf(
  task: Pick<BatchTaskInfo, 'Name' | 'ParameterObject' | 'Description'>,
  login: string,
  origin: string,
): string {
  const body = {
    Name: task.Name,
    ...(task.ParameterObject === null ? {} : { ParameterObject: task.ParameterObject }),
    ...(task.Description === '' ? {} : { Description: task.Description }),
  };
  return [
    `curl -u ${quote(login)} -H 'Content-Type: application/json'`,
    `  -d ${quote(JSON.stringify(body))}`,
    `  ${origin}/api/v1/BatchTask`,
  ].join(' \\\n');
}
