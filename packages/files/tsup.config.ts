import { library } from "@switchyard/config/tsup"

// `node:sqlite` has no name without the prefix.
export default library({ removeNodeProtocol: false })
