// Starts the documentation page. Everything comes from this origin: the validator badge of Swagger UI would call a foreign
// host, so it is off, and no query parameter can point the page at another document.
/* global SwaggerUIBundle */

/** The headers of an answer, folded: each operation would else be many screens long. */
const FoldedHeaders = () => ({
  wrapComponents: {
    headers: (Headers, system) => (props) => {
      const { React } = system;
      if (!props.headers || props.headers.length === 0) return null;
      return React.createElement(
        "details",
        { className: "folded-headers" },
        React.createElement("summary", null, "Headers"),
        React.createElement(Headers, props),
      );
    },
  },
});

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  queryConfigEnabled: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  persistAuthorization: false,
  plugins: [FoldedHeaders],
});
