// The shortest program: one provider, one question. It needs no key: the extractive provider answers from the text given.
import { extractive } from "@switchyard/provider-extractive"
import { createSwitchyard, textOf } from "switchyard"

await using switchyard = createSwitchyard({ plugins: [extractive()] })
const notes = "The harbour was built in 1874. Dogs are welcome on the pier."
const response = await switchyard.generate({ model: "auto", prompt: `${notes}\n\nWhen was the harbour built?` })
console.log(textOf(response.content))
