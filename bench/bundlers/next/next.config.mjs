// The root is named since the example is built below a folder that has packages of its own, among which Next would look for it.
const root = import.meta.dirname;

export default { output: "export", outputFileTracingRoot: root, turbopack: { root } };
