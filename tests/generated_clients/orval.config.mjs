// Rows come in other formats too; the program reads JSON.
export default {
  archmeter: {
    input: "openapi.json",
    output: {
      target: "orval/api.ts",
      client: "fetch",
      baseUrl: process.env.ARCHMETER_URL,
      override: { contentType: { include: ["application/json"] } },
    },
  },
};
