SwaggerUIBundle({
  url: "/openapi.yaml",
  dom_id: "#description",
  deepLinking: true,
  displayRequestDuration: true,
  // Nothing of a request is sent to a validator on another host.
  validatorUrl: null,
});
