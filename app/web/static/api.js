// The reference of the REST interface, made from its OpenAPI document.
"use strict";
(() => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    // The stock layout would ask a site elsewhere whether the document is valid.
    validatorUrl: null,
    syntaxHighlight: false,
  });

  // Its dark colours follow a class, ours an attribute.
  const root = document.documentElement;
  const follow = () => root.classList.toggle("dark-mode", root.dataset.theme === "dark");
  document.addEventListener("themechange", follow);
  follow();
})();
