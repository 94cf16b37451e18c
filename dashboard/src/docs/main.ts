import '@fastify/swagger-ui/static/swagger-ui.css';
import SwaggerUI from '@fastify/swagger-ui/static/swagger-ui-bundle.js';
import { sessionHeaders } from '../api/session-headers.ts';
import './docs.css';

// The page at /docs: Swagger UI for the OpenAPI document. It uses the dashboard's session; "Authorize" accepts a
// password or a token.
SwaggerUI({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  // With 150 open rows or more, Swagger UI unmounts rows out of view and loses their responses.
  docExpansion: 'none',
  filter: true,
  tryItOutEnabled: true,
  // Don't send the document to a validator service.
  validatorUrl: null,
  requestInterceptor: (request) => {
    Object.assign(request.headers, sessionHeaders());
    return request;
  },
});
