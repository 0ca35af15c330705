import { library } from "@switchyard/config/tsup"

export default library()
