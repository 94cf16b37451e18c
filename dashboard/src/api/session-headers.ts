/** The session's headers: the XSRF token, and the one that suppresses the browser's own password prompt. */
export function sessionHeaders(): Record<string, string> {
  const xsrfToken = /(?:^|;\s*)XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1];
  return {
    'X-Requested-With': 'XMLHttpRequest',
    ...(xsrfToken === undefined ? {} : { 'X-XSRF-TOKEN': decodeURIComponent(xsrfToken) }),
  };
}
