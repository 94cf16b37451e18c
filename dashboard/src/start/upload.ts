import { commonHeaders, refusal, Unreachable } from '../api/call.ts';

/**
 * Sends a file as an input file of tasks.
 *
 * @param onProgress told how much has been sent, from 0 to 100
 * @returns what a parameter names it by: `upload:<id>`
 * @throws Refused, Unreachable
 */
export function upload(file: File, onProgress: (percent: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    // fetch does not tell how much it has sent.
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

/** The body of an answer; `undefined` where it is empty or, as from a proxy's page, no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
