import { commonHeaders, refusal, Unreachable } from '../api/call.ts';

/**
 * Uploads an input file for tasks.
 *
 * @param onProgress called with the progress from 0 to 100
 * @returns the reference for parameters: `upload:<id>`
 * @throws Refused, Unreachable
 */
export function upload(file: File, onProgress: (percent: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    // fetch reports no upload progress.
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/Uploads?Name=${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries(commonHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onProgress(Math.floor((100 * loaded) / (total || 1)));
    request.onerror = () => reject(new Unreachable());
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 201) resolve((answer as { File: string }).File);
      else reject(refusal(request, answer));
    };
    request.send(file);
  });
}

/** The parsed body; `undefined` if it is empty or not JSON, such as a proxy's error page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
