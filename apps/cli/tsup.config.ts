import { cp } from "node:fs/promises"
import { library } from "@switchyard/config/tsup"

// The guide travels with the program: it is what the embedded stack answers from.
export default library({ onSuccess: () => cp("../../docs/guide", "dist/docs", { recursive: true }) })
