// What esbuild makes of the sources, for the jar and for development alike.
export const options = {
  entryPoints: { page: "src/main.tsx" },
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
};
