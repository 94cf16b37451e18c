/** The part of Swagger UI, as packaged in `@fastify/swagger-ui`, that the page uses. */
declare module '@fastify/swagger-ui/static/swagger-ui-bundle.js' {
  interface SwaggerUIRequest {
    readonly headers: Record<string, string>;
    /** Replaces `fetch`. */
    userFetch?: (url: string, init: RequestInit) => Promise<Response>;
    /** Words of the curl command. */
    curlOptions?: readonly string[];
  }
  export default function SwaggerUI(options: {
    readonly url: string;
    readonly dom_id: string;
    readonly deepLinking: boolean;
    readonly displayRequestDuration: boolean;
    readonly docExpansion: 'none';
    readonly filter: boolean;
    readonly tryItOutEnabled: boolean;
    readonly validatorUrl: null;
    readonly plugins: readonly object[];
    readonly requestInterceptor: (request: SwaggerUIRequest) => SwaggerUIRequest;
  }): unknown;
}
