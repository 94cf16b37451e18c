/** The headers of a call by the session of this page: no window of the browser's own for a password, the XSRF token. */
export function sessionHeaders(): Record<string, string> {
  const xsrfToken = /(?:^|;\s*)XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1];
  return {
    'X-Requested-With': 'XMLHttpRequest',
    ...(xsrfToken === undefined ? {} : { 'X-XSRF-TOKEN': decodeURIComponent(xsrfToken) }),
  };
}
