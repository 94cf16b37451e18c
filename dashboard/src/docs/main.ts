import '@fastify/swagger-ui/static/swagger-ui.css';
import SwaggerUI from '@fastify/swagger-ui/static/swagger-ui-bundle.js';
import { sessionHeaders } from '../api/session-headers.ts';
import './docs.css';

// The page at /docs: the calls of the OpenAPI document, to be read and tried. Whoever is signed in to the page at /
// calls as themselves; "Authorize" takes a password or a token.
SwaggerUI({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  // From 150 open rows on, Swagger UI mounts only what is in view: an answer is lost when its call leaves the view.
  docExpansion: 'none',
  filter: true,
  tryItOutEnabled: true,
  // No service of others is asked whether the document is valid.
  validatorUrl: null,
  requestInterceptor: (request) => {
    Object.assign(request.headers, sessionHeaders());
    return request;
  },
});
