// Starts the documentation page. Everything comes from this origin: the validator badge of Swagger UI would call a foreign
// host, so it is off, and no query parameter can point the page at another document.
/* global SwaggerUIBundle */

/** Headers and refusals are folded: each operation would else be many screens long. */
const Folded = ({ React }) => {
  const element = React.createElement;
  return {
    wrapComponents: {
      headers: (Headers) => (props) =>
        props.headers && props.headers.length > 0
          ? element("details", null, element("summary", null, "Headers"), element(Headers, props))
          : null,
      response: (Response) => (props) => {
        const row = element(Response, props);
        if (!/^[45]/.test(props.code)) return row;
        const whole = element("table", { className: "responses-table" }, element("tbody", null, row));
        const fold = element("details", null, element("summary", null, props.response.get("description")), whole);
        const code = element("td", { className: "response-col_status" }, props.code);
        return element("tr", { className: "response" }, code, element("td", { colSpan: 2 }, fold));
      },
    },
  };
};

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
  plugins: [Folded],
});
