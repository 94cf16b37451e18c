import createFetchClient from 'openapi-fetch';

/** The server refused a call. The message is the server's, in the client's language. */
export class Refused extends Error {
  constructor(response, body) {
    super(typeof body?.Message === 'string' ? body.Message : `HTTP ${response.status}`);
    this.name = 'Refused';
    this.status = response.status;
    this.type = typeof body?.ErrorType === 'string' ? body.ErrorType : '';
    this.code = typeof body?.Code === 'string' ? body.Code : '';
  }
}

export function createClient({ url = '', fetch, headers, ...options } = {}) {
  const client = createFetchClient({
    baseUrl: url.replace(/\/+$/, ''),
    ...(fetch === undefined ? {} : { fetch }),
  });
  const own = headersOf(options);
  client.use({
    onRequest({ request }) {
      const given = typeof headers === 'function' ? headers() : headers;
      for (const [name, value] of Object.entries({ ...own, ...given }))
        if (!request.headers.has(name)) request.headers.set(name, value);
      return request;
    },
  });
  return client;
}

export async function answerOf(call) {
  const { data, error, response } = await call;
  if (!response.ok) throw new Refused(response, error);
  return data;
}

export function ignoredBy({ headers }) {
  return headers.get('Batchline-Ignored');
}

function headersOf({ token, ticket, login, password = '', appToken, language, timeZone }) {
  const headers = { Accept: 'application/json' };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  else if (ticket !== undefined) headers.Authorization = `SoTicket ${ticket}`;
  else if (login !== undefined) headers.Authorization = `Basic ${base64(`${login}:${password}`)}`;
  if (appToken !== undefined) headers['SO-AppToken'] = appToken;
  if (language !== undefined) headers['SO-Language'] = language;
  if (timeZone !== undefined) headers['SO-TimeZone'] = timeZone;
  return headers;
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
