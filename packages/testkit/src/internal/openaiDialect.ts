import { errorBodies, undocumentedError } from "../errorBodies.ts"
import type { Dialect } from "./Dialect.ts"
import { openaiRefusal } from "./refusal.ts"
import { openaiRoutes } from "./routes.ts"

/** OpenAI's wire: both of its APIs for text, and embeddings. */
export const openaiDialect: Dialect = {
  basePath: "/v1",
  routes: openaiRoutes,
  errorBodies,
  undocumentedError,
  addressed: (entry) => entry,
  refusal: openaiRefusal,
  headers: (requestId) => ({
    "x-request-id": requestId,
    "openai-processing-ms": "1",
    "openai-version": "2020-10-01",
  }),
  scriptFailed: (message) => ({ error: { message, type: "testkit_error", param: null, code: "script_failed" } }),
}
