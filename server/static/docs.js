// Shows the API's description with Swagger UI. A file of its own: the page's policy allows no script within it.
window.addEventListener("load", () => {
  window.ui = window.SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    docExpansion: "none",
    displayOperationId: true,
    presets: [window.SwaggerUIBundle.presets.apis],
    // Nothing is asked of other hosts.
    validatorUrl: null,
    // A key that was typed in is forgotten with the page.
    persistAuthorization: false,
  });
});
