const thinking =
  "think(?:ing)?|reason(?:ing)?|thoughts?|reflection|scratchpad|analysis|inner_monologue|antthinking|seed:think|internal|planning"

/** Where a model's thoughts begin. */
export const thinkingOpens = new RegExp(
  `<(${thinking})(?:\\s[^<>]{0,80})?>|\\[(think|thinking)\\]|◁(think)▷|<\\|(begin_of_thought)\\|>|<\\|channel\\|>\\s*(analysis|commentary)[^<]{0,60}<\\|message\\|>`,
  "iy",
)

/** Where they end, by how they began. */
export const thinkingCloses = (opened: RegExpExecArray): RegExp => {
  const [, tag, square, arrow, thought] = opened
  if (tag !== undefined) return new RegExp(`</${tag}\\s*>`, "gi")
  if (square !== undefined) return /\[\/think(?:ing)?\]/gi
  if (arrow !== undefined) return /◁\/think▷/g
  if (thought !== undefined) return /<\|end_of_thought\|>/g
  return /<\|end\|>|<\|channel\|>\s*final|<\|start\|>/g
}

/** The end of thoughts whose beginning was cut off. */
export const thinkingEnds = new RegExp(
  `</(?:${thinking})\\s*>|\\[/think(?:ing)?\\]|◁/think▷|<\\|end_of_thought\\|>`,
  "iy",
)

/** Tags that models put around their answer. */
export const answerOpens =
  /<(answer|final_?answer|final|json|output|result|response|tool_call|function_call|function|arguments|structured_output|data)(?:[\s=][^<>{}[\]]{0,80})?>|\[TOOL_CALLS\]|<\|channel\|>\s*final[^<]{0,60}<\|message\|>|<\|python_tag\|>/iy

export const answerEnds =
  /<\/(?:answer|final_?answer|final|json|output|result|response|tool_call|function_call|function|arguments|structured_output|data)\s*>|<\|(?:end|eot_id|im_end|return|call)\|>|<\/s>/iy
