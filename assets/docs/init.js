// Starts the documentation page. Everything comes from this origin: the validator badge of Swagger UI would call a foreign
// host, so it is off, and no query parameter can point the page at another document.
/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  queryConfigEnabled: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  persistAuthorization: false,
});
