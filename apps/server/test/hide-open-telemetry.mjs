import { registerHooks } from "node:module";

// As where nobody has installed it; prom-client has a copy of its own.
registerHooks({
  resolve(specifier, context, next) {
    const isOthers = context.parentURL?.includes("/node_modules/");
    if (isOthers || !specifier.startsWith("@opentelemetry/")) return next(specifier, context);
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: "ERR_MODULE_NOT_FOUND" });
  },
});
